// A function that is half written, of which rustc says so.
use gradus::prelude::*;

#[differentiable]
fn cost(w: f64, x: &Vector<f64>) -> f64 {
    let y = x * w;
    y.
}

fn main() {
    let grad = cost::grad(1.0, &Vector::from([1.0]));
    println!("{}", grad.w);
}
