use gradus::prelude::*;

#[differentiable]
fn cost(#[shape(N + 1)] x: &Vector, #[shape("N")] y: &Vector) -> f32 {
    x.sum() + y.sum()
}

fn main() {}
