// A rule that names no function.
use gradus::prelude::*;

#[derivative]
fn rule(x: f64) -> (f64, f64) {
    (x.cos(), -x.sin())
}

fn main() {}
