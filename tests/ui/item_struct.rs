// The attribute on a struct.
use gradus::prelude::*;

#[differentiable]
struct Model {
    w: f64,
}

fn main() {}
