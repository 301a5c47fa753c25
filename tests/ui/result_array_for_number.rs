// An array where the result is a number.
use gradus::prelude::*;

#[differentiable]
fn cost(w: f64, x: &Vector<f64>) -> f64 {
    (x * w).square()
}

fn main() {}
