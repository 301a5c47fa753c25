use gradus::prelude::*;

#[differentiable]
fn nothing(x: f64) {}

#[differentiable]
fn integer(x: f64) -> usize {
    x as usize
}

#[differentiable]
fn vector(x: &Vector) -> Vector {
    x * 2.0
}

fn main() {}
