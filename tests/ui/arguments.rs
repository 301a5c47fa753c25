use gradus::prelude::*;

#[differentiable]
fn f(x: f64, v: &Vector<f64>) -> f64 {
    x.powf() + x.sin(2.0) + x.max(v) + v.sum(0)
}

#[differentiable]
fn g(v: &Vector<f64>, x: f64) -> f64 {
    v[x] + v[[0, 1]] + x[0]
}

fn main() {}
