//! Ways to make a tensor.

use alloc::vec::Vec;

use super::{Matrix, Tensor, Vector, View};
use crate::error::ShapeError;
use crate::real::Real;
use crate::storage;

/// Whether a shape takes this count of numbers.
pub(super) fn check_length(
    operation: &'static str,
    shape: &[usize],
    length: usize,
) -> Result<(), ShapeError> {
    let product = shape.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis));
    if product == Some(length) { Ok(()) } else { Err(ShapeError::length(operation, shape, length)) }
}

impl<T, const R: usize> Tensor<T, R> {
    /// A tensor of these numbers in row-major order, in the storage that they are in.
    ///
    /// Storage that a tensor makes for itself is quicker to read where there are millions of numbers, since it
    /// asks for huge pages (on Linux, with the feature `huge-pages`). A [`clone`](Clone::clone) has such storage;
    /// it pays if the numbers are read some ten times.
    ///
    /// # Errors
    /// If the shape takes another count of numbers.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let x = Matrix::from_vec([2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
    /// assert_eq!(x.row(1), [4.0, 5.0, 6.0]);
    /// # Ok::<(), ShapeError>(())
    /// ```
    pub fn from_vec(shape: [usize; R], data: Vec<T>) -> Result<Self, ShapeError> {
        check_length("from_vec", &shape, data.len())?;
        Ok(Tensor { shape, data })
    }
}

impl<T: Real, const R: usize> Tensor<T, R> {
    /// A tensor with one number everywhere.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// assert_eq!(Matrix::full([1, 2], 0.5), Matrix::from([[0.5, 0.5]]));
    /// ```
    pub fn full(shape: [usize; R], value: T) -> Self {
        Tensor { shape, data: storage::full(value, shape.iter().product()) }
    }

    /// A tensor of zeros.
    pub fn zeros(shape: [usize; R]) -> Self {
        Self::full(shape, T::ZERO)
    }

    /// A tensor of ones.
    pub fn ones(shape: [usize; R]) -> Self {
        Self::full(shape, T::ONE)
    }
}

impl<T: Real> Tensor<T, 2> {
    /// The identity: ones on the diagonal.
    pub fn eye(n: usize) -> Self {
        let mut eye = Self::zeros([n, n]);
        eye.data.iter_mut().step_by(n + 1).for_each(|x| *x = T::ONE);
        eye
    }
}

impl<T: Real> Tensor<T, 1> {
    /// The numbers `start, start + step, ..` before `end`, as PyTorch's `arange`.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// assert_eq!(Vector::arange(0.0, 1.0, 0.25), Vector::from([0.0, 0.25, 0.5, 0.75]));
    /// assert_eq!(Vector::arange(3.0, 0.0, -1.0), Vector::from([3.0, 2.0, 1.0]));
    /// ```
    ///
    /// # Panics
    /// If `step` is zero, leads away from `end`, or a number is not finite.
    #[track_caller]
    pub fn arange(start: T, end: T, step: T) -> Self {
        let count = (end.to_f64() - start.to_f64()) / step.to_f64();
        assert!(
            count.is_finite() && count >= 0.0 && step != T::ZERO,
            "cannot arange from {start} to {end} in steps of {step}"
        );
        let whole = count as usize;
        let len = whole + usize::from((whole as f64) < count);
        (0..len).map(|i| start + T::from_usize(i) * step).collect()
    }

    /// `len` numbers from `start` to `end`, both included, at equal distances.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// assert_eq!(Vector::linspace(-1.0, 1.0, 5), Vector::from([-1.0, -0.5, 0.0, 0.5, 1.0]));
    /// ```
    pub fn linspace(start: T, end: T, len: usize) -> Self {
        let step = (end - start) / T::from_usize(len.saturating_sub(1).max(1));
        // Counted from the nearer end, so that both ends are exact.
        let at = |i: usize| {
            if i < len.div_ceil(2) {
                start + T::from_usize(i) * step
            } else {
                end - T::from_usize(len - 1 - i) * step
            }
        };
        (0..len).map(at).collect()
    }
}

impl<T> From<Vec<T>> for Tensor<T, 1> {
    fn from(data: Vec<T>) -> Self {
        Tensor { shape: [data.len()], data }
    }
}

impl<T: Real> From<&[T]> for Tensor<T, 1> {
    fn from(data: &[T]) -> Self {
        Vector::from(storage::copy(data))
    }
}

impl<T: Real> FromIterator<T> for Tensor<T, 1> {
    fn from_iter<I: IntoIterator<Item = T>>(numbers: I) -> Self {
        Vector::from(storage::collect(numbers))
    }
}

impl<T: Real, const R: usize> From<View<'_, T, R>> for Tensor<T, R> {
    fn from(view: View<'_, T, R>) -> Self {
        view.to_tensor()
    }
}

impl<T: Real, const A: usize> From<[T; A]> for Tensor<T, 1> {
    fn from(numbers: [T; A]) -> Self {
        Vector::from(numbers.as_slice())
    }
}

impl<T: Real, const A: usize, const B: usize> From<[[T; B]; A]> for Matrix<T> {
    fn from(rows: [[T; B]; A]) -> Self {
        Tensor { shape: [A, B], data: rows.as_flattened().to_vec() }
    }
}

impl<T: Real, const A: usize, const B: usize, const C: usize> From<[[[T; C]; B]; A]> for Tensor<T, 3> {
    fn from(blocks: [[[T; C]; B]; A]) -> Self {
        Tensor { shape: [A, B, C], data: blocks.as_flattened().as_flattened().to_vec() }
    }
}

impl<T: Real, const A: usize, const B: usize, const C: usize, const D: usize> From<[[[[T; D]; C]; B]; A]>
    for Tensor<T, 4>
{
    fn from(blocks: [[[[T; D]; C]; B]; A]) -> Self {
        Tensor { shape: [A, B, C, D], data: blocks.as_flattened().as_flattened().as_flattened().to_vec() }
    }
}
