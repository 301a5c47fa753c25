//! The two models, and the training that they share.

use anyhow::Result;
use gradus::prelude::*;
use indicatif::{ProgressBar, ProgressStyle};

use crate::table::Table;

/// Mean squared error of a linear regression.
#[differentiable(wrt(weight, bias))]
fn squared_error(weight: &Vector<f64>, bias: f64, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
    let prediction = x.matmul(weight) + bias;
    prediction.mse_loss(y)
}

/// Mean negative log-likelihood of a logistic regression, with a penalty on large weights.
#[differentiable(wrt(weight, bias))]
fn penalised_likelihood(
    weight: &Vector<f64>,
    bias: f64,
    x: &Matrix<f64>,
    y: &Vector<f64>,
    lambda: f64,
) -> f64 {
    let z = x.matmul(weight) + bias;
    (z.softplus() - y * &z).mean() + lambda / 2.0 * weight.square().sum()
}

/// How to descend.
pub(crate) struct Descent {
    pub(crate) learning_rate: f64,
    pub(crate) momentum: f64,
    pub(crate) epochs: usize,
}

/// Where the descent ended.
pub(crate) struct Fitted {
    /// The coefficients of the standardised features.
    pub(crate) weight: Vector<f64>,
    pub(crate) bias: f64,
    pub(crate) loss: f64,
    pub(crate) descent: Descent,
}

/// Least squares. `descent` is given a learning rate that converges.
pub(crate) fn linear(table: &Table, descent: impl FnOnce(f64) -> Descent) -> Result<Fitted> {
    let descent = descent(1.0 / (2.0 * curvature(table)));
    let mut params = squared_error::Params { weight: Vector::zeros([table.x.cols()]), bias: 0.0 };
    let loss = train(&squared_error::objective(&table.x, &table.y), &mut params, &descent)?;
    Ok(Fitted { weight: params.weight, bias: params.bias, loss, descent })
}

/// Logistic regression with the penalty `lambda / 2 |w|²`. `descent` is given a learning rate that converges.
pub(crate) fn logistic(table: &Table, lambda: f64, descent: impl FnOnce(f64) -> Descent) -> Result<Fitted> {
    // The second derivative of softplus is at most 1/4.
    let descent = descent(1.0 / (curvature(table) / 4.0 + lambda));
    let mut params = penalised_likelihood::Params { weight: Vector::zeros([table.x.cols()]), bias: 0.0 };
    let loss = train(&penalised_likelihood::objective(&table.x, &table.y, lambda), &mut params, &descent)?;
    Ok(Fitted { weight: params.weight, bias: params.bias, loss, descent })
}

/// A bound on the eigenvalues of `xᵀx / n`: their sum, which is 1 for each standardised feature.
fn curvature(table: &Table) -> f64 {
    table.x.cols() as f64
}

/// Descends, showing a progress bar if somebody watches; the answer is the loss at the end.
fn train<O>(objective: &O, params: &mut O::Params, descent: &Descent) -> Result<f64, TrainError>
where
    O: Objective<Params: Parameters<Element = f64>>,
{
    const BAR: &str = "{wide_bar} {pos}/{len} epochs, loss {msg}";
    let style = ProgressStyle::with_template(BAR).expect("the template is well-formed");
    let bar = ProgressBar::new(descent.epochs as u64).with_style(style);
    let mut sgd = Sgd::new(descent.learning_rate)
        .momentum(descent.momentum)
        .epochs(descent.epochs)
        .observe_every(descent.epochs.div_ceil(100).max(1));
    let history = sgd.minimize_with(objective, params, |progress| {
        bar.set_message(format!("{:.6}", progress.loss));
        bar.set_position(progress.epoch as u64);
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    history?;
    Ok(objective.value(params))
}
