use gradus::prelude::*;

#[differentiable]
fn f(x: f64) -> f64 {
    x.sqroot() + x.sin()
}

#[differentiable]
fn g(x: &Vector<f64>) -> f64 {
    x.cumsum().sum()
}

fn main() {}
