// Recursion without a base case.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64, n: usize) -> f64 {
    x * cost(x, n - 1)
}

fn main() {}
