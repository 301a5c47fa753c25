// A parameter of which only the sign is used.
use gradus::prelude::*;

#[differentiable]
fn vote(w: f64, x: &Vector<f64>) -> f64 {
    w * x.signum().sum()
}

fn main() {}
