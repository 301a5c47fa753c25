use gradus::prelude::*;

#[differentiable]
fn f(n: usize, flags: &[usize]) -> f64 {
    n as f64 * flags[0] as f64
}

fn main() {}
