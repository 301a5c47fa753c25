// A struct that the macro does not see.
use gradus::prelude::*;

struct Model {
    w: f64,
}

#[differentiable]
fn cost(model: &Model, x: f64) -> f64 {
    model.w * x
}

fn main() {}
