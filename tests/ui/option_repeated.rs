// An option twice.
use gradus::prelude::*;

#[differentiable(wrt(x), wrt(y))]
fn cost(x: f64, y: f64) -> f64 {
    x * y
}

fn main() {}
