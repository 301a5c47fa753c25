// A cast to an integer.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    x * (x as i32) as f64
}

fn main() {}
