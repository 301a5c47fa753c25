// A parameter that the result does not depend on.
use gradus::prelude::*;

#[differentiable(wrt(w, b))]
fn cost(w: f64, b: f64, x: &Vector<f64>) -> f64 {
    (x * w).square().mean()
}

fn main() {}
