// A statement without an effect.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    x.sin();
    x * x
}

fn main() {}
