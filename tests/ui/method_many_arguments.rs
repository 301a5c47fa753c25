// Too many arguments.
use gradus::prelude::*;

#[differentiable]
fn cost(x: &Matrix<f64>) -> f64 {
    x.sum(0).square().sum()
}

fn main() {}
