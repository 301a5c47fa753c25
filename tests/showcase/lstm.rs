//! A recurrent network that guesses the next character.

#[path = "../problems/lstm.rs"]
mod problem;

use problem::loss;

use crate::reference::{Case, assert_agrees, cases, matrix};

#[test]
fn lstm() {
    for Case { function, input, output } in cases(include_str!("../data/gradbench/lstm.json")) {
        let (main, ends) = (matrix(&input["main_params"]), matrix(&input["extra_params"]));
        let (state, sequence) = (matrix(&input["state"]), matrix(&input["sequence"]));
        let (layers, width) = (state.rows() / 2, state.cols());
        let gates = main.reshape([layers, 2, 4, width]).expect("weights and biases of four gates");
        let state = state.reshape([layers, 2, width]).expect("hidden and cell");
        match function.as_str() {
            "objective" => {
                assert_agrees(&[loss(&gates, &ends, &state, &sequence)], &output);
                assert_agrees(&[loss::value(&gates, &ends, &state, &sequence)], &output);
            }
            _ => {
                let grad = loss::grad(&gates, &ends, &state, &sequence);
                assert_agrees(&[grad.gates.data(), grad.ends.data()].concat(), &output);
            }
        }
    }
}
