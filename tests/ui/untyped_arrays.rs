use gradus::prelude::*;

const RATE: f64 = 0.5;
const SHARE: f32 = 0.25;

fn twice(x: f64) -> f64 {
    2.0 * x
}

#[differentiable]
fn repeated(x: f64) -> f64 {
    let rates = vec![RATE; 3];
    x * rates.norm()
}

#[differentiable]
fn listed(x: f64) -> f64 {
    x + [RATE, 2.0].softmax(0).sum() + [[RATE; 2]; 3].tanh().sum()
}

#[differentiable]
fn tensors(x: f32) -> f32 {
    let rates = Vector::from([SHARE, SHARE]);
    x * rates.mse_loss(&Vector::full([2], SHARE))
}

#[differentiable]
fn passed_on(x: f64) -> f64 {
    let value: f64 = twice([RATE; 3].sum());
    x * value
}

fn main() {}
