use gradus::prelude::*;

#[differentiable]
fn closure(x: &Vector<f64>) -> f64 {
    x.map(|x| x * 2.0).sum()
}

#[differentiable]
fn print(x: f64) -> f64 {
    println!("{x}");
    x
}

#[differentiable]
fn question(x: f64) -> f64 {
    Some(x)?
}

fn main() {}
