// A parameter's name without `wrt`, and no name.
use gradus::prelude::*;

#[differentiable(x)]
fn cost(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiable("x")]
fn loss(x: f64, y: f64) -> f64 {
    x * y
}

fn main() {}
