// A product of arrays with a number.
use gradus::prelude::*;

#[differentiable]
fn cost(w: f64, x: &Matrix<f64>) -> f64 {
    x.matmul(w).sum()
}

fn main() {}
