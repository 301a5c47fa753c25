// A name twice in `wrt`.
use gradus::prelude::*;

#[differentiable(wrt(w, b, w))]
fn cost(w: f64, b: f64) -> f64 {
    w * b
}

fn main() {}
