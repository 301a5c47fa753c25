// Mistakes in shapes.
use gradus::prelude::*;

#[differentiable]
fn lengths(x: &[f64; 3], y: &[f64; 4]) -> f64 {
    x.dot(y)
}

#[differentiable]
fn ranks(x: &Vector<f64>, y: &Tensor<f64, 3>) -> f64 {
    x.matmul(y).sum()
}

#[differentiable]
fn axis(x: &Matrix<f64>, n: usize) -> f64 {
    x.sum_axis(2).sum() + x.mean_axis(n).sum()
}

#[differentiable]
fn late(x: &Vector<f64>, counts: &[usize]) -> f64 {
    let n: usize = counts.iter().map(|i| i + 1).sum();
    (x * &Vector::<f64>::ones([n])).sum()
}

fn main() {}
