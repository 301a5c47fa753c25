use gradus::prelude::*;

#[differentiable]
fn weighted(x: &Vector<f64>) -> f64 {
    let three = x * &Vector::from([1.0, 2.0, 3.0]);
    let two = Vector::from([1.0, 2.0]);
    (three + 1.0).sum() + (x - two).sum()
}

fn main() {}
