use gradus::prelude::*;

#[differentiable]
fn f(x: f64) -> f64 {
    2.0.sqrt() * x + "text"
}

fn main() {}
