use gradus::prelude::*;

#[differentiable]
fn closure(x: &Vector<f64>) -> f64 {
    x.map(|x| x * 2.0).sum()
}

#[differentiable]
fn question(x: f64) -> f64 {
    Some(x)?
}

#[differentiable]
fn pattern(x: f64) -> f64 {
    let n = Some(2);
    if let Some(n) = n { x * n as f64 } else { x }
}

#[differentiable]
fn element(x: f64, y: [f64; 2]) -> f64 {
    let mut z = y;
    z[0] = x;
    z[0] * z[1]
}

#[differentiable]
fn forever(x: f64) -> f64 {
    loop {
        break x;
    }
}

fn main() {}
