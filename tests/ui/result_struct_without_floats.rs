// A struct without floats as the result.
use gradus::prelude::*;

#[differentiable]
mod model {
    /// How many there are.
    pub struct Count {
        /// The number.
        pub count: usize,
    }

    #[differentiable]
    pub fn count(x: f64, count: usize) -> Count {
        Count { count }
    }
}

fn main() {}
