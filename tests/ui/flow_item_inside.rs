// An item inside the function.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    fn half(x: f64) -> f64 {
        0.5 * x
    }
    half(x)
}

fn main() {}
