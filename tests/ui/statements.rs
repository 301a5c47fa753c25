use gradus::prelude::*;

#[differentiable]
fn f(x: f64) -> f64 {
    let y;
    x.sin();
    fn inner() {}
    y = x;
    y
}

fn main() {}
