// A field that a struct does not have.
use gradus::prelude::*;

#[differentiable]
mod model {
    /// A line.
    pub struct Line {
        /// The slope.
        pub slope: f64,
    }

    #[differentiable]
    pub fn cost(line: &Line, x: f64) -> f64 {
        line.slop * x
    }
}

fn main() {}
