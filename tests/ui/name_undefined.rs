// A name that is not defined, but near to one that is.
use gradus::prelude::*;

#[differentiable]
fn cost(width: f64) -> f64 {
    width * widht
}

fn main() {}
