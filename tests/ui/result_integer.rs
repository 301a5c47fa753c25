// An integer as the result.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> usize {
    x as usize
}

fn main() {}
