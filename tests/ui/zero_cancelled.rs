// A parameter that cancels out.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64, shift: f64) -> f64 {
    x + (shift - shift)
}

fn main() {}
