use gradus::prelude::*;

#[differentiable(wrt(weigth, b, b))]
fn cost(weight: f64, b: f64, n: usize) -> f64 {
    weight * b * n as f64
}

#[differentiable(wrt(n))]
fn count(x: f64, n: usize) -> f64 {
    x * n as f64
}

fn main() {}
