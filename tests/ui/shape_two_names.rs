use gradus::prelude::*;

#[differentiable(wrt(w))]
fn cost(#[shape(D)] w: &Vector, #[shape(N, D)] x: &Matrix, #[shape(N)] y: &Vector) -> f32 {
    let centred = x - y;
    let error = x.matmul(y) - w;
    let mixed = x.matmul(w) - w;
    centred.sum() + error.sum() + mixed.sum()
}

fn main() {}
