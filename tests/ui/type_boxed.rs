// A box as a parameter.
use gradus::prelude::*;

#[differentiable]
fn cost(x: Box<f64>) -> f64 {
    *x * *x
}

fn main() {}
