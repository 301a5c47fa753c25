use gradus::prelude::*;

#[differentiable]
fn cost(#[shape(N, D)] layer: &nn::Linear, x: &Matrix) -> f32 {
    layer.forward(x).sum()
}

fn main() {}
