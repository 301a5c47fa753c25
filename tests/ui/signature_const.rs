// A `const` function.
use gradus::prelude::*;

#[differentiable]
const fn cost(x: f64) -> f64 {
    x * x
}

fn main() {}
