// An index into a number.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    x[0] * 2.0
}

fn main() {}
