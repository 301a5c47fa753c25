use gradus::prelude::*;

#[differentiable]
fn raised(x: f64) -> f64 {
    x ^ 2
}

#[differentiable]
fn shifted(x: f64, n: usize) -> f64 {
    x * (n << x) as f64
}

#[differentiable]
fn mixed(x: f64, n: usize, m: u32) -> f64 {
    x * (n & m) as f64
}

#[differentiable]
fn powers(x: f64, n: usize, m: i32) -> f64 {
    x * (n.pow(m) as f64) * (m.abs_diff(3) as f64)
}

#[differentiable]
fn negated(x: f64) -> f64 {
    !x
}

fn main() {}
