// The attribute on a trait.
use gradus::prelude::*;

#[differentiable]
trait Loss {
    fn loss(&self, x: f64) -> f64;
}

fn main() {}
