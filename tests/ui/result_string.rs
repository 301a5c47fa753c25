// A `String` as the result.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> String {
    x.to_string()
}

fn main() {}
