// Recursion through a function that is not annotated.
use gradus::prelude::*;

#[differentiable]
mod model {
    fn even(x: f64, n: usize) -> f64 {
        if n == 0 { x } else { odd(x, n - 1) * x }
    }

    fn odd(x: f64, n: usize) -> f64 {
        if n == 0 { 0.0 } else { even(x, n - 1) + x }
    }

    #[differentiable]
    pub fn cost(x: f64) -> f64 {
        even(x, 3)
    }
}

fn main() {}
