// Windows of a length that is a variable.
use gradus::prelude::*;

#[differentiable]
fn cost(x: &[f64], width: usize) -> f64 {
    x.windows(width).map(|part| part[0] * part[1]).sum()
}

fn main() {}
