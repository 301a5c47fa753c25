//! A determinant by expansion: recursion, with the columns that are left in the bits of an integer.

use gradus::prelude::*;

/// The determinant of the rows from `row` on, without the columns whose bit is set in `used`, expanded
/// along its first row.
#[differentiable]
pub(crate) fn determinant(a: &Matrix<f64>, row: usize, used: usize) -> f64 {
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
