// A call of a function without a derivative.
use gradus::prelude::*;

fn half(x: f64) -> f64 {
    0.5 * x
}

#[differentiable]
fn cost(x: f64) -> f64 {
    let y: f64 = half(x);
    y * y
}

fn main() {}
