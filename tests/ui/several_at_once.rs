// Many mistakes in one compile.
use gradus::prelude::*;

#[differentiable(wrt(w, bais))]
fn misnamed(w: f64, bias: f64) -> f64 {
    w.pow(2) * bias
}

#[differentiable]
fn cost(w: f64, b: f64, x: &Vector, n: usize) -> f64 {
    let hypothesis = w * n + b;
    let rounded = hypothesis as usize;
    let raised = b ^ 2;
    x.cumsum().mean() + np.sqrt(w)
}

/// After a mistake, what a function is called with is checked as if there were none.
fn main() {
    let p = misnamed::Params { w: 1.0, bias: 2.0 };
    let grad = misnamed::grad(p.w, p.bias);
    println!("{}", grad.w + grad.bias);
}
