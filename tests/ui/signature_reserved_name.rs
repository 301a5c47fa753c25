// A parameter with a name that the module has already.
use gradus::prelude::*;

#[allow(non_snake_case)]
#[differentiable]
fn cost(FORMULA: f64) -> f64 {
    FORMULA * 2.0
}

fn main() {}
