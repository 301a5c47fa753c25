// A function of a type by its full path.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    <f64 as Real>::square(x)
}

fn main() {}
