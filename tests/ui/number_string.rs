// A text among the numbers.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    x + "1.0"
}

fn main() {}
