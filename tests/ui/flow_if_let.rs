// `if let`.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64, y: &[f64]) -> f64 {
    if let [first] = y { x * first } else { x }
}

fn main() {}
