use gradus::prelude::*;

#[differentiable]
fn f(x: f64) -> f64 {
    let rounded = x as i32;
    rounded as f64
}

fn main() {}
