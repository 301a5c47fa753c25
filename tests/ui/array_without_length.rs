// A vector that begins empty.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    let mut powers = Vec::new();
    for i in 0..3 {
        powers.push(x.powi(i));
    }
    powers.iter().sum()
}

fn main() {}
