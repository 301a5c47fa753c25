// A call whose type is not known.
use gradus::prelude::*;

fn count(n: usize) -> usize {
    n + 1
}

#[differentiable]
fn cost(x: f32, n: usize) -> f32 {
    x * count(n) as f32 + x * count(n)
}

fn main() {}
