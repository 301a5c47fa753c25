//! Automatic differentiation by itself: three small functions and their gradients.

use gradus::prelude::*;

/// `x1 = x + 2; x2 = x - 2; x3 = x1 * x2; y = x3.sum()`
#[differentiable]
fn difference_of_squares(x: &Matrix) -> f32 {
    let x1 = x + 2.0;
    let x2 = x - 2.0;
    let x3 = x1 * x2;
    x3.sum()
}

/// `z = 2 * w**2 + 5`
#[differentiable]
fn quadratic(w: f32) -> f32 {
    2.0 * w.powi(2) + 5.0
}

/// `z = 2 * w`
#[differentiable]
fn double(w: f32) -> f32 {
    2.0 * w
}

fn main() {
    // `x.requires_grad = True` has no counterpart: what a function is differentiated by is known
    // when it is compiled, and `x` stays a plain tensor.
    let x = Matrix::from([[1.0, 2.0], [3.0, 4.0]]);
    let (value, gradient) = difference_of_squares::value_and_grad(&x);
    println!("y: {value:.1}");
    println!("dy/dx:\n{gradient}");

    println!("\nz: {:.1}", quadratic(2.0));
    println!("dz/dw: {:.1}", quadratic::grad(2.0));

    // `backward()` adds to `w.grad`, which is why the tutorial's loops call `zero_grad()`. A gradient
    // here is a value that is returned, so adding up is what has to be asked for.
    println!("\nAdded up 20 times");
    let mut total = 0.0;
    for _ in 1..=20 {
        gradus::accumulate(&mut total, &double::grad(2.0));
        println!("dz/dw: {total:.1}");
    }
}
