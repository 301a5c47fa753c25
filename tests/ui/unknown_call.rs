use gradus::prelude::*;

fn plain(x: f64) -> f64 {
    x * x
}

#[differentiable]
fn annotated(x: f64) -> f64 {
    x * x
}

#[differentiable]
fn without_annotation(x: f64) -> f64 {
    annotated(x) + 1.0
}

#[differentiable]
fn of_plain(x: f64) -> f64 {
    let y: f64 = plain(x);
    y
}

#[differentiable(wrt(x))]
fn by_one(x: f64, y: f64) -> f64 {
    x * y
}

#[differentiable]
fn by_both(x: f64, y: f64) -> f64 {
    let z: f64 = by_one(x, y);
    z
}

fn main() {}
