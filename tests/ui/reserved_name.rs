use gradus::prelude::*;

#[allow(non_snake_case)]
#[differentiable]
fn f(FORMULA: f64) -> f64 {
    FORMULA * 2.0
}

fn main() {}
