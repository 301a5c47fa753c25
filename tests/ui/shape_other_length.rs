use gradus::prelude::*;

#[differentiable]
fn cost(#[shape(4)] x: &[f32; 3], #[shape(N)] y: &[f32; 3], #[shape(N)] z: &[f32; 2]) -> f32 {
    x.sum() + y.sum() + z.sum()
}

fn main() {}
