//! What gradient descent does: the slope of `cost(W) = mean((W x - y)²)` tells where down is.
//!
//! The tutorial first writes the gradient by hand, then leaves it to the optimiser. The two walk the
//! same path, since what is written by hand is the true derivative times m / 2: 0.15 * 2 / 3 = 0.1.

mod picture;

use gradus::prelude::*;

/// `torch.mean((W * x_train - y_train) ** 2)`
#[differentiable(wrt(w))]
fn cost(w: f32, x: &Vector, y: &Vector) -> f32 {
    (w * x - y).square().mean()
}

/// `torch.sum((W * x_train - y_train) * x_train)`
fn gradient_by_hand(w: f32, x: &Vector, y: &Vector) -> f32 {
    ((w * x - y) * x).sum()
}

fn main() -> Result<(), TrainError> {
    const EPOCHS: usize = 10;
    let x = Vector::from([1.0, 2.0, 3.0]);
    let y = Vector::from([1.0, 2.0, 3.0]);

    println!("By hand, with the generated gradient beside it");
    let mut w = 0.0;
    let mut path = Vec::new();
    for epoch in 0..=EPOCHS {
        // The tables of this tutorial are printed before the step.
        let (cost, derivative) = cost::value_and_grad(w, &x, &y);
        let by_hand = gradient_by_hand(w, &x, &y);
        println!(
            "Epoch {epoch:4}/{EPOCHS} W: {w:.3}, Cost: {cost:.6}  by hand: {by_hand:.6}, generated * 3 / 2: {:.6}",
            derivative * 1.5
        );
        path.push(w);
        w -= 0.1 * by_hand;
    }

    println!("\nThe cost over W, and the first steps of the path");
    print!("{}", picture::picture(|w| cost(w, &x, &y), &path));

    println!("\nWith the optimiser");
    let mut w = 0.0;
    let mut sgd = Sgd::new(0.15);
    for epoch in 0..=EPOCHS {
        let (cost, gradient) = cost::value_and_grad(w, &x, &y);
        println!("Epoch {epoch:4}/{EPOCHS} W: {w:.3} Cost: {cost:.6}");
        sgd.step(&mut w, &gradient)?;
    }
    Ok(())
}
