// A variadic function.
use gradus::prelude::*;

#[differentiable]
unsafe extern "C" fn cost(x: f64, rest: ...) -> f64 {
    x * x
}

fn main() {}
