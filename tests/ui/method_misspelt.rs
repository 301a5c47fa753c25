// A method that is misspelt.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    (x * x).sqroot()
}

fn main() {}
