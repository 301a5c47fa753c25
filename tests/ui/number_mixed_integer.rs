// A float and an integer in one expression.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64, n: usize) -> f64 {
    x * n
}

fn main() {}
