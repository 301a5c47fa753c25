// A view with another shape, as in PyTorch.
use gradus::prelude::*;

#[differentiable]
fn cost(x: &Matrix) -> f32 {
    x.view(-1).square().sum()
}

fn main() {}
