// A rule that is no function.
use gradus::prelude::*;

fn cosine(x: f64) -> f64 {
    x.cos()
}

#[derivative(of = cosine)]
struct Rule;

fn main() {}
