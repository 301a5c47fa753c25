// An `extern` function.
use gradus::prelude::*;

#[differentiable]
extern "C" fn cost(x: f64) -> f64 {
    x * x
}

fn main() {}
