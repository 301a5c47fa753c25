//! [`View`]: a tensor that is borrowed.

use core::ops::{Index, Range};

use super::{Tensor, offset};
use crate::error::ShapeError;
use crate::real::Real;
use crate::storage;

/// A borrowed contiguous tensor of rank `R` in row-major order: a whole tensor, or some of its rows.
///
/// Generated functions take whatever becomes a view, so a mini-batch is passed without a copy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View<'a, T, const R: usize> {
    pub(super) shape: [usize; R],
    pub(super) data: &'a [T],
}

impl<'a, T, const R: usize> View<'a, T, R> {
    /// Borrows numbers in row-major order.
    ///
    /// # Errors
    /// If the shape takes another count of numbers.
    pub fn new(shape: [usize; R], data: &'a [T]) -> Result<Self, ShapeError> {
        super::create::check_length("view", &shape, data.len())?;
        Ok(View { shape, data })
    }

    /// The length of each axis.
    pub fn shape(&self) -> &[usize; R] {
        &self.shape
    }

    /// The numbers in row-major order.
    pub fn data(&self) -> &'a [T] {
        self.data
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

    /// How many numbers a row has.
    fn width(&self) -> usize {
        self.shape.iter().skip(1).product()
    }

    /// Row `i` along the first axis: a contiguous run of numbers.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn row(&self, i: usize) -> &'a [T] {
        if i >= self.rows() {
            ShapeError::index("take a row of", &self.shape, &[i]).raise();
        }
        &self.data[i * self.width()..][..self.width()]
    }

    /// The rows of a range along the first axis, without a copy.
    ///
    /// # Panics
    /// If the range ends behind the last row.
    #[track_caller]
    pub fn slice_rows(&self, range: Range<usize>) -> Self {
        if range.start > range.end || range.end > self.rows() {
            ShapeError::rows("slice rows of", &self.shape, range).raise();
        }
        let mut shape = self.shape;
        if let Some(rows) = shape.first_mut() {
            *rows = range.len();
        }
        View { shape, data: &self.data[range.start * self.width()..range.end * self.width()] }
    }
}

impl<T> View<'_, T, 2> {
    /// The length of the second axis.
    pub fn cols(&self) -> usize {
        self.shape[1]
    }
}

impl<T: Real, const R: usize> View<'_, T, R> {
    /// A copy that owns its numbers.
    pub fn to_tensor(&self) -> Tensor<T, R> {
        Tensor { shape: self.shape, data: storage::copy(self.data) }
    }

    /// The rows with these numbers, in this order, copied.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn select_rows(&self, rows: &[usize]) -> Tensor<T, R> {
        let mut out = Tensor::default();
        self.select_rows_into(rows, &mut out);
        out
    }

    /// As [`select_rows`](Self::select_rows), into a tensor whose storage is used again.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub fn select_rows_into(&self, rows: &[usize], out: &mut Tensor<T, R>) {
        out.shape = self.shape;
        if let Some(first) = out.shape.first_mut() {
            *first = rows.len();
        }
        storage::make_room(&mut out.data, rows.len() * self.width());
        for &i in rows {
            out.data.extend_from_slice(self.row(i));
        }
    }
}

impl<T, const R: usize> Index<[usize; R]> for View<'_, T, R> {
    type Output = T;

    #[track_caller]
    fn index(&self, index: [usize; R]) -> &T {
        &self.data[offset(&self.shape, index)]
    }
}

impl<T> Index<usize> for View<'_, T, 1> {
    type Output = T;

    #[track_caller]
    fn index(&self, index: usize) -> &T {
        &self[[index]]
    }
}

impl<'a, T, const R: usize> From<&'a Tensor<T, R>> for View<'a, T, R> {
    fn from(tensor: &'a Tensor<T, R>) -> Self {
        tensor.view()
    }
}

impl<'a, T> From<&'a [T]> for View<'a, T, 1> {
    fn from(data: &'a [T]) -> Self {
        View { shape: [data.len()], data }
    }
}

impl<'a, T, const N: usize> From<&'a [T; N]> for View<'a, T, 1> {
    fn from(data: &'a [T; N]) -> Self {
        View { shape: [N], data }
    }
}

impl<'a, T, const N: usize, const M: usize> From<&'a [[T; N]; M]> for View<'a, T, 2> {
    fn from(data: &'a [[T; N]; M]) -> Self {
        View { shape: [M, N], data: data.as_flattened() }
    }
}
