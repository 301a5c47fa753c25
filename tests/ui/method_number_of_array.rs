// A method of a number with an array.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64, v: &Vector<f64>) -> f64 {
    x.max(v).sum()
}

fn main() {}
