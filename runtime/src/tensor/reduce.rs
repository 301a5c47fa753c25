//! Reductions over all numbers.

use super::Tensor;
use crate::error::ShapeError;
use crate::real::Real;
use crate::reduce::Reduce;

impl<T: Real, const R: usize> Tensor<T, R> {
    /// The sum of all numbers, 0 if there are none.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let x = Matrix::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!((x.sum(), x.mean(), x.max(), x.min(), x.prod()), (10.0, 2.5, 4.0, 1.0, 24.0));
    /// ```
    pub fn sum(&self) -> T {
        self.data.sum()
    }

    /// The product of all numbers, 1 if there are none.
    pub fn prod(&self) -> T {
        self.data.prod()
    }

    /// The arithmetic mean of all numbers.
    ///
    /// # Panics
    /// If there are none.
    #[track_caller]
    pub fn mean(&self) -> T {
        self.some("mean").mean()
    }

    /// The largest number. NaN is passed over, as by `f32::max`.
    ///
    /// # Panics
    /// If there are none.
    #[track_caller]
    pub fn max(&self) -> T {
        self.some("max").max()
    }

    /// The smallest number. NaN is passed over, as by `f32::min`.
    ///
    /// # Panics
    /// If there are none.
    #[track_caller]
    pub fn min(&self) -> T {
        self.some("min").min()
    }

    /// The Euclidean norm `√Σx²` over all numbers.
    pub fn norm(&self) -> T {
        self.data.norm()
    }

    /// The numbers, of which there is at least one.
    #[track_caller]
    pub(super) fn some(&self, operation: &'static str) -> &[T] {
        if self.is_empty() {
            ShapeError::empty(operation, &self.shape).raise();
        }
        &self.data
    }
}
