use gradus::prelude::*;

#[differentiable]
fn types(x: f64, n: usize, v: &Vector<f64>) -> f64 {
    let a = if x { 1.0 } else { 2.0 };
    let b = if n > 1 { v.sum() } else { v };
    let c = if x > 0.0 { x };
    let d = if x > n { x } else { 0.0 };
    let e = match x {
        1.0 => x,
        _ => 0.0,
    };
    a * d * e
}

fn main() {}
