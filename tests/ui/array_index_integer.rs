// An integer of another type as an index.
use gradus::prelude::*;

#[differentiable]
fn cost(v: &Vector<f64>, i: u32) -> f64 {
    v[i] * v[0]
}

fn main() {}
