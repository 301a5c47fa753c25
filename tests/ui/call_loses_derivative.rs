// A call that returns an integer.
use gradus::prelude::*;

fn rounded(x: f64) -> usize {
    x as usize
}

#[differentiable]
fn cost(x: f64) -> f64 {
    let n: usize = rounded(x);
    x * n as f64
}

fn main() {}
