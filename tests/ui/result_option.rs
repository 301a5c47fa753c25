// An `Option` as the result.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> Option<f64> {
    Some(x)
}

fn main() {}
