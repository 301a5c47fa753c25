// No result.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) {
    println!("{x}");
}

fn main() {}
