// A macro call.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64, y: f64) -> f64 {
    largest!(x, y)
}

fn main() {}
