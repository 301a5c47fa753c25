//! Linear least squares.

use gradus::prelude::*;

#[differentiable(wrt(x))]
pub(crate) fn least_squares(x: &Vector<f64>, powers: &Matrix<f64>, s: &Vector<f64>) -> f64 {
    0.5 * (s - powers.matmul(x)).square().sum()
}
