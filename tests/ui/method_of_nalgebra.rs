// Methods of nalgebra.
use gradus::prelude::*;

#[differentiable]
fn component_mul(x: &Vector<f64>, y: &Vector<f64>) -> f64 {
    x.component_mul(y).sum()
}

#[differentiable]
fn norm_squared(x: &Vector<f64>) -> f64 {
    x.norm_squared()
}

#[differentiable]
fn tr_mul(a: &Matrix<f64>, b: &Matrix<f64>) -> f64 {
    a.tr_mul(b).sum()
}

fn main() {}
