// A reference as the result.
use gradus::prelude::*;

#[differentiable]
fn cost(x: &Vector<f64>) -> &Vector<f64> {
    x
}

fn main() {}
