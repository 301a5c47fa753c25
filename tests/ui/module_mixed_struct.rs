// A struct of parameters of two widths.
use gradus::prelude::*;

#[differentiable]
mod model {
    /// Two numbers.
    pub struct Mixed {
        /// The one.
        pub small: f32,
        /// The other.
        pub large: f64,
    }

    #[differentiable]
    pub fn cost(mixed: &Mixed, x: f32) -> f32 {
        mixed.small * x
    }
}

fn main() {}
