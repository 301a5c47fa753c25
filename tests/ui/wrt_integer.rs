// An integer in `wrt`.
use gradus::prelude::*;

#[differentiable(wrt(x, n))]
fn cost(x: f64, n: usize) -> f64 {
    x * n as f64
}

fn main() {}
