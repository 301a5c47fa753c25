// Too few arguments.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64, p: f64) -> f64 {
    x.powf() * p
}

fn main() {}
