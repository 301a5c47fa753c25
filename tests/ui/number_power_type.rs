// A float as the exponent of `powi`.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    x.powi(0.5)
}

fn main() {}
