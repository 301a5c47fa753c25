//! The posterior of a Gaussian mixture.

#[path = "../problems/gmm.rs"]
mod problem;

use problem::mixture::log_posterior;

use crate::reference::{Case, assert_agrees, cases, flat, matrix};

#[test]
fn gmm() {
    for Case { function, input, output } in cases(include_str!("../data/gradbench/gmm.json")) {
        let alpha = flat(&input["alpha"]);
        let (means, q, l) = (matrix(&input["mu"]), matrix(&input["q"]), matrix(&input["l"]));
        let x = matrix(&input["x"]);
        let m = input["m"].as_u64().expect("a count") as usize;
        let gamma = input["gamma"].as_f64().expect("a number");
        match function.as_str() {
            "objective" => {
                assert_agrees(&[log_posterior(&alpha, &means, &q, &l, &x, m, gamma)], &output);
                assert_agrees(&[log_posterior::value(&alpha, &means, &q, &l, &x, m, gamma)], &output);
            }
            _ => {
                let grad = log_posterior::grad(&alpha, &means, &q, &l, &x, m, gamma);
                assert_agrees(&grad.alpha, &output["alpha"]);
                assert_agrees(grad.means.data(), &output["mu"]);
                assert_agrees(grad.q.data(), &output["q"]);
                assert_agrees(grad.l.data(), &output["l"]);
            }
        }
    }
}
