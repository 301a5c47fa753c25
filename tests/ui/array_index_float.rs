// A float as an index.
use gradus::prelude::*;

#[differentiable]
fn cost(v: &Vector<f64>, x: f64) -> f64 {
    v[x] * x
}

fn main() {}
