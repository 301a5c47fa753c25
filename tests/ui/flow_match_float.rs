// `match` on a float.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    match x {
        0.0 => 1.0,
        _ => x.sin() / x,
    }
}

fn main() {}
