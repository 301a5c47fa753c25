// A number as a condition.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    if x { x } else { 0.0 }
}

fn main() {}
