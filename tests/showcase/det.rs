//! A determinant by expansion: recursion, with the columns that are left in the bits of an integer.

use gradus::prelude::*;

use crate::reference::{Case, assert_agrees, cases, flat};

/// The determinant of the rows from `row` on, without the columns whose bit is set in `used`, expanded
/// along its first row.
#[differentiable]
fn determinant(a: &Matrix<f64>, row: usize, used: usize) -> f64 {
    if row == a.rows() {
        return 1.0;
    }
    let mut sum = 0.0;
    let mut sign = 1.0;
    for column in 0..a.cols() {
        if used & (1 << column) == 0 {
            let minor: f64 = determinant(a, row + 1, used | (1 << column));
            sum += sign * a[[row, column]] * minor;
            sign = -sign;
        }
    }
    sum
}

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
