// Sorting.
use gradus::prelude::*;

#[differentiable]
fn median(x: &[f64]) -> f64 {
    let mut sorted = x.to_vec();
    sorted.sort();
    sorted[2]
}

fn main() {}
