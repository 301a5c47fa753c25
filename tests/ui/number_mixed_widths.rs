// `f32` and `f64` in one expression.
use gradus::prelude::*;

#[differentiable(wrt(x))]
fn cost(x: f32, y: f64) -> f32 {
    x * y
}

fn main() {}
