// Methods of ndarray.
use gradus::prelude::*;

#[differentiable]
fn mean_axis(x: &Matrix<f64>) -> f64 {
    x.mean_axis(Axis(0)).square().sum()
}

#[differentiable]
fn mapv(x: &Vector<f64>) -> f64 {
    x.mapv(|v| v * v).sum()
}

#[differentiable]
fn outer_iter(x: &Matrix<f64>) -> f64 {
    x.outer_iter().map(|row| row.sum()).sum()
}

fn main() {}
