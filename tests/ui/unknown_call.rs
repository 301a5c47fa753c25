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

fn main() {}
