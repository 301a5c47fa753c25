// A product of arrays, which have no method `t`.
use gradus::prelude::*;

#[differentiable]
fn cost(m: &[[f64; 3]; 2], v: &[f64; 2]) -> f64 {
    m.matmul(v).sum()
}

fn main() {}
