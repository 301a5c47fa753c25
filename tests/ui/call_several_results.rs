// A call of a function with several results.
use gradus::prelude::*;

#[differentiable]
fn both(x: f64) -> (f64, f64) {
    (x, x * x)
}

#[differentiable]
fn cost(x: f64) -> f64 {
    let (a, b): (f64, f64) = both(x);
    a + b
}

fn main() {}
