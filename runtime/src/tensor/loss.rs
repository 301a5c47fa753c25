//! Softmax and losses. Each is computed so that no intermediate result overflows.

use alloc::vec::Vec;

use super::axis::{Split, split};
use super::rank::RemoveAxis;
use super::{Matrix, Tensor};
use crate::error::ShapeError;
use crate::real::Real;
use crate::reduce::Reduce;

/// The largest of some numbers, and `ln Σ e^(x - largest)`. An infinite maximum has nothing taken from it:
/// the difference of two infinities is not a number.
fn shifted_logarithm<T: Real>(numbers: impl Iterator<Item = T> + Clone) -> (T, T) {
    let largest = numbers.clone().fold(-T::ONE / T::ZERO, T::max);
    let shift = if largest.is_finite() { largest } else { T::ZERO };
    (shift, numbers.map(|x| (x - shift).exp()).sum::<T>().ln())
}

impl<T: Real, const R: usize> Tensor<T, R> {
    /// Calls `f` with the places of the numbers of each run along an axis.
    #[track_caller]
    fn for_each_run(
        &self,
        operation: &'static str,
        axis: usize,
        mut f: impl FnMut(core::iter::StepBy<core::ops::Range<usize>>),
    ) {
        let Split { outer, len, inner } = split(operation, &self.shape, axis);
        for run in 0..outer * inner {
            let start = run / inner * len * inner + run % inner;
            f((start..start + len * inner).step_by(inner));
        }
    }

    /// `ln Σ e^x` along an axis, which the result no longer has. A vector's is a number.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let x = Vector::from([1000.0_f64, 1000.0]);
    /// assert!((x.logsumexp(0) - (1000.0 + 2.0_f64.ln())).abs() < 1e-12);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    #[track_caller]
    pub fn logsumexp(&self, axis: usize) -> <Self as RemoveAxis<T>>::Output
    where
        Self: RemoveAxis<T>,
    {
        let mut data = Vec::new();
        self.for_each_run("logsumexp", axis, |run| {
            let (shift, logarithm) = shifted_logarithm(run.map(|i| self.data[i]));
            data.push(shift + logarithm);
        });
        self.without_axis(axis, data)
    }

    /// `e^x / Σ e^x` along an axis: positive numbers with sum 1.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let x = Matrix::from([[0.0, 0.0], [-1000.0, 1000.0]]);
    /// assert_eq!(x.softmax(1), Matrix::from([[0.5, 0.5], [0.0, 1.0]]));
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    #[track_caller]
    #[must_use]
    pub fn softmax(&self, axis: usize) -> Self {
        let mut out = self.clone();
        self.for_each_run("softmax", axis, |run| {
            let (shift, _) = shifted_logarithm(run.clone().map(|i| self.data[i]));
            run.clone().for_each(|i| out.data[i] = (self.data[i] - shift).exp());
            let sum: T = run.clone().map(|i| out.data[i]).sum();
            run.for_each(|i| out.data[i] /= sum);
        });
        out
    }

    /// The logarithm of [`softmax`](Self::softmax): `x - ln Σ e^x` along an axis.
    ///
    /// # Panics
    /// If there is no such axis.
    #[track_caller]
    #[must_use]
    pub fn log_softmax(&self, axis: usize) -> Self {
        let mut out = self.clone();
        self.for_each_run("log_softmax", axis, |run| {
            let (shift, logarithm) = shifted_logarithm(run.clone().map(|i| self.data[i]));
            run.for_each(|i| out.data[i] = self.data[i] - shift - logarithm);
        });
        out
    }

    /// The mean of a loss of each number and its target.
    #[track_caller]
    fn mean_loss(&self, operation: &'static str, target: &Self, loss: impl Fn(T, T) -> T) -> T {
        if self.shape != target.shape {
            ShapeError::pair(operation, &self.shape, &target.shape, "the shapes must be equal").raise();
        }
        crate::reduce::lanes(self.some(operation), &target.data, loss) / T::from_usize(self.len())
    }

    /// The mean of `(x - target)²`.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let loss = Vector::from([1.0, 2.0]).mse_loss(&Vector::from([1.0, 4.0]));
    /// assert_eq!(loss, 2.0);
    /// ```
    ///
    /// # Panics
    /// If the shapes differ or there are no numbers.
    #[track_caller]
    pub fn mse_loss(&self, target: &Self) -> T {
        self.mean_loss("mse_loss", target, |x, y| (x - y).square())
    }

    /// The mean of `d²/2` where `|d| <= delta`, else of `delta (|d| - delta/2)`, with `d = x - target`.
    ///
    /// # Panics
    /// If the shapes differ or there are no numbers.
    #[track_caller]
    pub fn huber_loss(&self, target: &Self, delta: T) -> T {
        let half = T::from_f64(0.5);
        self.mean_loss("huber_loss", target, |x, y| {
            let d = (x - y).abs();
            if d <= delta { half * d * d } else { delta * (d - half * delta) }
        })
    }

    /// The mean of `max(z, 0) - z y + ln(1 + e^-|z|)`: the cross entropy of 0/1 targets `y` and `sigmoid(z)`.
    ///
    /// # Panics
    /// If the shapes differ or there are no numbers.
    #[track_caller]
    pub fn binary_cross_entropy_with_logits(&self, target: &Self) -> T {
        self.mean_loss("binary_cross_entropy_with_logits", target, |z, y| z.softplus() - z * y)
    }
}

impl<T: Real> Matrix<T> {
    /// The mean over the rows of `logsumexp(row) - row[label]`: the cross entropy of a label for each row of logits.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let logits = Matrix::from([[0.0_f64, 0.0], [0.0, 0.0]]);
    /// assert_eq!(logits.cross_entropy(&[0, 1]), 2.0_f64.ln());
    /// ```
    ///
    /// # Panics
    /// If there is not one label for each row, a label is not a column, or there are no rows.
    #[track_caller]
    pub fn cross_entropy(&self, labels: &[usize]) -> T {
        if self.rows() != labels.len() {
            let reason = "there must be one label for each row";
            ShapeError::pair("cross_entropy", &self.shape, &[labels.len()], reason).raise();
        }
        let mut losses = Vec::with_capacity(labels.len());
        for (i, &label) in labels.iter().enumerate() {
            if label >= self.cols() {
                ShapeError::label("cross_entropy", &self.shape, label).raise();
            }
            let row = self.row(i);
            let (shift, logarithm) = shifted_logarithm(row.iter().copied());
            losses.push(logarithm + shift - row[label]);
        }
        losses.mean()
    }
}
