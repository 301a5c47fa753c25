use gradus::prelude::*;

#[differentiable]
fn product(m: &[[f64; 2]; 3], x: &[f64; 3], y: &[f64; 4]) -> f64 {
    let both = x.dot(y);
    let other = x.dot(&[1.0, 2.0]);
    both + other + m[0][1]
}

fn main() {}
