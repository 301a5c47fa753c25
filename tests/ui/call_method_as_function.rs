// A method that is called as a function.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    sqrt(x) * 2.0
}

fn main() {}
