use gradus::prelude::*;

#[differentiable(wtr(x))]
fn f(x: f64) -> f64 {
    x
}

#[differentiable(wrt())]
fn g(x: f64) -> f64 {
    x
}

#[differentiable(wrt(x), wrt(y))]
fn h(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiable(wrt x)]
fn i(x: f64) -> f64 {
    x
}

fn main() {}
