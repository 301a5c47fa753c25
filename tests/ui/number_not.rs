// `!` of a number.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    !x
}

fn main() {}
