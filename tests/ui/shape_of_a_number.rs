use gradus::prelude::*;

#[differentiable]
fn cost(#[shape(N)] w: f32, x: &Vector) -> f32 {
    (x * w).sum()
}

fn main() {}
