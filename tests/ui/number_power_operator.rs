// `^` for a power.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    x ^ 2
}

fn main() {}
