// The largest of an iterator, whose numbers are borrowed, and are `f32`.
use gradus::prelude::*;

#[differentiable]
fn largest(x: &[f32]) -> f32 {
    x.iter().max_by(|a, b| a.total_cmp(b)).unwrap() * 2.0
}

#[differentiable]
fn smallest(x: &[f32]) -> f32 {
    x.iter().copied().reduce(f32::min).unwrap()
}

fn main() {}
