// A rule for a function by its path.
use gradus::prelude::*;

mod functions {
    pub fn cosine(x: f64) -> f64 {
        x.cos()
    }
}

#[derivative(of = functions::cosine)]
fn rule(x: f64) -> (f64, f64) {
    (x.cos(), -x.sin())
}

fn main() {}
