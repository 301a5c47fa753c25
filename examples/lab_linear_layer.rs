//! One step of training a layer, with everything that the step computes.

use gradus::prelude::*;

/// `nn.MSELoss()(linear(x), y)`
#[differentiable(wrt(linear))]
fn loss(linear: &nn::Linear, x: &Matrix, y: &Matrix) -> f32 {
    linear.forward(x).mse_loss(y)
}

fn main() -> Result<(), TrainError> {
    // `torch.manual_seed(1)`: these are the numbers that PyTorch draws.
    let mut rng = Rng::manual_seed(1);
    let x = rng.randn([10, 3]);
    let y = rng.randn([10, 2]);
    let mut linear = nn::Linear::new(3, 2, &mut rng);
    println!("w:\n{}", linear.weight);
    println!("b:\n{}", linear.bias);

    let (value, gradient) = loss::value_and_grad(&linear, &x, &y);
    println!("loss: {value}");
    println!("dL/dw:\n{}", gradient.weight);
    println!("dL/db:\n{}", gradient.bias);

    Sgd::new(0.01).step(&mut linear, &gradient)?;
    println!("w after 1 step optimization:\n{}", linear.weight);
    println!("b after 1 step optimization:\n{}", linear.bias);
    println!("loss after 1 step optimization: {}", loss(&linear, &x, &y));
    Ok(())
}
