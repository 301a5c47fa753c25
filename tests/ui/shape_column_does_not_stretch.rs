use gradus::prelude::*;

#[differentiable]
fn difference(#[shape(N, 1)] column: &Matrix, #[shape(3)] y: &Vector) -> f32 {
    (column - y).square().sum()
}

fn main() {}
