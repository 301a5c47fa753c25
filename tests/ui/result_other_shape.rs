// A result of another shape than the signature says.
use gradus::prelude::*;

#[differentiable]
fn pair(x: f64) -> [f64; 3] {
    [x, 2.0 * x]
}

fn main() {}
