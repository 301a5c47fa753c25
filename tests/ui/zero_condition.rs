// A parameter that only decides a condition.
use gradus::prelude::*;

#[differentiable]
fn hinge(x: f64, limit: f64) -> f64 {
    if x > limit { x } else { 0.0 }
}

fn main() {}
