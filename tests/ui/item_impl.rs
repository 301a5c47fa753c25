// The attribute on an `impl`.
use gradus::prelude::*;

struct Line {
    w: f64,
}

#[differentiable]
impl Line {
    fn at(&self, x: f64) -> f64 {
        self.w * x
    }
}

fn main() {}
