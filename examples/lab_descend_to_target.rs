//! A random 3x3 tensor descends to a target: the parameters of a gradient can be any tensor.

use gradus::prelude::*;

/// `F.mse_loss(x, target)`
#[differentiable(wrt(x))]
fn distance(x: &Matrix, target: &Matrix) -> f32 {
    x.mse_loss(target)
}

/// `while loss > threshold: loss.backward(); x = x - learning_rate * x.grad; x.detach_(); ..`
///
/// There is nothing to detach: a tensor is numbers alone, without a record of what was done to it.
fn descend(mut x: Matrix, target: &Matrix) -> Result<(), TrainError> {
    println!("{x}");
    let mut sgd = Sgd::new(1.0);
    let (mut loss, mut gradient) = distance::value_and_grad(&x, target);
    let mut iteration = 0;
    while loss > 1e-5 {
        iteration += 1;
        sgd.step(&mut x, &gradient)?;
        (loss, gradient) = distance::value_and_grad(&x, target);
        println!("{iteration}-th Loss: {loss}");
    }
    println!("{x}");
    Ok(())
}

fn main() -> Result<(), TrainError> {
    let target = Matrix::from([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]);

    println!("From the start of the tutorial's losses");
    let start = Matrix::from([
        [0.349_814_27, 0.095_985_7, 0.920_614_3],
        [0.397_557_1, 0.412_314_33, 0.526_714_27],
        [0.477_057_16, 0.004_142_844, 0.506_185_7],
    ]);
    descend(start, &target)?;

    println!("\nFrom the start that the tutorial prints, which is that of another run of its cell");
    let start = Matrix::from([[0.4374, 0.3090, 0.8592], [0.2560, 0.9136, 0.2861], [0.8658, 0.8617, 0.0715]]);
    descend(start, &target)
}
