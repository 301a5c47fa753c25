// A method that nobody knows.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    x.frobnicate()
}

fn main() {}
