use gradus::prelude::*;

#[differentiable]
fn cost(#[shape(N)] x: &Matrix, #[shape()] y: &Vector, #[shape] z: &Matrix) -> f32 {
    x.sum() + y.sum() + z.sum()
}

fn main() {}
