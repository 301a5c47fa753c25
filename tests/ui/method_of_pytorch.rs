// Methods of PyTorch.
use gradus::prelude::*;

#[differentiable]
fn mm(a: &Matrix<f64>, b: &Matrix<f64>) -> f64 {
    a.mm(b).sum()
}

#[differentiable]
fn pow(x: f64) -> f64 {
    x.pow(2)
}

#[differentiable]
fn unsqueeze(x: &Vector<f64>) -> f64 {
    x.unsqueeze(0).sum()
}

#[differentiable]
fn clamp_min(x: &Vector<f64>) -> f64 {
    x.clamp_min(0.0).sum()
}

#[differentiable]
fn cumsum(x: &Vector<f64>) -> f64 {
    x.cumsum().mean()
}

#[differentiable]
fn item(x: &Vector<f64>) -> f64 {
    x.mean().item()
}

#[differentiable]
fn backward(x: &Vector<f64>) -> f64 {
    let loss = x.square().mean();
    loss.backward();
    loss
}

fn main() {}
