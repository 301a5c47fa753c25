// A `mut` parameter.
use gradus::prelude::*;

#[differentiable]
fn cost(mut x: f64) -> f64 {
    x *= 2.0;
    x
}

fn main() {}
