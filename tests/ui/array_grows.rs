// A vector that grows.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    let mut powers = vec![x];
    powers.push(x * x);
    powers[0] * powers[1]
}

fn main() {}
