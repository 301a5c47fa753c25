//! Loops over rows in which each row of a matrix is multiplied by a vector, or added to one.

mod check;

use check::{check, numbers};
use gradus::prelude::*;

#[differentiable(wrt(w, b))]
fn logistic(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
    (x.matmul(w) + b).binary_cross_entropy_with_logits(y)
}

// All terms of a sum are positive below, so that it is as exact as they are.

/// Two matrices, one of which is multiplied twice.
#[differentiable(wrt(u, v, w))]
fn of_two(u: &Vector<f64>, v: &Vector<f64>, w: &Vector<f64>, x: &Matrix<f64>, z: &Matrix<f64>) -> f64 {
    let (first, second, third) = (x.matmul(u), x.matmul(v), z.matmul(w));
    ((first * second.tanh()).square() + third.square()).mean() + x.matmul(u).square().sum()
}

/// Each product is needed in another loop over the rows, when the largest and the sum of all are known.
#[differentiable(wrt(w))]
fn over_the_rows(w: &Vector<f64>, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
    (x.matmul(w).softmax(0) - y).square().sum()
}

/// What is computed for each row by itself needs the product too.
#[differentiable(wrt(w))]
fn with_signs(w: &Vector<f64>, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
    let z = x.matmul(w);
    let mut sum = 0.0;
    for i in 0..x.rows() {
        let weight = if (z[i] > 0.0) == (y[i] > 0.0) { 1.0 } else { 2.0 };
        sum += weight * z[i].powi(4);
    }
    sum
}

/// The numbers that rows are multiplied by may stand in a column of the matrix itself.
#[differentiable(wrt(w, s))]
fn by_a_column(w: &Vector<f64>, s: f64, x: &Matrix<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.rows() {
        let mut z = 0.0;
        for j in 0..w.len() {
            z += x[[i, j]] * w[j];
        }
        sum += (z * x[[i, 0]] * s).sin().square();
    }
    sum
}

const ROWS: [usize; 6] = [1, 9, 31, 40, 67, 300];
/// Around halves, wholes and the most vectors that have code of their own.
const COLS: [usize; 16] = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 64, 65, 129, 140];

#[test]
fn rows_of_any_length() {
    for (n, d) in ROWS.into_iter().flat_map(|n| COLS.map(|d| (n, d))).filter(|(n, d)| n * d < 2500) {
        let (x, z, y) = (numbers(1, [n, d]), numbers(2, [n, 3]), numbers(3, [n]));
        let params = logistic::Params { w: numbers(4, [d]), b: 0.3 };
        check(&logistic::objective(&x, &y), &params, |p| logistic(&p.w, p.b, &x, &y));
        let params = of_two::Params { u: numbers(4, [d]), v: numbers(5, [d]), w: numbers(6, [3]) };
        check(&of_two::objective(&x, &z), &params, |p| of_two(&p.u, &p.v, &p.w, &x, &z));
        let w: Vector<f64> = numbers(7, [d]);
        check(&over_the_rows::objective(&x, &y), &w, |w| over_the_rows(w, &x, &y));
        check(&with_signs::objective(&x, &y), &w, |w| with_signs(w, &x, &y));
        let params = by_a_column::Params { w, s: 0.7 };
        check(&by_a_column::objective(&x), &params, |p| by_a_column(&p.w, p.s, &x));
    }
}

/// A model without features, and data without rows.
#[test]
fn nothing_to_multiply() {
    let (x, y) = (Matrix::zeros([40, 0]), numbers(1, [40]));
    let (value, grad) = logistic::value_and_grad(&Vector::zeros([0]), 0.0, &x, &y);
    approx::assert_relative_eq!(value, 2.0_f64.ln(), max_relative = 1e-12);
    assert!(grad.w.is_empty() && grad.b.is_finite());
    let none = by_a_column::value_and_grad(&numbers(1, [4]), 1.0, &Matrix::zeros([0, 4]));
    assert_eq!(none.0, 0.0);
    assert_eq!(none.1.w, Vector::zeros([4]));
}
