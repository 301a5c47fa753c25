// No parameters.
use gradus::prelude::*;

#[differentiable]
fn cost() -> f64 {
    2.0
}

fn main() {}
