// A loop that changes the shape of an array.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    let mut y = [x, x];
    for _ in 0..3 {
        y = [x];
    }
    y[0]
}

fn main() {}
