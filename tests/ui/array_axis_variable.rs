// An axis that is a variable.
use gradus::prelude::*;

#[differentiable]
fn cost(x: &Matrix<f64>, axis: usize) -> f64 {
    x.sum_axis(axis).square().sum()
}

fn main() {}
