//! A determinant by expansion.

#[path = "../problems/det.rs"]
mod problem;

use gradus::Matrix;
use problem::determinant;

use crate::reference::{Case, assert_agrees, cases, flat};

/// The gradient is the matrix of cofactors, which a singular matrix has too.
#[test]
fn det() {
    for Case { function, input, output } in cases(include_str!("../data/gradbench/det.json")) {
        let entries = flat(&input["A"]);
        let ell = input["ell"].as_u64().expect("a count") as usize;
        let a = Matrix::from_vec([ell, ell], entries).expect("a square matrix");
        match function.as_str() {
            "primal" => {
                assert_agrees(&[determinant(&a, 0, 0)], &output);
                assert_agrees(&[determinant::value(&a, 0, 0)], &output);
            }
            _ => assert_agrees(determinant::grad(&a, 0, 0).data(), &output),
        }
    }
}
