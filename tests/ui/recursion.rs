use gradus::prelude::*;

#[differentiable]
mod model {
    fn even(x: f64, n: usize) -> f64 {
        odd(x, n - 1) * x
    }

    fn odd(x: f64, n: usize) -> f64 {
        even(x, n - 1) + x
    }

    #[differentiable]
    pub fn f(x: f64) -> f64 {
        even(x, 3)
    }
}

fn main() {}
