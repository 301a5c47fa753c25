// `wrt` without brackets.
use gradus::prelude::*;

#[differentiable(wrt x)]
fn cost(x: f64, y: f64) -> f64 {
    x * y
}

fn main() {}
