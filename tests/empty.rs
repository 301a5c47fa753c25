//! Empty data: each reduction has a value, or an error that says so.

mod panics;

use gradus::prelude::*;
use panics::panic_message;

#[differentiable(wrt(w, b))]
fn cost(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
    (x.matmul(w) + b - y).square().mean()
}

#[test]
fn empty_data_has_no_mean() {
    let (x, y) = (Matrix::zeros([0, 3]), Vector::zeros([0]));
    let message = panic_message(|| cost::grad(&Vector::ones([3]), 0.0, &x, &y));
    assert_eq!(
        message,
        "cost: `(x.matmul(w) + b - y).square().mean()` has no value for empty data, but x is [0, 3]"
    );
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
        let empty = format!("largest: `x.max()` has no value for empty data, but x is {shape:?}");
        assert_eq!(message, empty);
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
fn softmaxes(x: &Matrix<f64>) -> f64 {
    x.softmax(1).sum() + x.log_softmax(1).sum()
}

#[differentiable]
fn logarithms(x: &Vector<f64>) -> f64 {
    x.logsumexp(0)
}

#[test]
fn an_empty_softmax_is_empty() {
    for shape in [[0, 3], [3, 0]] {
        let x = Matrix::zeros(shape);
        assert_eq!(softmaxes::value_and_grad(&x), (0.0, x));
    }
    // The logarithm of a sum of nothing.
    let x = Vector::zeros([0]);
    assert_eq!(logarithms(&x), f64::NEG_INFINITY);
    assert_eq!(logarithms::value_and_grad(&x), (f64::NEG_INFINITY, x));
}

#[differentiable(wrt(x))]
fn losses(x: &Matrix<f64>, y: &Matrix<f64>, labels: &[usize], which: usize) -> f64 {
    match which {
        0 => x.mse_loss(y),
        1 => x.huber_loss(y, 1.0),
        2 => x.binary_cross_entropy_with_logits(y),
        3 => x.cross_entropy(labels),
        4 => x.min(),
        5 => x.mean_axis(0).sum(),
        _ => x.min_axis(0).sum(),
    }
}

#[test]
fn empty_data_has_no_loss() {
    let x = Matrix::zeros([0, 3]);
    for which in 0..7 {
        panic_message(|| losses::grad(&x, &x, &[], which));
        panic_message(|| losses(&x, &x, &[], which));
    }
}

#[differentiable(wrt(x))]
fn mean_or_zero(x: &Vector<f64>, choose: bool) -> f64 {
    let first = if x.is_empty() { 0.0 } else { x.mean() };
    if choose && !x.is_empty() {
        return first + x.max();
    }
    first
}

#[differentiable(wrt(x))]
fn chosen(x: &Vector<f64>, choose: bool) -> f64 {
    if choose { x.mean() } else { x.sum() }
}

#[test]
fn a_condition_on_the_length_is_trusted_and_another_is_not() {
    let empty = Vector::zeros([0]);
    assert_eq!(mean_or_zero::value_and_grad(&empty, true), (0.0, empty.clone()));
    assert_eq!(mean_or_zero::value(&Vector::from([1.0, 3.0]), true), 5.0);
    // Lengths are checked before any work, so also for the side that is not taken.
    for choose in [false, true] {
        let message = panic_message(|| chosen::value(&Vector::zeros([0]), choose));
        assert_eq!(message, "chosen: `x.mean()` has no value for empty data, but x is [0]");
    }
}

#[differentiable]
fn written_out(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

#[differentiable]
fn folded(x: &[f64]) -> f64 {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let product: f64 = x.iter().product();
    largest.min(product + x.iter().sum::<f64>())
}

#[test]
fn iterators_are_what_they_are_in_rust() {
    // The user's own 0 / 0.
    assert!(written_out(&[]).is_nan() && written_out::value(&[]).is_nan());
    assert_eq!(folded::value_and_grad(&[]), (folded(&[]), Vec::new()));
}

#[differentiable(wrt(w))]
fn mean_in_turns(w: f64, x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for v in x {
        sum += w * v / x.len() as f64;
    }
    sum
}

#[differentiable(wrt(w))]
fn mean_of_iterator(w: f64, x: &[f64]) -> f64 {
    let n = x.len() as f64;
    x.iter().map(|v| (w * v).sin() / n + (w / n).exp()).sum()
}

#[differentiable(wrt(w))]
fn mean_of_vector(w: f64, x: &Vector<f64>) -> f64 {
    (x * w / x.len() as f64).sum()
}

#[differentiable(wrt(w))]
fn mean_of_matrix(w: f64, x: &Matrix<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.rows() {
        for j in 0..x.cols() {
            sum += w * x[[i, j]] / (x.rows() * x.cols()) as f64;
        }
    }
    sum
}

#[differentiable(wrt(w))]
fn steps(w: f64, n: usize) -> f64 {
    let h = 1.0 / n as f64;
    let (mut area, mut state) = (0.0, w);
    for i in 0..n {
        area += h * (w * i as f64 * h).sin() + w * h;
        state += state * w * h;
    }
    area + state
}

/// The mean of nothing is a NaN, for which no turn asks.
#[differentiable(wrt(w))]
fn from_the_mean(w: f64, x: &[f64]) -> f64 {
    let mean = x.iter().map(|v| w * v).sum::<f64>() / x.len() as f64;
    x.iter().map(|v| (w * v - mean).powi(2) + mean * v).sum()
}

#[test]
fn turns_that_divide_by_their_number_add_up_to_nothing() {
    assert_eq!((mean_in_turns(2.0, &[]), mean_in_turns::value_and_grad(2.0, &[])), (-0.0, (0.0, 0.0)));
    assert_eq!(mean_of_iterator::value_and_grad(2.0, &[]), (0.0, 0.0));
    assert_eq!(mean_of_vector::value_and_grad(2.0, &Vector::zeros([0])), (0.0, 0.0));
    for shape in [[0, 3], [3, 0], [0, 0]] {
        assert_eq!(mean_of_matrix::value_and_grad(2.0, &Matrix::zeros(shape)), (0.0, 0.0));
    }
    assert_eq!((steps(2.0, 0), steps::value_and_grad(2.0, 0)), (2.0, (2.0, 1.0)));
    assert_eq!(from_the_mean::value_and_grad(2.0, &[]), (0.0, 0.0));

    let x = [0.3, -0.7, 1.9];
    gradus::check::gradient(&mean_in_turns::objective(&x), &0.7).expect("mean_in_turns");
    gradus::check::gradient(&mean_of_iterator::objective(&x), &0.7).expect("mean_of_iterator");
    gradus::check::gradient(&steps::objective(5), &0.7).expect("steps");
    gradus::check::gradient(&from_the_mean::objective(&x), &0.7).expect("from_the_mean");
}

#[differentiable]
fn variance_of_squares(x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let (mut sum, mut squares) = (0.0, 0.0);
    for v in x {
        sum += v;
        squares += v * v;
    }
    (squares - sum * sum / n) / (n - 1.0)
}

#[differentiable]
fn variance_of_distances(x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)
}

#[test]
fn the_variance_of_a_sample_of_nothing() {
    // Nothing over -1; the safe form of the first is the second.
    assert!(variance_of_squares(&[]).is_nan());
    assert_eq!(variance_of_squares::value_and_grad(&[]), (0.0, Vec::new()));
    assert_eq!(variance_of_distances(&[]), 0.0);
    assert_eq!(variance_of_distances::value_and_grad(&[]), (0.0, Vec::new()));
    // One number has no variance.
    assert!(variance_of_squares(&[1.0]).is_nan() && variance_of_squares::value(&[1.0]).is_nan());
    assert!(variance_of_distances(&[1.0]).is_nan() && variance_of_distances::value(&[1.0]).is_nan());
}
