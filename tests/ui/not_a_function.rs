use gradus::prelude::*;

#[differentiable]
struct Model {
    w: f64,
}

#[differentiable]
const K: f64 = 1.0;

struct Linear;

impl Linear {
    #[differentiable]
    fn forward(&self, x: f64) -> f64 {
        x
    }
}

fn main() {}
