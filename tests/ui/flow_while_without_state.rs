// `while` with a condition that the loop does not change.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    let mut y = x;
    while x > 0.5 {
        y *= 0.5;
    }
    y
}

fn main() {}
