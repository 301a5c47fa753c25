// More indices than axes.
use gradus::prelude::*;

#[differentiable]
fn cost(v: &Vector<f64>) -> f64 {
    v[[0, 1]] * 2.0
}

fn main() {}
