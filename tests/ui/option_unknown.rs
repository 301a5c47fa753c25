// An unknown option.
use gradus::prelude::*;

#[differentiable(wtr(x))]
fn cost(x: f64, y: f64) -> f64 {
    x * y
}

fn main() {}
