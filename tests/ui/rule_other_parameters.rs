// A rule with other parameters than its function.
use gradus::prelude::*;

fn power(x: f64, n: i32) -> f64 {
    x.powi(n)
}

#[derivative(of = power)]
fn rule(x: f64) -> (f64, f64) {
    (x, 1.0)
}

fn main() {}
