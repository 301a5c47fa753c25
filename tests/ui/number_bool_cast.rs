// A condition cast to a number.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    x * (x > 0.0) as f64
}

fn main() {}
