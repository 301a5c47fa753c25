use gradus::prelude::*;

#[differentiable]
fn pair(x: f64) -> (f64, f64) {
    (x, x * x)
}

/// A function with several results is not called by another one.
#[differentiable]
fn caller(x: f64) -> f64 {
    let (a, b): (f64, f64) = pair(x);
    a + b
}

#[differentiable]
fn inner(x: &Vector<f64>) -> Vector<f64> {
    x * 2.0
}

#[differentiable]
fn calls_a_vector(x: &Vector<f64>) -> f64 {
    let y: Vector<f64> = inner(x);
    y.sum()
}

#[differentiable]
fn too_few(x: f64) -> (f64, f64) {
    x * 2.0
}

#[differentiable]
fn too_long(x: f64) -> [f64; 3] {
    [x, x]
}

#[differentiable]
fn of_another_rank(x: &Matrix) -> Vector {
    x * 2.0
}

#[differentiable]
fn not_seen(x: f64) -> (f64, f64) {
    let point = Point { a: x, b: x };
    (point.a, point.b)
}

struct Point {
    a: f64,
    b: f64,
}

fn main() {}
