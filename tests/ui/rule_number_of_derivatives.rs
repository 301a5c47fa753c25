// A rule with fewer or more derivatives than its function has parameters.
use gradus::prelude::*;

fn product(x: f64, y: f64) -> f64 {
    x * y
}

#[derivative(of = product)]
fn product_rule(x: f64, y: f64) -> (f64, f64) {
    (x * y, y)
}

fn power(x: f64, n: i32) -> f64 {
    x.powi(n)
}

#[derivative(of = power)]
fn power_rule(x: f64, n: i32) -> (f64, (f64, f64)) {
    (x.powi(n), (f64::from(n) * x.powi(n - 1), 0.0))
}

fn main() {}
