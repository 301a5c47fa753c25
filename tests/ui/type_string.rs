// A string as a parameter.
use gradus::prelude::*;

#[differentiable]
fn cost(name: &str, x: f64) -> f64 {
    x * x
}

fn main() {}
