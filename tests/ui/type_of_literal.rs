// A literal whose type is not known.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    2.0.sqrt() * x
}

fn main() {}
