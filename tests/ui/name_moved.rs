// A name that was moved, of which rustc says so.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    let a = Vector::from([x, x]);
    let b = a;
    a.sum() * b.sum()
}

fn main() {}
