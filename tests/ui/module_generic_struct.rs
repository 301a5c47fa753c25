// A generic struct of parameters.
use gradus::prelude::*;

#[differentiable]
mod model {
    /// A layer.
    pub struct Layer<T> {
        /// The weight.
        pub weight: T,
    }
}

fn main() {}
