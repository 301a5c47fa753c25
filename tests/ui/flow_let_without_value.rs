// `let` without a value.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    let y;
    y = x * x;
    y
}

fn main() {}
