//! A recurrent network that guesses the next character: a long loop with the state of each layer.

use gradus::prelude::*;

/// The mean loss of a guess. All products are element by element, so a layer is a loop over its width.
///
/// `gates[[layer, of, gate, j]]` are the weights and biases of the layers, `ends[[which, j]]` the weights of
/// the input, and the weights and biases of the output; `state[[layer, of, j]]` is where the layers start.
#[differentiable(wrt(gates, ends))]
pub(crate) fn loss(
    gates: &Tensor<f64, 4>,
    ends: &Matrix<f64>,
    state: &Tensor<f64, 3>,
    sequence: &Matrix<f64>,
) -> f64 {
    const WEIGHT: usize = 0;
    const BIAS: usize = 1;
    const FORGET: usize = 0;
    const IN: usize = 1;
    const OUT: usize = 2;
    const CHANGE: usize = 3;
    const HIDDEN: usize = 0;
    const CELL: usize = 1;

    let (guesses, layers, width) = (sequence.rows() - 1, gates.rows(), ends.cols());
    let mut state = state.clone();
    let mut total = 0.0;
    for t in 0..guesses {
        let mut x = vec![0.0; width];
        for j in 0..width {
            x[j] = sequence[[t, j]] * ends[[0, j]];
        }
        for i in 0..layers {
            for j in 0..width {
                let hidden = state[[i, HIDDEN, j]];
                let forget = (x[j] * gates[[i, WEIGHT, FORGET, j]] + gates[[i, BIAS, FORGET, j]]).sigmoid();
                let pass = (hidden * gates[[i, WEIGHT, IN, j]] + gates[[i, BIAS, IN, j]]).sigmoid();
                let out = (x[j] * gates[[i, WEIGHT, OUT, j]] + gates[[i, BIAS, OUT, j]]).sigmoid();
                let change = (hidden * gates[[i, WEIGHT, CHANGE, j]] + gates[[i, BIAS, CHANGE, j]]).tanh();
                state[[i, CELL, j]] = state[[i, CELL, j]] * forget + pass * change;
                state[[i, HIDDEN, j]] = out * state[[i, CELL, j]].tanh();
                x[j] = state[[i, HIDDEN, j]];
            }
        }
        let mut guess = vec![0.0; width];
        let mut sum = 2.0;
        for j in 0..width {
            guess[j] = x[j] * ends[[1, j]] + ends[[2, j]];
            sum += guess[j].exp();
        }
        for j in 0..width {
            total += sequence[[t + 1, j]] * (guess[j] - sum.ln());
        }
    }
    -total / (guesses * width) as f64
}
