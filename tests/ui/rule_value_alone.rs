// A rule that returns the value alone.
use gradus::prelude::*;

fn cosine(x: f64) -> f64 {
    x.cos()
}

#[derivative(of = cosine)]
fn rule(x: f64) -> f64 {
    x.cos()
}

fn main() {}
