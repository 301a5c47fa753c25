use gradus::prelude::*;

#[differentiable]
fn by_value(x: Vector) -> f32 {
    x.sum()
}

#[differentiable]
fn pattern((x, y): (f64, f64)) -> f64 {
    x * y
}

#[differentiable]
fn mutable(mut x: f64, y: &mut f64) -> f64 {
    x += 1.0;
    *y + x
}

#[differentiable]
const fn constant(x: f64) -> f64 {
    x
}

#[differentiable]
fn generic<T>(x: T) -> T {
    x
}

#[differentiable]
fn unknown_float<T: Real, U: Real>(x: T, y: U) -> T {
    x
}

fn main() {}
