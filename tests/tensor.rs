//! Tensors: construction, access, operators and what else they implement.

use std::cell::Cell;

use approx::assert_abs_diff_eq;
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
fn construction() {
    let counted = Tensor::from_vec([2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).expect("six numbers");
    assert_eq!(counted, matrix());
    assert_eq!(Vector64::from(vec![1.0, 2.0]), Vector::from([1.0, 2.0].as_slice()));
    assert_eq!(Tensor::from([[[1.0_f32], [2.0]]]).shape(), &[1, 2, 1]);
    let rank_4 = Tensor::from([[[[1.0_f32, 2.0]], [[3.0, 4.0]]]]);
    assert_eq!((rank_4.shape(), rank_4.data()), (&[1, 2, 1, 2], &[1.0, 2.0, 3.0, 4.0][..]));
    assert_eq!(Matrix64::eye(2), Matrix::from([[1.0, 0.0], [0.0, 1.0]]));
    assert_eq!(Matrix64::eye(0).shape(), &[0, 0]);
    assert_eq!(Vector64::arange(0.0, 0.3, 0.1).len(), 3);
    assert_eq!(Vector64::arange(0.0, 0.35, 0.1).len(), 4);
    assert_eq!(Vector64::linspace(0.0, 1.0, 1), Vector::from([0.0]));
    assert_eq!(Vector::linspace(0.0_f32, 0.3, 4)[3], 0.3);
    assert!(Vector64::linspace(0.0, 1.0, 0).is_empty());
    assert_eq!(Vector64::default().shape(), &[0]);
    assert_eq!([1.0, 2.0].into_iter().collect::<Vector64>(), Vector::from([1.0, 2.0]));
}

#[test]
fn wrong_lengths_are_errors_that_name_the_shape() {
    let error = Tensor::from_vec([2, 2], vec![1.0, 2.0, 3.0]).expect_err("three numbers");
    assert_eq!(error.to_string(), "cannot from_vec: the shape [2, 2] takes 4 numbers, not 3");
    let error = matrix().reshape([4]).expect_err("six numbers");
    assert_eq!(error.to_string(), "cannot reshape: the shape [4] takes 4 numbers, not 6");
    assert!(Tensor::from_vec([usize::MAX, 2], vec![1.0_f32; 3]).is_err());
    assert!(View::new([2, 2], &[0.0; 3]).is_err());
    assert_eq!(matrix().reshape([3, 2]).expect("six numbers").row(2), [5.0, 6.0]);
}

#[test]
fn access() {
    let mut x = matrix();
    x[[1, 2]] = 7.0;
    assert_eq!((x[[1, 2]], x[[0, 0]]), (7.0, 1.0));
    assert_eq!((x.rows(), x.cols(), x.len()), (2, 3, 6));
    assert_eq!(x.row(1), [4.0, 5.0, 7.0]);
    x.iter_mut().for_each(|x| *x += 1.0);
    assert_eq!(x.into_vec(), [2.0, 3.0, 4.0, 5.0, 6.0, 8.0]);
    let mut v = Vector64::from([1.0, 2.0]);
    v[1] = 5.0;
    assert_eq!((v[1], v[[0]]), (5.0, 1.0));
    assert_eq!(v.iter().sum::<f64>(), 6.0);

    assert_eq!(panic_message(|| matrix()[[2, 0]]), "cannot index [2, 3] at [2, 0]: out of range");
    assert_eq!(panic_message(|| matrix().row(2).len()), "cannot take a row of [2, 3] at [2]: out of range");
}

#[test]
fn views_share_rows_without_a_copy() {
    let x = Matrix64::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let rows = x.slice_rows(1..3);
    assert_eq!((rows.shape(), rows.rows(), rows.cols()), (&[2, 2], 2, 2));
    assert!(std::ptr::eq(rows.data().as_ptr(), x.row(1).as_ptr()));
    assert_eq!((rows[[1, 0]], rows.row(0)), (5.0, &[3.0, 4.0][..]));
    assert_eq!(rows.slice_rows(1..2).to_tensor(), Matrix::from([[5.0, 6.0]]));
    assert!(x.slice_rows(3..3).is_empty());
    assert_eq!(View::from(&[[1.0, 2.0], [3.0, 4.0]]).shape(), &[2, 2]);
    assert_eq!(View::from(&[1.0, 2.0][..]).shape(), &[2]);
    assert_eq!(
        panic_message(move || x.slice_rows(2..4).len()),
        "cannot slice rows of [3, 2] at 2..4: out of range"
    );
}

#[test]
fn selected_rows_reuse_storage() {
    let x = Matrix64::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let mut out = x.select_rows(&[2, 0, 2]);
    assert_eq!(out, Matrix::from([[5.0, 6.0], [1.0, 2.0], [5.0, 6.0]]));
    let place = out.data().as_ptr();
    x.select_rows_into(&[1], &mut out);
    assert_eq!(out, Matrix::from([[3.0, 4.0]]));
    assert!(std::ptr::eq(place, out.data().as_ptr()));
    assert_eq!(x.slice_rows(1..3).select_rows(&[1]), Matrix::from([[5.0, 6.0]]));
}

#[test]
fn operators_take_owned_and_borrowed_operands() {
    let (x, y) = (Vector64::from([6.0, 8.0]), Vector64::from([2.0, 4.0]));
    for (sum, difference, product, quotient) in [
        (x.clone() + y.clone(), x.clone() - y.clone(), x.clone() * y.clone(), x.clone() / y.clone()),
        (x.clone() + &y, x.clone() - &y, x.clone() * &y, x.clone() / &y),
        (&x + y.clone(), &x - y.clone(), &x * y.clone(), &x / y.clone()),
        (&x + &y, &x - &y, &x * &y, &x / &y),
    ] {
        assert_eq!(sum, Vector::from([8.0, 12.0]));
        assert_eq!(difference, Vector::from([4.0, 4.0]));
        assert_eq!(product, Vector::from([12.0, 32.0]));
        assert_eq!(quotient, Vector::from([3.0, 2.0]));
    }
    assert_eq!(-&x, Vector::from([-6.0, -8.0]));
    assert_eq!(-x, Vector::from([-6.0, -8.0]));
}

#[test]
fn operators_take_numbers_on_both_sides() {
    let x = Vector::from([2.0_f32, 4.0]);
    assert_eq!((&x + 1.0, x.clone() + 1.0, 1.0 + &x), (1.0 + x.clone(), &x + 1.0, x.clone() + 1.0));
    assert_eq!((&x - 1.0, 1.0 - &x), (Vector::from([1.0, 3.0]), Vector::from([-1.0, -3.0])));
    assert_eq!((x.clone() * 2.0, 2.0 * x.clone()), (Vector::from([4.0, 8.0]), Vector::from([4.0, 8.0])));
    assert_eq!((x.clone() / 2.0, 2.0 / x), (Vector::from([1.0, 2.0]), Vector::from([1.0, 0.5])));
}

#[test]
fn assignment_operators() {
    let mut x = matrix();
    x += &Vector::from([10.0, 20.0, 30.0]);
    x -= 1.0;
    x *= Matrix::full([2, 3], 2.0);
    x /= 2.0;
    assert_eq!(x, Matrix::from([[10.0, 21.0, 32.0], [13.0, 24.0, 35.0]]));
}

#[test]
fn the_lower_rank_repeats_along_the_leading_axes() {
    let (x, v) = (matrix(), Vector64::from([1.0, 0.0, 2.0]));
    let difference = Matrix::from([[0.0, 2.0, 1.0], [3.0, 5.0, 4.0]]);
    for answer in [&x - &v, x.clone() - &v, &x - v.clone(), x.clone() - v.clone()] {
        assert_eq!(answer, difference);
    }
    for answer in [&v - &x, v.clone() - &x, &v - x.clone(), v.clone() - x.clone()] {
        assert_eq!(answer, -&difference);
    }
    let blocks = Tensor::from([[[1.0], [2.0]], [[3.0], [4.0]]]);
    assert_eq!(
        &blocks * &Matrix64::from([[10.0], [100.0]]),
        Tensor::from([[[10.0], [200.0]], [[30.0], [400.0]]])
    );
    assert_eq!(&blocks + &Vector64::from([1.0]), Tensor::from([[[2.0], [3.0]], [[4.0], [5.0]]]));
    assert_eq!((&Matrix64::zeros([0, 3]) + &v).shape(), &[0, 3]);
    assert_eq!((&Matrix64::zeros([2, 0]) + &Vector::zeros([0])).shape(), &[2, 0]);
}

#[test]
fn an_axis_of_length_1_does_not_stretch() {
    assert_eq!(
        panic_message(|| Matrix64::ones([3, 1]) + Vector::ones([3])),
        "cannot add [3, 1] and [3]: an axis of length 1 only stretches where that is known when compiling, \
         because [n, 1] - [n] would silently be [n, n]; write `b.insert_axis(axis, len)` or `b.reshape(shape)`"
    );
    assert_eq!(
        panic_message(|| matrix() / &matrix().t()),
        "cannot divide [2, 3] and [3, 2]: the trailing axes must be equal"
    );
    assert!(panic_message(|| matrix().maximum(matrix().t())).starts_with("cannot maximum [2, 3] and [3, 2]"));
    let mut x = Vector64::ones([2]);
    assert!(
        panic_message(std::panic::AssertUnwindSafe(|| x += &Vector::ones([1])))
            .starts_with("cannot add [2] and [1]")
    );
}

thread_local! {
    /// Whether this thread's last panic was said to be in this file; tests run in threads of their own.
    static PANICKED_HERE: Cell<bool> = const { Cell::new(false) };
}

#[test]
fn a_panic_points_to_the_users_file() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PANICKED_HERE.set(info.location().is_some_and(|location| location.file() == file!()));
        report(info);
    }));
    let wrong: [fn(); 5] = [
        || drop(Vector64::ones([2]) + Vector::ones([3])),
        || drop(Vector64::ones([2]).maximum(Vector::ones([3]))),
        || drop(matrix().matmul(&Vector::ones([2]))),
        || drop(matrix().sum_axis(2)),
        || drop(matrix().row(2).to_vec()),
    ];
    for wrong in wrong {
        PANICKED_HERE.set(false);
        assert!(std::panic::catch_unwind(wrong).is_err());
        assert!(PANICKED_HERE.get());
    }
}

#[test]
fn serde_keeps_shape_and_numbers() {
    let text = serde_json::to_string(&matrix()).expect("it can be written");
    assert_eq!(text, r#"{"shape":[2,3],"data":[1.0,2.0,3.0,4.0,5.0,6.0]}"#);
    assert_eq!(serde_json::from_str::<Matrix64>(&text).expect("it can be read"), matrix());
    let error = serde_json::from_str::<Matrix64>(r#"{"shape":[2,2],"data":[1.0]}"#).expect_err("one number");
    assert!(error.to_string().starts_with("cannot from_vec: the shape [2, 2] takes 4 numbers, not 1"));
    let error = serde_json::from_str::<Vector64>(&text).expect_err("a matrix");
    assert!(error.to_string().starts_with("2 axes, not 1"));
}

#[test]
fn approximate_equality_compares_shapes_too() {
    assert_abs_diff_eq!(matrix(), matrix() + 1e-12, epsilon = 1e-11);
    assert!(approx::abs_diff_ne!(matrix(), matrix() + 1e-3, epsilon = 1e-4));
    assert!(approx::abs_diff_ne!(matrix(), matrix().reshape([3, 2]).expect("six numbers"), epsilon = 1.0));
    assert!(approx::ulps_eq!(matrix(), matrix()));
}
