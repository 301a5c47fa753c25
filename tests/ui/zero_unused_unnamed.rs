// The same without `wrt`.
use gradus::prelude::*;

#[differentiable]
fn cost(w: f64, scale: f64) -> f64 {
    w * w
}

fn main() {}
