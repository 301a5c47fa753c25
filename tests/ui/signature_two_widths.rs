// Parameters of two widths.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f32, y: f64) -> f64 {
    x as f64 * y
}

fn main() {}
