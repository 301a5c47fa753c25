// A call whose result is used without a type.
use gradus::prelude::*;

#[differentiable]
fn half(x: f64) -> f64 {
    0.5 * x
}

#[differentiable]
fn cost(x: f64) -> f64 {
    half(x) + 1.0
}

fn main() {}
