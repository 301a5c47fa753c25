// Mistakes in rules.
use gradus::prelude::*;

fn bessel(x: f64, n: i32) -> f64 {
    x.powi(n)
}

mod good {
    pub fn cosine(x: f64) -> f64 {
        x.cos()
    }
}

#[derivative(of = bessel)]
fn takes_less(x: f64) -> (f64, f64) {
    (x, x)
}

mod other {
    use super::*;

    #[derivative(of = bessel)]
    fn wrong_derivative(x: f64, n: i32) -> (f64, f32) {
        (bessel(x, n), 1.0)
    }
}

#[derivative(of = good::cosine)]
fn by_path(x: f64) -> (f64, f64) {
    (x.cos(), -x.sin())
}

#[derivative]
fn of_nothing(x: f64) -> (f64, f64) {
    (x, 1.0)
}

#[derivative(for = bessel)]
fn misspelt(x: f64, n: i32) -> (f64, f64) {
    (bessel(x, n), 1.0)
}

#[derivative(of = bessel)]
fn value_alone(x: f64, n: i32) -> f64 {
    bessel(x, n)
}

#[derivative(of = bessel)]
struct NotAFunction;

fn main() {}
