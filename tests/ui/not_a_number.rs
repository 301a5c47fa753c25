use gradus::prelude::*;

#[differentiable]
fn vector(x: &Vector<f64>) -> f64 {
    x * 2.0
}

#[differentiable]
fn tuple(x: f64, y: f64) -> f64 {
    (x, y)
}

fn main() {}
