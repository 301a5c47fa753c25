//! Runge and Kutta's integration.

#[path = "../problems/ode.rs"]
mod problem;

use problem::runge_kutta;

use crate::reference::{Case, assert_agrees, cases, flat};

#[test]
fn ode() {
    for Case { function, input, output } in cases(include_str!("../data/gradbench/ode.json")) {
        let x = flat(&input["x"]);
        let steps = input["s"].as_u64().expect("a count") as usize;
        match function.as_str() {
            "primal" => {
                let y = runge_kutta::solve(&x, steps);
                assert_agrees(&y, &output);
                assert_eq!(runge_kutta::last(&x, steps), y[x.len() - 1]);
                assert_agrees(&runge_kutta::solve::value(&x, steps), &output);
            }
            _ => {
                assert_agrees(&runge_kutta::last::grad(&x, steps), &output);
                // The last row of all derivatives is the same.
                assert_agrees(&runge_kutta::solve::jacobian(&x, steps)[x.len() - 1], &output);
            }
        }
    }
}
