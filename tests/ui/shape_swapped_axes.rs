use gradus::prelude::*;

#[differentiable(wrt(w))]
fn cost(#[shape(D)] w: &Vector, #[shape(N, D)] x: &Matrix, #[shape(N)] y: &Vector) -> f32 {
    (x.t().matmul(w) - y).square().mean()
}

fn main() {}
