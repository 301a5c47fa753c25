// An axis that the array does not have.
use gradus::prelude::*;

#[differentiable]
fn cost(x: &Matrix<f64>) -> f64 {
    x.sum_axis(2).sum()
}

fn main() {}
