// Functions of NumPy.
use gradus::prelude::*;

#[differentiable]
fn by_dot(x: &Vector<f64>) -> f64 {
    np.mean(x)
}

#[differentiable]
fn by_path(x: &Vector<f64>) -> f64 {
    np::log1p(x).sum()
}

#[differentiable]
fn arctan(x: f64) -> f64 {
    x.arctan()
}

#[differentiable]
fn transposed(x: &Matrix<f64>, y: &Matrix<f64>) -> f64 {
    x.T.matmul(y).sum()
}

#[differentiable]
fn concatenated(x: &Vector<f64>, y: &Vector<f64>) -> f64 {
    x.concatenate(y).sum()
}

fn main() {}
