//! Linear regression again, as a model with a layer: the tutorial's `class LinearRegressionModel(nn.Module)`.

use gradus::prelude::*;

/// A module that is annotated as a whole may define models: the macro sees their fields.
#[differentiable]
mod model {
    use gradus::prelude::*;

    /// What `model.parameters()` would list are the fields.
    pub(crate) struct LinearRegression {
        pub(crate) linear: nn::Linear,
    }

    impl LinearRegression {
        pub(crate) fn forward(&self, x: &Matrix) -> Matrix {
            self.linear.forward(x)
        }
    }

    /// `F.mse_loss(model(x_train), y_train)`
    #[differentiable(wrt(model))]
    pub(crate) fn cost(model: &LinearRegression, x: &Matrix, y: &Matrix) -> f32 {
        model.forward(x).mse_loss(y)
    }
}

use model::{LinearRegression, cost};

fn main() -> Result<(), TrainError> {
    let x = Matrix::from([[1.0], [2.0], [3.0]]);
    let y = Matrix::from([[1.0], [2.0], [3.0]]);

    // `torch.manual_seed(1)`: the layer starts from PyTorch's own random numbers.
    let mut rng = Rng::manual_seed(1);
    let mut model = LinearRegression { linear: nn::Linear::new(1, 1, &mut rng) };

    // The gradient is a `LinearRegression` too, so the optimiser needs no list of parameters.
    let mut sgd = Sgd::new(0.01).epochs(0..=1000).observe_every(100);
    sgd.minimize_with(&cost::objective(&x, &y), &mut model, |progress| {
        let nn::Linear { weight, bias } = &progress.params.linear;
        println!(
            "Epoch {:4}/{} W: {:.3}, b: {:.3} Cost: {:.6}",
            progress.epoch,
            progress.last_epoch,
            weight[[0, 0]],
            bias[0],
            progress.loss
        );
        ControlFlow::Continue(())
    })?;
    Ok(())
}
