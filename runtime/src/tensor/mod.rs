//! Tensors: owned numbers in row-major order with a rank known to the compiler.

mod axis;
#[cfg(feature = "approx")]
mod compare;
mod create;
mod display;
mod elementwise;
mod linear;
mod loss;
mod operators;
pub mod rank;
mod reduce;
#[cfg(feature = "serde")]
mod serde;
mod view;

use alloc::vec::Vec;
use core::ops::{Index, IndexMut, Range};

use crate::error::ShapeError;
use crate::real::Real;
use crate::storage;

pub use elementwise::Operand;
pub use view::View;

/// An owned tensor of rank `R` in row-major order: the last axis is contiguous.
///
/// Methods that cannot return an error panic with the message of a [`ShapeError`] where shapes do not fit.
///
/// ```
/// use gradus::prelude::*;
///
/// let x = Matrix::from([[1.0, 2.0], [3.0, 4.0]]);
/// let b = Vector::from([10.0, 20.0]);
/// assert_eq!(&x + &b, Matrix::from([[11.0, 22.0], [13.0, 24.0]]));
/// assert_eq!(x[[1, 0]], 3.0);
/// assert_eq!(x.sum_axis(0), Vector::from([4.0, 6.0]));
/// assert_eq!(x.matmul(&b), Vector::from([50.0, 110.0]));
/// ```
#[derive(PartialEq)]
pub struct Tensor<T, const R: usize> {
    shape: [usize; R],
    data: Vec<T>,
}

/// A tensor of rank 1.
pub type Vector<T = f32> = Tensor<T, 1>;

/// A tensor of rank 2.
pub type Matrix<T = f32> = Tensor<T, 2>;

impl<T: Clone, const R: usize> Clone for Tensor<T, R> {
    fn clone(&self) -> Self {
        Tensor { shape: self.shape, data: storage::copy(&self.data) }
    }

    fn clone_from(&mut self, other: &Self) {
        self.shape = other.shape;
        self.data.clone_from(&other.data);
    }
}

/// A tensor without numbers: every axis has length 0.
impl<T, const R: usize> Default for Tensor<T, R> {
    fn default() -> Self {
        Tensor { shape: [0; R], data: Vec::new() }
    }
}

impl<T, const R: usize> Tensor<T, R> {
    /// The length of each axis.
    pub fn shape(&self) -> &[usize; R] {
        &self.shape
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there are no numbers.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The length of the first axis.
    pub fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or(1)
    }

    /// The numbers in row-major order.
    pub fn data(&self) -> &[T] {
        &self.data
    }

    /// The numbers in row-major order.
    pub fn data_mut(&mut self) -> &mut [T] {
        &mut self.data
    }

    /// The numbers in row-major order, without a copy.
    pub fn into_vec(self) -> Vec<T> {
        self.data
    }

    /// The numbers in row-major order, one by one.
    pub fn iter(&self) -> core::slice::Iter<'_, T> {
        self.data.iter()
    }

    /// The numbers in row-major order, one by one.
    pub fn iter_mut(&mut self) -> core::slice::IterMut<'_, T> {
        self.data.iter_mut()
    }

    /// The whole tensor, borrowed.
    pub fn view(&self) -> View<'_, T, R> {
        View { shape: self.shape, data: &self.data }
    }

    /// Row `i` along the first axis: a contiguous run of numbers.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn row(&self, i: usize) -> &[T] {
        self.view().row(i)
    }

    /// The rows of a range along the first axis, without a copy: a mini-batch.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let x = Matrix::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    /// let batch = x.slice_rows(1..3);
    /// assert_eq!(batch.shape(), &[2, 2]);
    /// assert_eq!(batch.data(), [3.0, 4.0, 5.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// If the range ends behind the last row.
    #[track_caller]
    pub fn slice_rows(&self, range: Range<usize>) -> View<'_, T, R> {
        self.view().slice_rows(range)
    }
}

impl<T> Tensor<T, 2> {
    /// The length of the second axis.
    pub fn cols(&self) -> usize {
        self.shape[1]
    }
}

impl<T: Real, const R: usize> Tensor<T, R> {
    /// The tensor of `f` of each number.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let x = Vector::from([1.0_f32, 2.0]);
    /// assert_eq!(x.map(f64::from), Vector::<f64>::from([1.0, 2.0]));
    /// ```
    pub fn map<U>(&self, f: impl FnMut(T) -> U) -> Tensor<U, R> {
        Tensor { shape: self.shape, data: storage::collect(self.data.iter().copied().map(f)) }
    }

    /// The same numbers in another shape.
    ///
    /// # Errors
    /// If the other shape takes another count of numbers.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let column = Vector::from([1.0, 2.0]).reshape([2, 1])?;
    /// assert_eq!(column, Matrix::from([[1.0], [2.0]]));
    /// # Ok::<(), ShapeError>(())
    /// ```
    pub fn reshape<const S: usize>(&self, shape: [usize; S]) -> Result<Tensor<T, S>, ShapeError> {
        create::check_length("reshape", &shape, self.len())?;
        Ok(Tensor { shape, data: storage::copy(&self.data) })
    }

    /// The rows with these numbers, in this order, copied.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        self.view().select_rows(rows)
    }

    /// As [`select_rows`](Self::select_rows), into a tensor whose storage is used again.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn select_rows_into(&self, rows: &[usize], out: &mut Self) {
        self.view().select_rows_into(rows, out);
    }
}

/// The place of an element in row-major order.
#[track_caller]
fn offset<const R: usize>(shape: &[usize; R], index: [usize; R]) -> usize {
    let mut offset = 0;
    for (&length, &i) in shape.iter().zip(&index) {
        if i >= length {
            ShapeError::index("index", shape, &index).raise();
        }
        offset = offset * length + i;
    }
    offset
}

impl<T, const R: usize> Index<[usize; R]> for Tensor<T, R> {
    type Output = T;

    #[track_caller]
    fn index(&self, index: [usize; R]) -> &T {
        &self.data[offset(&self.shape, index)]
    }
}

impl<T, const R: usize> IndexMut<[usize; R]> for Tensor<T, R> {
    #[track_caller]
    fn index_mut(&mut self, index: [usize; R]) -> &mut T {
        let offset = offset(&self.shape, index);
        &mut self.data[offset]
    }
}

impl<T> Index<usize> for Tensor<T, 1> {
    type Output = T;

    #[track_caller]
    fn index(&self, index: usize) -> &T {
        &self[[index]]
    }
}

impl<T> IndexMut<usize> for Tensor<T, 1> {
    #[track_caller]
    fn index_mut(&mut self, index: usize) -> &mut T {
        &mut self[[index]]
    }
}

impl<'a, T, const R: usize> IntoIterator for &'a Tensor<T, R> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T, const R: usize> IntoIterator for &'a mut Tensor<T, R> {
    type Item = &'a mut T;
    type IntoIter = core::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<T, const R: usize> IntoIterator for Tensor<T, R> {
    type Item = T;
    type IntoIter = alloc::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.data.into_iter()
    }
}
