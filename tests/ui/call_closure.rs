// A closure that is kept.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64, w: f64) -> f64 {
    let scaled = |v| v * w;
    scaled(x)
}

fn main() {}
