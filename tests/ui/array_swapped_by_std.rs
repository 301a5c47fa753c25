// A swap through references.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64, y: f64) -> f64 {
    let (mut a, mut b) = (x, y);
    std::mem::swap(&mut a, &mut b);
    a - b * b
}

fn main() {}
