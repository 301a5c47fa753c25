// Functions as parameters, and a float without a name for its type.
use gradus::prelude::*;

#[differentiable]
fn pointer(x: f64, f: fn(f64) -> f64) -> f64 {
    f(x)
}

#[differentiable]
fn closure(x: f64, f: impl Fn(f64) -> f64) -> f64 {
    f(x)
}

#[differentiable]
fn object(x: f64, f: &dyn Fn(f64) -> f64) -> f64 {
    f(x)
}

#[differentiable]
fn square(x: impl Real) -> f64 {
    x.to_f64() * x.to_f64()
}

#[differentiable]
fn area(sides: (f64, f64)) -> f64 {
    sides.0 * sides.1
}

fn main() {}
