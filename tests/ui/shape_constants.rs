use gradus::prelude::*;

const WIDTH: usize = 3;
const OTHER: usize = 4;

#[differentiable]
fn fits(x: &[f64; WIDTH], y: &[f64; 3]) -> f64 {
    x.dot(y)
}

#[differentiable]
fn differs(x: &[f64; WIDTH], y: &[f64; OTHER]) -> f64 {
    x.dot(y)
}

fn main() {}
