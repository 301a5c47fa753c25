// Mistakes in blocks.
use gradus::prelude::*;

#[differentiable]
fn not_safe(x: &[f64]) -> f64 {
    unsafe { *x.get_unchecked(0) }
}

#[differentiable]
unsafe fn not_safe_at_all(x: f64) -> f64 {
    x
}

#[differentiable]
async fn later(x: f64) -> f64 {
    x
}

#[differentiable]
fn awaited(x: f64) -> f64 {
    let y = async { x };
    y.await
}

#[differentiable]
fn unknown_macro(x: f64) -> f64 {
    let y = square!(x);
    y * x
}

#[differentiable]
fn debugged(x: f64) -> f64 {
    dbg!(x * x)
}

#[differentiable]
fn or_else(x: &[f64]) -> f64 {
    let [first, ..] = x else { return 0.0 };
    *first
}

#[differentiable]
fn assigned_through_a_reference(x: f64) -> f64 {
    let mut y = x;
    let z = &mut y;
    *z = x * x;
    y
}

fn main() {}
