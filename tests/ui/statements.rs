use gradus::prelude::*;

#[differentiable]
fn f(x: f64) -> f64 {
    let y;
    x.sin();
    fn inner() {}
    y = x;
    y
}

#[differentiable]
fn sorted(x: &[f64]) -> f64 {
    let mut sorted = x.to_vec();
    sorted.sort_by(|a, b| a.total_cmp(b));
    sorted[0]
}

#[differentiable]
fn swapped(x: f64, y: f64) -> f64 {
    let (mut a, mut b) = (x, y);
    std::mem::swap(&mut a, &mut b);
    a - b
}

#[differentiable]
fn moving(x: &[f64], width: usize) -> f64 {
    x.windows(width).map(|part| part[0]).sum()
}

fn main() {}
