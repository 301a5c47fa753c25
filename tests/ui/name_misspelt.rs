// A name that is misspelt: nothing is said of what follows from it.
use gradus::prelude::*;

#[differentiable(wrt(w, b))]
fn cost(w: f64, b: f64, x: &Vector<f64>, y: &Vector<f64>) -> f64 {
    let hypothesis = x * w + b;
    (hypothessis - y).square().mean()
}

fn main() {}
