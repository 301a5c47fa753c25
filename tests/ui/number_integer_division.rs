// An integer division mistaken for one of floats.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    x * (1 / 2) as f64
}

fn main() {}
