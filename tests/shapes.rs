//! Arguments whose shapes do not fit panic in the derivative as they do in the function, with a message that names both.

mod check;

use check::{check, numbers};
use gradus::prelude::*;

/// The message of the panic of a closure.
fn panic_message<R>(f: impl FnOnce() -> R + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(f).map(drop).expect_err("it panics");
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().expect("a message")).to_owned(),
    }
}

#[differentiable(wrt(w, b))]
fn cost(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
    (x.matmul(w) + b - y).square().mean()
}

#[test]
fn lengths_that_differ() {
    let (w, x, y) = (numbers(1, [3]), numbers(2, [5, 3]), numbers(3, [5]));
    let message = panic_message(|| cost::grad(&numbers(1, [4]), 0.0, &x, &y));
    assert_eq!(message, "cost: `x.matmul(w)` needs x.cols() == w.len(), but they are 3 and 4");
    let message = panic_message(|| cost::value(&w, 0.0, &x, &numbers(3, [6])));
    assert_eq!(message, "cost: `x.matmul(w) + b - y` needs x.rows() == y.len(), but they are 5 and 6");
    // The user's own function refuses the same.
    panic_message(|| cost(&numbers(1, [4]), 0.0, &x, &y));
    panic_message(|| cost(&w, 0.0, &x, &numbers(3, [6])));
}

#[test]
fn lengths_of_an_objective_that_differ() {
    let (x, y) = (numbers(2, [5, 3]), numbers(3, [5]));
    let params = cost::Params { w: numbers(1, [4]), b: 0.0 };
    let message = panic_message(|| cost::objective(&x, &y).value(&params));
    assert_eq!(message, "cost: `x.matmul(w)` needs x.cols() == w.len(), but they are 3 and 4");
}

#[test]
fn empty_data_has_no_mean() {
    let (x, y) = (Matrix::zeros([0, 3]), Vector::zeros([0]));
    let message = panic_message(|| cost::grad(&numbers(1, [3]), 0.0, &x, &y));
    assert_eq!(message, "cost: `(x.matmul(w) + b - y).square().mean()` has no value for empty data");
}

#[differentiable]
fn largest(x: &Matrix<f64>) -> f64 {
    x.max()
}

#[differentiable]
fn largest_of_columns(x: &Matrix<f64>) -> f64 {
    x.max_axis(0).sum()
}

#[test]
fn empty_data_has_no_maximum() {
    for shape in [[0, 3], [3, 0]] {
        let message = panic_message(|| largest::value(&Matrix::zeros(shape)));
        assert_eq!(message, "largest: `x.max()` has no value for empty data");
    }
    panic_message(|| largest_of_columns::value(&Matrix::zeros([0, 3])));
    // No columns: nothing to take the maximum of, and nothing to add.
    assert_eq!(largest_of_columns::value(&Matrix::zeros([3, 0])), 0.0);
}

#[differentiable]
fn sums(x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
    x.matmul(y).sum() + x.prod() + x.sum_axis(0).norm()
}

#[test]
fn sums_of_nothing() {
    let grad = sums::value_and_grad(&Matrix::zeros([0, 3]), &Vector::zeros([3]));
    assert_eq!(grad.0, sums(&Matrix::zeros([0, 3]), &Vector::zeros([3])));
    assert_eq!((grad.1.x, grad.1.y), (Matrix::zeros([0, 3]), Vector::zeros([3])));
}

#[differentiable]
fn difference(column: &Matrix<f64>, y: &Vector<f64>) -> f64 {
    (column - y).square().sum()
}

#[test]
fn a_column_does_not_stretch() {
    let (column, y) = (numbers(1, [3, 1]), numbers(2, [3]));
    let message = panic_message(|| difference::grad(&column, &y));
    assert_eq!(message, "difference: `column - y` needs column.cols() == y.len(), but they are 1 and 3");
    panic_message(|| difference(&column, &y));
    // Neither in the other direction.
    panic_message(|| difference::grad(&numbers(1, [3, 3]), &numbers(2, [1])));
    check(
        &difference::objective(),
        &difference::Params { column: numbers(1, [1, 1]), y: numbers(2, [1]) },
        |p| difference(&p.column, &p.y),
    );
}

#[differentiable]
fn gram(x: &Matrix<f64>) -> f64 {
    x.matmul(x).sum()
}

#[test]
fn a_matrix_that_must_be_square() {
    let message = panic_message(|| gram::grad(&numbers(1, [2, 3])));
    assert_eq!(message, "gram: `x.matmul(x)` needs x.cols() == x.rows(), but they are 3 and 2");
}

#[differentiable(wrt(x))]
fn labelled(x: &Matrix<f64>, labels: &[usize]) -> f64 {
    x.cross_entropy(labels)
}

#[differentiable(wrt(x))]
fn element(x: &Matrix<f64>, i: usize, j: usize) -> f64 {
    x[[i, j]]
}

#[differentiable(wrt(x))]
fn rows(x: &Matrix<f64>, rows: &[usize]) -> f64 {
    x.select_rows(rows).sum()
}

#[test]
fn indices_out_of_range() {
    let x = numbers(1, [2, 3]);
    // A column out of range must not be the first column of the next row.
    panic_message(|| element::grad(&x, 0, 3));
    panic_message(|| element::value(&x, 0, 3));
    panic_message(|| element::grad(&x, 2, 0));
    panic_message(|| labelled::grad(&x, &[0, 3]));
    panic_message(|| labelled::value(&x, &[3, 0]));
    panic_message(|| rows::grad(&x, &[0, 2]));
    let message = panic_message(|| labelled::grad(&x, &[0]));
    assert_eq!(
        message,
        "labelled: `x.cross_entropy(labels)` needs x.rows() == labels.len(), but they are 2 and 1"
    );
}

#[differentiable(wrt(x))]
fn repeated(x: &Vector<f64>, y: &Matrix<f64>, n: usize) -> f64 {
    (x.insert_axis(0, n) * y).sum()
}

#[test]
fn a_length_that_is_an_argument() {
    let (x, y) = (numbers(1, [3]), numbers(2, [4, 3]));
    check(&repeated::objective(&y, 4), &x, |x| repeated(x, &y, 4));
    let message = panic_message(|| repeated::grad(&x, &y, 5));
    assert!(message.starts_with("repeated: `x.insert_axis(0, n) * y` needs"), "{message}");
    assert!(
        message.ends_with("but they are 5 and 4") || message.ends_with("but they are 4 and 5"),
        "{message}"
    );
}
