// The attribute on a method.
use gradus::prelude::*;

struct Line {
    w: f64,
}

impl Line {
    #[differentiable]
    fn at(&self, x: f64) -> f64 {
        self.w * x
    }
}

fn main() {}
