// A trait object as a parameter.
use gradus::prelude::*;

trait Shape {
    fn area(&self) -> f64;
}

#[differentiable]
fn cost(x: f64, shape: &dyn Shape) -> f64 {
    x * shape.area()
}

fn main() {}
