use gradus::prelude::*;

#[differentiable]
fn f(x: f32, y: f64) -> f64 {
    x * y
}

#[differentiable]
fn g(x: &Vector, y: f64) -> f64 {
    (x * y).sum()
}

#[differentiable]
fn h(x: f64, n: usize) -> f64 {
    x * n
}

fn main() {}
