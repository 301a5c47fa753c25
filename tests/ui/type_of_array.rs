// An array of constants whose type is not known.
use gradus::prelude::*;

const RATE: f64 = 0.5;

#[differentiable]
fn cost(x: f64) -> f64 {
    let rates = [RATE, 2.0];
    x * rates.softmax(0).sum()
}

fn main() {}
