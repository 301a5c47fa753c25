use gradus::prelude::*;

#[differentiable]
fn rows(x: &Matrix<f64>) -> f64 {
    let mut total = 0.0;
    for v in x {
        total += v;
    }
    total
}

#[differentiable]
fn without_end(x: &[f64]) -> f64 {
    (0..).zip(x).map(|(i, v)| v * i as f64).sum()
}

#[differentiable]
fn collected(x: &[f64]) -> f64 {
    let large: Vec<f64> = x.iter().copied().filter(|v| *v > 1.0).collect();
    large[0]
}

#[differentiable]
fn counted_in_steps(x: &[f64], k: usize) -> f64 {
    x.windows(k).map(|pair| pair[0] * pair[1]).sum()
}

#[differentiable]
fn scanned(x: &[f64]) -> f64 {
    x.iter().scan(0.0, |sum, v| Some(sum + v)).sum()
}

fn main() {}
