// A method that is annotated, in a module that is.
use gradus::prelude::*;

#[differentiable]
mod model {
    /// A line.
    pub struct Line {
        /// The slope.
        pub slope: f64,
    }

    impl Line {
        /// The height at `x`.
        #[differentiable]
        pub fn at(&self, x: f64) -> f64 {
            self.slope * x
        }
    }

    #[differentiable]
    pub fn cost(line: &Line, x: f64) -> f64 {
        line.at(x)
    }
}

fn main() {}
