use gradus::prelude::*;

#[differentiable]
fn cost(
    #[shape(N)]
    #[shape(M)]
    x: &Vector,
) -> f32 {
    x.sum()
}

fn main() {}
