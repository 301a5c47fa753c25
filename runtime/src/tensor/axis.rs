//! Axes: a new one, and the reduction of one.

use alloc::vec::Vec;

use super::Tensor;
use super::rank::{InsertAxis, RemoveAxis, Shaped};
use crate::error::ShapeError;
use crate::real::Real;
use crate::storage;

/// A shape around one axis: a run of `len` numbers along it has them at distance `inner`, and there
/// are `outer * inner` runs.
pub(super) struct Split {
    pub(super) outer: usize,
    pub(super) len: usize,
    pub(super) inner: usize,
}

#[track_caller]
pub(super) fn split(operation: &'static str, shape: &[usize], axis: usize) -> Split {
    if axis >= shape.len() {
        ShapeError::axis(operation, shape, axis).raise();
    }
    Split {
        outer: shape[..axis].iter().product(),
        len: shape[axis],
        inner: shape[axis + 1..].iter().product(),
    }
}

impl<T: Real, const R: usize> Tensor<T, R> {
    /// Repeats the tensor `len` times along a new axis: the broadcast that a reader sees.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let b = Vector::from([1.0, 2.0]);
    /// assert_eq!(b.insert_axis(0, 3), Matrix::from([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]));
    /// assert_eq!(b.insert_axis(1, 3), Matrix::from([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]));
    /// ```
    ///
    /// # Panics
    /// If `axis` is greater than the rank.
    #[track_caller]
    pub fn insert_axis(&self, axis: usize, len: usize) -> <Self as InsertAxis<T>>::Output
    where
        Self: InsertAxis<T>,
    {
        if axis > R {
            ShapeError::axis("insert an axis into", &self.shape, axis).raise();
        }
        let (before, after) = self.shape.split_at(axis);
        let shape: Vec<usize> = before.iter().chain(&[len]).chain(after).copied().collect();
        let block = after.iter().product::<usize>().max(1);
        let mut data = storage::with_capacity(self.len() * len);
        for block in self.data.chunks_exact(block) {
            (0..len).for_each(|_| data.extend_from_slice(block));
        }
        Shaped::from_parts(&shape, data)
    }

    /// Reduces each run of numbers along an axis to one, from `start` or else from the run's first number.
    #[track_caller]
    fn reduce_axis(
        &self,
        operation: &'static str,
        axis: usize,
        start: Option<T>,
        f: impl Fn(T, T) -> T,
    ) -> Vec<T> {
        let Split { outer, len, inner } = split(operation, &self.shape, axis);
        let mut data = storage::with_capacity(outer * inner);
        for o in 0..outer {
            let mut run = &self.data[o * len * inner..][..len * inner];
            match start {
                Some(start) => data.extend(core::iter::repeat_n(start, inner)),
                None if len == 0 => ShapeError::empty(operation, &self.shape).raise(),
                None => {
                    data.extend_from_slice(&run[..inner]);
                    run = &run[inner..];
                }
            }
            let out = &mut data[o * inner..];
            for block in run.chunks_exact(inner.max(1)) {
                out.iter_mut().zip(block).for_each(|(out, &x)| *out = f(*out, x));
            }
        }
        data
    }

    /// The result of a reduction: this shape without the axis.
    pub(super) fn without_axis(&self, axis: usize, data: Vec<T>) -> <Self as RemoveAxis<T>>::Output
    where
        Self: RemoveAxis<T>,
    {
        let shape: Vec<usize> = self.shape[..axis].iter().chain(&self.shape[axis + 1..]).copied().collect();
        Shaped::from_parts(&shape, data)
    }

    /// The sum along an axis, which the result no longer has. A vector's is a number.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let x = Matrix::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.sum_axis(0), Vector::from([4.0, 6.0]));
    /// assert_eq!(x.sum_axis(1), Vector::from([3.0, 7.0]));
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    #[track_caller]
    pub fn sum_axis(&self, axis: usize) -> <Self as RemoveAxis<T>>::Output
    where
        Self: RemoveAxis<T>,
    {
        self.without_axis(axis, self.reduce_axis("sum_axis", axis, Some(T::ZERO), T::add))
    }

    /// The arithmetic mean along an axis, which the result no longer has.
    ///
    /// # Panics
    /// If there is no such axis, or it has length 0.
    #[track_caller]
    pub fn mean_axis(&self, axis: usize) -> <Self as RemoveAxis<T>>::Output
    where
        Self: RemoveAxis<T>,
    {
        let len = split("mean_axis", &self.shape, axis).len;
        if len == 0 {
            ShapeError::empty("mean_axis", &self.shape).raise();
        }
        let mut data = self.reduce_axis("mean_axis", axis, Some(T::ZERO), T::add);
        data.iter_mut().for_each(|x| *x /= T::from_usize(len));
        self.without_axis(axis, data)
    }

    /// The largest number along an axis, which the result no longer has.
    ///
    /// # Panics
    /// If there is no such axis, or it has length 0.
    #[track_caller]
    pub fn max_axis(&self, axis: usize) -> <Self as RemoveAxis<T>>::Output
    where
        Self: RemoveAxis<T>,
    {
        self.without_axis(axis, self.reduce_axis("max_axis", axis, None, T::max))
    }

    /// The smallest number along an axis, which the result no longer has.
    ///
    /// # Panics
    /// If there is no such axis, or it has length 0.
    #[track_caller]
    pub fn min_axis(&self, axis: usize) -> <Self as RemoveAxis<T>>::Output
    where
        Self: RemoveAxis<T>,
    {
        self.without_axis(axis, self.reduce_axis("min_axis", axis, None, T::min))
    }
}
