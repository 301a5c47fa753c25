//! Tensors print as PyTorch prints them.

use gradus::prelude::*;

fn text<const R: usize>(tensor: impl Into<Tensor<f32, R>>) -> String {
    tensor.into().to_string()
}

#[test]
fn whole_numbers_have_a_point_and_no_digits() {
    assert_eq!(text([1.0, 2.0, 3.0]), "[1., 2., 3.]");
    assert_eq!(text([0.0, 0.0]), "[0., 0.]");
}

#[test]
fn four_digits_aligned() {
    assert_eq!(text([-1.5, 10.25]), "[-1.5000, 10.2500]");
    assert_eq!(text([[0.873, -0.29], [100.0, 0.5]]), "[[  0.8730,  -0.2900],\n [100.0000,   0.5000]]");
}

#[test]
fn a_wide_range_is_scientific() {
    assert_eq!(text([1e-5, 1.0]), "[1.0000e-05, 1.0000e+00]");
    assert_eq!(text([1.0, 2000.0]), "[1.0000e+00, 2.0000e+03]");
    assert_eq!(text([1.5e-10, -2.5e12]), "[ 1.5000e-10, -2.5000e+12]");
    assert_eq!(Vector::from([1e-300_f64, 0.5]).to_string(), "[1.0000e-300,  5.0000e-01]");
}

#[test]
fn numbers_that_are_not_finite_have_no_digits() {
    assert_eq!(text([f32::NAN, 0.5, f32::INFINITY, f32::NEG_INFINITY]), "[   NaN, 0.5000,    inf,   -inf]");
}

#[test]
fn blocks_are_parted_by_an_empty_line() {
    assert_eq!(text([[[1.0], [2.0]], [[3.0], [4.0]]]), "[[[1.],\n  [2.]],\n\n [[3.],\n  [4.]]]");
}

#[test]
fn the_middle_of_many_numbers_is_left_out() {
    let vector = Vector::full([1001], 0.5);
    assert_eq!(text(vector), "[0.5000, 0.5000, 0.5000, ..., 0.5000, 0.5000, 0.5000]");
    let matrix = Matrix::ones([7, 200]);
    let row = "[1., 1., 1., ..., 1., 1., 1.]";
    let rows = [row, row, row, "...", row, row, row].join(",\n ");
    assert_eq!(text(matrix), format!("[{rows}]"));
    assert!(!text(Vector::full([1000], 0.5)).contains("..."));
}

#[test]
fn long_rows_are_wrapped_at_80_columns() {
    let lines = text(Vector::full([25], 0.5));
    assert!(lines.lines().all(|line| line.len() <= 80));
    assert_eq!(lines.lines().count(), 3);
    assert!(lines.lines().skip(1).all(|line| line.starts_with(" 0.5000")));
}

#[test]
fn the_caller_chooses_the_digits() {
    assert_eq!(format!("{:.2}", Vector::from([1.0_f32 / 3.0, 2.0 / 3.0])), "[0.33, 0.67]");
}

#[test]
fn nothing_to_print() {
    assert_eq!(text(Vector::zeros([0])), "[]");
    assert_eq!(text(Matrix::zeros([0, 3])), "[] of shape [0, 3]");
}

#[test]
fn debug_has_shape_and_data() {
    let x = Matrix::<f32>::from([[1.0, 2.5]]);
    assert_eq!(format!("{x:?}"), "Tensor { shape: [1, 2], data: [1.0, 2.5] }");
    let many = format!("{:?}", Vector::<f32>::zeros([1001]));
    assert_eq!(many, "Tensor { shape: [1001], data: [0.0, 0.0, 0.0, ..., 0.0, 0.0, 0.0] }");
}
