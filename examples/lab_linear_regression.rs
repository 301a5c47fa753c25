//! Linear regression: the line `y = W x + b` through three points, found by gradient descent.
//!
//! The tutorial records `cost` anew in each epoch and asks `cost.backward()` for the gradient. Here
//! `cost` is a function, and its gradient was derived when this program was compiled.

use gradus::Progress;
use gradus::prelude::*;

/// `torch.mean((hypothesis - y_train) ** 2)`
#[differentiable(wrt(w, b))]
fn cost(w: f32, b: f32, x: &Vector, y: &Vector) -> f32 {
    let hypothesis = x * w + b;
    (hypothesis - y).square().mean()
}

fn print_row(progress: &Progress<cost::Params>) -> ControlFlow<()> {
    let cost::Params { w, b } = progress.params;
    println!(
        "Epoch {:4}/{} W: {w:.3}, b: {b:.3} Cost: {:.6}",
        progress.epoch, progress.last_epoch, progress.loss
    );
    ControlFlow::Continue(())
}

fn main() -> Result<(), TrainError> {
    let x = Vector::from([1.0, 2.0, 3.0]);

    println!("y = x");
    let y = Vector::from([1.0, 2.0, 3.0]);
    let mut params = cost::Params { w: 0.0, b: 0.0 };
    // `optimizer.zero_grad()`, `backward()` and `optimizer.step()` are what the loop does in each
    // epoch. The parameters are those after the step, the cost is the one from before it.
    Sgd::new(0.01).epochs(0..=1000).observe_every(100).minimize_with(
        &cost::objective(&x, &y),
        &mut params,
        print_row,
    )?;

    println!("\ny = 2 x");
    let y = Vector::from([2.0, 4.0, 6.0]);
    let objective = cost::objective(&x, &y);
    let mut params = cost::Params { w: 0.0, b: 0.0 };
    // The tutorial's cell had been run for 200 epochs before the run whose table was published.
    Sgd::new(0.01).epochs(200).minimize(&objective, &mut params)?;
    Sgd::new(0.01).epochs(1000).observe_every(100).minimize_with(&objective, &mut params, print_row)?;
    Ok(())
}
