// A function in the place of its objective.
use gradus::prelude::*;

#[differentiable(wrt(w))]
fn cost(w: f64, x: &Vector<f64>) -> f64 {
    (x * w).square().mean()
}

fn main() {
    let mut w = 1.0;
    let _ = Sgd::new(0.1).epochs(10).minimize(&cost, &mut w);
}
