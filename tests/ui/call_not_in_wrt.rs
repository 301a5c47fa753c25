// A call of the function itself by what is not in `wrt`.
use gradus::prelude::*;

#[differentiable(wrt(x))]
fn cost(x: f64, y: f64, n: usize) -> f64 {
    if n == 0 { x } else { cost(x, x * y, n - 1) }
}

fn main() {}
