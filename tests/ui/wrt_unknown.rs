// A name in `wrt` that no parameter has.
use gradus::prelude::*;

#[differentiable(wrt(weigth))]
fn cost(weight: f64, b: f64) -> f64 {
    weight * b
}

fn main() {}
