// A closure that escapes.
use gradus::prelude::*;

fn apply(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    f(x)
}

#[differentiable]
fn cost(x: f64, w: f64) -> f64 {
    let y: f64 = apply(|v| v * w, x);
    y
}

fn main() {}
