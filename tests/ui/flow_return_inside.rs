// `return` inside an expression.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    2.0 * if x > 0.0 { return x } else { x * x }
}

fn main() {}
