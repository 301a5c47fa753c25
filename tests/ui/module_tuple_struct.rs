// A struct of parameters without names.
use gradus::prelude::*;

#[differentiable]
mod model {
    /// Two numbers.
    pub struct Pair(f32, f32);
}

fn main() {}
