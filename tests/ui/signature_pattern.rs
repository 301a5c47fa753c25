// A parameter that is a pattern.
use gradus::prelude::*;

#[differentiable]
fn cost((x, y): (f64, f64)) -> f64 {
    x * y
}

fn main() {}
