// A loop over a matrix.
use gradus::prelude::*;

#[differentiable]
fn cost(x: &Matrix<f64>) -> f64 {
    let mut total = 0.0;
    for row in x {
        total += row.sum();
    }
    total
}

fn main() {}
