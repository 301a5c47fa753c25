// A `bool` as the result.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> bool {
    x > 0.0
}

fn main() {}
