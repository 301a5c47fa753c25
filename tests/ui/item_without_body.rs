// The attribute on a function without a body.
use gradus::prelude::*;

trait Loss {
    #[differentiable]
    fn loss(x: f64) -> f64;
}

fn main() {}
