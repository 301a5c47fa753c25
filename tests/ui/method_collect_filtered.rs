// A filtered iterator that is collected.
use gradus::prelude::*;

#[differentiable]
fn cost(x: &[f64]) -> f64 {
    let large: Vec<f64> = x.iter().copied().filter(|v| *v > 1.0).collect();
    large[0]
}

fn main() {}
