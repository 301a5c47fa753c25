// A tensor by value.
use gradus::prelude::*;

#[differentiable]
fn cost(x: Vector<f64>) -> f64 {
    x.sum()
}

fn main() {}
