//! The recurrent network.

#[path = "../../problems/lstm.rs"]
mod problem;

use std::hint::black_box;

use gradus::prelude::*;
use problem::loss;

use crate::common::{Case, Contender};
use crate::{Call, case as timed, numbers};

struct Network {
    gates: Tensor<f64, 4>,
    ends: Matrix<f64>,
    state: Tensor<f64, 3>,
    sequence: Matrix<f64>,
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

impl Network {
    /// The same by hand, over slices of a layer's numbers.
    fn by_hand(&self) -> f64 {
        let width = self.ends.cols();
        let guesses = self.sequence.rows() - 1;
        let (input, weight, bias) = (self.ends.row(0), self.ends.row(1), self.ends.row(2));
        let mut state = self.state.data().to_vec();
        let (mut x, mut guess) = (vec![0.0; width], vec![0.0; width]);
        let mut total = 0.0;
        for t in 0..guesses {
            for ((x, now), input) in x.iter_mut().zip(self.sequence.row(t)).zip(input) {
                *x = now * input;
            }
            let layers = self.gates.data().chunks_exact(8 * width).zip(state.chunks_exact_mut(2 * width));
            for (gates, state) in layers {
                let (weights, biases) = gates.split_at(4 * width);
                let (hidden, cell) = state.split_at_mut(width);
                for j in 0..width {
                    let gate =
                        |gate: usize, of: f64| of * weights[gate * width + j] + biases[gate * width + j];
                    let forget = sigmoid(gate(0, x[j]));
                    let pass = sigmoid(gate(1, hidden[j]));
                    let out = sigmoid(gate(2, x[j]));
                    let change = gate(3, hidden[j]).tanh();
                    cell[j] = cell[j] * forget + pass * change;
                    hidden[j] = out * cell[j].tanh();
                    x[j] = hidden[j];
                }
            }
            let mut sum = 2.0;
            for j in 0..width {
                guess[j] = x[j] * weight[j] + bias[j];
                sum += guess[j].exp();
            }
            let logarithm = sum.ln();
            let next = self.sequence.row(t + 1);
            total += next.iter().zip(&guess).map(|(next, guess)| next * (guess - logarithm)).sum::<f64>();
        }
        -total / (guesses * width) as f64
    }
}

pub(crate) fn case(layers: usize, length: usize, width: usize, present: impl FnOnce(Case<'_>)) {
    let state = Tensor::from_vec([layers, 2, width], numbers(layers * 2 * width, 3));
    let ends = Matrix::from_vec([3, width], numbers(3 * width, 2));
    let gates = Tensor::from_vec([layers, 2, 4, width], numbers(layers * 8 * width, 1));
    let sequence = Matrix::from_vec([length, width], numbers(length * width, 4));
    let network = Network {
        gates: gates.expect("weights and biases of four gates"),
        ends: ends.expect("three rows"),
        state: state.expect("hidden and cell"),
        sequence: sequence.expect("as many numbers"),
    };
    let Network { gates, ends, state, sequence } = &network;
    let mut grad = loss::Params { gates: gates.zeros_like(), ends: ends.zeros_like() };
    let mut timed = timed(
        || loss::value(black_box(gates), ends, state, sequence),
        move || loss::value_and_grad_into(black_box(gates), ends, state, sequence, &mut grad),
        || loss(black_box(gates), ends, state, sequence),
    );
    timed.contenders.push(Contender::new("by hand", Call(|| black_box(&network).by_hand())));
    present(timed);
}
