// A name that is not defined, of which rustc says so.
use gradus::prelude::*;

#[differentiable]
fn cost(width: f64) -> f64 {
    width * widht
}

fn main() {}
