// Mistakes in branches and loops.
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
fn forever(x: f64) -> f64 {
    let mut y = x;
    loop {
        y = y.sin();
    }
}

#[differentiable]
fn inside(x: f64) -> f64 {
    2.0 * if x > 0.0 { return x } else { x * x }
}

#[differentiable]
fn grown(x: f64) -> f64 {
    let mut powers = vec![x];
    powers.push(x * x);
    powers[0] * powers[1]
}

#[differentiable]
fn reshaped(x: f64) -> f64 {
    let mut y = [x, x];
    for _ in 0..3 {
        y = [x];
    }
    y[0]
}

#[differentiable]
fn elsewhere(x: f64) -> f64 {
    counter += x;
    x
}

fn main() {}
