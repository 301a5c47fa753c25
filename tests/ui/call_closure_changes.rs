// A closure that changes what is outside of it.
use gradus::prelude::*;

#[differentiable]
fn running(x: &[f64]) -> f64 {
    let mut total = 0.0;
    x.iter().map(|v| { total += v; total * v }).sum()
}

#[differentiable]
fn counted(x: f64) -> f64 {
    let mut calls = 0.0;
    let mut square = |v: f64| {
        calls += 1.0;
        v * v
    };
    square(x) + square(2.0 * x)
}

fn main() {}
