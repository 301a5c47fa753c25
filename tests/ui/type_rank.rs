// A tensor with too many axes.
use gradus::prelude::*;

#[differentiable]
fn cost(x: &Tensor<f64, 5>) -> f64 {
    x.sum()
}

fn main() {}
