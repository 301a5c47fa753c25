// An assignment to a name outside of the function.
use gradus::prelude::*;

static mut COUNTER: f64 = 0.0;

#[differentiable]
fn cost(x: f64) -> f64 {
    COUNTER += x;
    x * x
}

fn main() {}
