// A `loop` that is never left.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    let mut y = x;
    loop {
        y = y.sin();
    }
}

fn main() {}
