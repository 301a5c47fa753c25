//! What is computed from tensors: elementwise methods, reductions, products and losses, against numbers by hand.

use approx::{assert_abs_diff_eq, assert_relative_eq};
use gradus::prelude::*;

type Vector64 = Vector<f64>;
type Matrix64 = Matrix<f64>;

fn matrix() -> Matrix64 {
    Matrix::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
}

/// The message of the panic of a closure.
fn panic_message<R>(f: impl FnOnce() -> R + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(f).map(drop).expect_err("it panics");
    payload.downcast_ref::<String>().expect("a formatted message").clone()
}

#[test]
fn elementwise_methods() {
    let (x, other) = (Vector64::from([-1.5, 0.25, 4.0]), Vector64::from([0.0, 0.0, 5.0]));
    assert_eq!(x.square(), Vector::from([2.25, 0.0625, 16.0]));
    assert_eq!(x.relu(), Vector::from([0.0, 0.25, 4.0]));
    assert_eq!(x.powi(3), Vector::from([-3.375, 0.015_625, 64.0]));
    assert_eq!(x.clamp(-1.0, 1.0), Vector::from([-1.0, 0.25, 1.0]));
    assert_eq!(x.minimum(&other), Vector::from([-1.5, 0.0, 4.0]));
    assert_eq!(x.mul_add(2.0, Vector::from([1.0, 2.0, 3.0])), Vector::from([-2.0, 2.5, 11.0]));
    assert_eq!(x.tanh(), x.map(f64::tanh));
}

#[test]
fn methods_that_std_lacks_neither_overflow_nor_lose_digits() {
    let close = |value: f64, expected: f64| assert_relative_eq!(value, expected, max_relative = 1e-15);
    close(1.0.sigmoid(), 0.731_058_578_630_004_9);
    close((-40.0).sigmoid(), 4.248_354_255_291_589e-18);
    assert_eq!(((-1000.0).sigmoid(), 1000.0.sigmoid()), (0.0, 1.0));
    close(1.0.softplus(), 1.313_261_687_518_222_8);
    close((-40.0).softplus(), 4.248_354_255_291_589e-18);
    assert_eq!((1000.0.softplus(), (-1000.0).softplus()), (1000.0, 0.0));
    close(Real::erf(0.5), 0.520_499_877_813_046_5);
    close(1.0.gelu(), 0.841_344_746_068_542_9);
    assert!(f64::NAN.relu().is_nan() && f64::NAN.sigmoid().is_nan());
    assert_relative_eq!(1.0_f32.gelu(), 0.841_344_8, max_relative = 2.0 * f32::EPSILON);
}

#[test]
fn reductions_over_an_axis_of_rank_3() {
    let x = Tensor::from([[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]]]);
    assert_eq!(x.sum_axis(0), Matrix64::from([[8.0, 10.0], [12.0, 14.0], [16.0, 18.0]]));
    assert_eq!(x.mean_axis(1), Matrix::from([[3.0, 4.0], [9.0, 10.0]]));
    assert_eq!(x.max_axis(1), Matrix::from([[5.0, 6.0], [11.0, 12.0]]));
    assert_eq!(x.min_axis(2), Matrix::from([[1.0, 3.0, 5.0], [7.0, 9.0, 11.0]]));
    assert_eq!(x.sum_axis(0).sum_axis(0).sum_axis(0), x.sum());
    assert_eq!(panic_message(|| matrix().sum_axis(2)), "cannot sum_axis [2, 3] along axis 2: it has 2 axes");
}

#[test]
fn reductions_of_nothing() {
    let nothing = || Matrix64::zeros([0, 3]);
    assert_eq!((nothing().sum(), nothing().prod(), nothing().norm()), (0.0, 1.0, 0.0));
    assert_eq!(nothing().sum_axis(0), Vector::zeros([3]));
    assert!(nothing().sum_axis(1).is_empty());
    assert!(nothing().max_axis(1).is_empty());
    assert_eq!(panic_message(|| nothing().mean()), "cannot mean of [0, 3]: there are no numbers");
    assert_eq!(panic_message(|| nothing().max()), "cannot max of [0, 3]: there are no numbers");
    assert_eq!(panic_message(|| nothing().min_axis(0)), "cannot min_axis of [0, 3]: there are no numbers");
    assert_eq!(panic_message(|| nothing().mean_axis(0)), "cannot mean_axis of [0, 3]: there are no numbers");
    assert_eq!(panic_message(|| [0.0_f64; 0].mean()), "cannot mean of [0]: there are no numbers");
}

#[test]
fn slices_and_arrays_reduce_like_tensors() {
    let x = [3.0, -4.0, 1.0];
    assert_eq!((x.sum(), x.mean(), x.max(), x.min(), x.prod()), (0.0, 0.0, 3.0, -4.0, -12.0));
    assert_eq!([3.0, -4.0].norm(), 5.0);
    assert_eq!(x[1..].dot(&[1.0, 2.0]), -2.0);
    assert_eq!(panic_message(|| [1.0].dot(&[1.0, 2.0])), "cannot dot [1] and [2]: the lengths must be equal");
}

#[test]
fn products() {
    let x = matrix();
    assert_eq!(x.matmul(&x.t()), Matrix::from([[14.0, 32.0], [32.0, 77.0]]));
    assert_eq!(x.matmul(&Vector::from([1.0, 0.0, -1.0])), Vector::from([-2.0, -2.0]));
    assert_eq!(Vector::from([1.0, -1.0]).matmul(&x), Vector::from([-3.0, -3.0, -3.0]));
    let batch = Tensor::from([[[1.0, 2.0]], [[3.0, 4.0]]]);
    assert_eq!(batch.t(), Tensor::from([[[1.0], [2.0]], [[3.0], [4.0]]]));
    assert_eq!(batch.matmul(&batch.t()), Tensor::from([[[5.0]], [[25.0]]]));
    assert_eq!(Vector64::from([1.0, 2.0]).dot(&Vector::from([3.0, 4.0])), 11.0);
    assert_eq!(Matrix64::zeros([2, 0]).matmul(&Matrix::zeros([0, 2])), Matrix::zeros([2, 2]));
    assert_eq!(Matrix64::zeros([0, 3]).t().shape(), &[3, 0]);
    assert_eq!(
        panic_message(|| matrix().matmul(&matrix())),
        "cannot matmul [2, 3] and [2, 3]: the last axis of the left and the first of the right matrix must be equal"
    );
}

#[test]
fn insert_axis_is_the_explicit_broadcast() {
    let (column, row) = (Vector64::from([1.0, 2.0]), Vector64::from([10.0, 20.0, 30.0]));
    let differences = column.insert_axis(1, 3) - row;
    assert_eq!(differences, Matrix::from([[-9.0, -19.0, -29.0], [-8.0, -18.0, -28.0]]));
    assert_eq!(matrix().insert_axis(1, 2).shape(), &[2, 2, 3]);
    assert_eq!(matrix().insert_axis(1, 2).data()[..6], [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]);
    assert!(matrix().insert_axis(0, 0).is_empty());
}

#[test]
fn softmax_and_its_kin() {
    let x = Matrix64::from([[1.0, 2.0, 3.0], [1001.0, 1002.0, 1003.0]]);
    // e^-2, e^-1, 1 over their sum.
    let row = [0.090_030_573_170_380_46, 0.244_728_471_054_797_67, 0.665_240_955_774_821_9];
    assert_abs_diff_eq!(x.softmax(1), Matrix::from([row, row]), epsilon = 1e-15);
    assert_abs_diff_eq!(x.t().softmax(0), Matrix::from([row, row]).t(), epsilon = 1e-15);
    assert_abs_diff_eq!(x.log_softmax(1), Matrix::from([row, row]).ln(), epsilon = 1e-14);
    assert_abs_diff_eq!(
        x.logsumexp(1),
        Vector::from([3.407_605_964_444_38, 1_003.407_605_964_444_4]),
        epsilon = 1e-12
    );
    let infinite = Vector64::from([f64::NEG_INFINITY; 2]);
    assert_eq!(infinite.logsumexp(0), f64::NEG_INFINITY);
    assert_eq!(Vector::from([f64::INFINITY, 0.0]).logsumexp(0), f64::INFINITY);
    assert_eq!(Vector64::zeros([0]).logsumexp(0), f64::NEG_INFINITY);
    assert!(Vector::from([f64::NAN, 0.0]).logsumexp(0).is_nan());
}

#[test]
fn losses() {
    let (x, y) = (Vector64::from([0.0, 2.0, -3.0]), Vector64::from([0.5, 0.0, 1.0]));
    // Differences -0.5, 2, -4.
    assert_relative_eq!(x.mse_loss(&y), (0.25 + 4.0 + 16.0) / 3.0);
    assert_relative_eq!(x.huber_loss(&y, 1.0), (0.125 + 1.5 + 3.5) / 3.0);
    assert_relative_eq!(x.huber_loss(&y, 3.0), (0.125 + 2.0 + 7.5) / 3.0);
    let entropy = [2.0_f64.ln(), 2.0 + (-2.0_f64).exp().ln_1p(), 3.0 + (-3.0_f64).exp().ln_1p()];
    assert_relative_eq!(x.binary_cross_entropy_with_logits(&y), entropy.sum() / 3.0, max_relative = 1e-15);
    assert_eq!(
        Vector::from([1000.0, -1000.0]).binary_cross_entropy_with_logits(&Vector::from([1.0, 0.0])),
        0.0
    );

    let logits = Matrix64::from([[1.0, 2.0, 3.0], [0.0, 0.0, 1000.0]]);
    assert_relative_eq!(logits.cross_entropy(&[0, 2]), 2.407_605_964_444_38 / 2.0, max_relative = 1e-15);
    assert_eq!(
        panic_message(|| matrix().cross_entropy(&[0, 3])),
        "cannot cross_entropy [2, 3] with label 3: out of range"
    );
    assert!(panic_message(|| matrix().cross_entropy(&[0])).contains("one label for each row"));
    assert!(
        panic_message(|| matrix().mse_loss(&matrix().t())).starts_with("cannot mse_loss [2, 3] and [3, 2]")
    );
}
