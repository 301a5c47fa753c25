use gradus::prelude::*;

#[differentiable]
fn cost(#[shape(N, D)] x: &Matrix) -> f32 {
    x.matmul(&Vector::from([1.0, 2.0])).mean()
}

fn main() {}
