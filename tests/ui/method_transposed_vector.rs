// A vector that is transposed.
use gradus::prelude::*;

#[differentiable]
fn cost(c: &[f64; 3], m: &Matrix<f64>) -> f64 {
    c.t().matmul(m).sum()
}

fn main() {}
