use gradus::prelude::*;

struct Model {
    w: f64,
}

#[differentiable]
fn f(model: &Model, name: &str, x: f64) -> f64 {
    model.w * x
}

#[differentiable]
fn g(x: &Tensor<f64, 5>) -> f64 {
    x.sum()
}

fn main() {}
