// A method that is defined outside of the module.
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
        line.at(x)
    }
}

impl model::Line {
    fn at(&self, x: f64) -> f64 {
        self.slope * x
    }
}

fn main() {}
