// `?`.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64, y: f64) -> f64 {
    let quotient = x.checked(y)?;
    quotient * 2.0
}

fn main() {}
