// An empty `wrt`.
use gradus::prelude::*;

#[differentiable(wrt())]
fn cost(w: f64) -> f64 {
    w * w
}

fn main() {}
