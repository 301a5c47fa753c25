// A `&mut` parameter.
use gradus::prelude::*;

#[differentiable]
fn step(x: &mut [f64]) -> f64 {
    x[0] * 2.0
}

fn main() {}
