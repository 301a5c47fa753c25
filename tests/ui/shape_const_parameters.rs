use gradus::prelude::*;

#[differentiable]
fn product<const N: usize, const M: usize>(x: &[f64; N], y: &[f64; M]) -> f64 {
    x.dot(y)
}

fn main() {}
