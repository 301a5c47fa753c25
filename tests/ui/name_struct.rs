// A struct that is made and not seen.
use gradus::prelude::*;

struct Point {
    a: f64,
    b: f64,
}

#[differentiable]
fn cost(x: f64) -> f64 {
    let point = Point { a: x, b: x * x };
    point.a + point.b
}

fn main() {}
