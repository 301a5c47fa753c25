use gradus::prelude::*;

#[differentiable]
fn cost(w: f64, x: &Vector<f64>) -> f64 {
    (x * w).summ()
}

fn main() {
    let x = Vector::from([1.0, 2.0]);
    let grad = cost::grad(1.0, &x);
    println!("{} {}", cost(1.0, &x), grad.w);
}
