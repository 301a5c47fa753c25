//! Linear algebra.

use super::rank::{Matmul, Shaped};
use super::{Matrix, Tensor, Vector};
use crate::error::ShapeError;
use crate::matmul::{Size, Strided, Write, matmul};
use crate::real::Real;
use crate::reduce::Reduce;
use crate::storage;

impl<T: Real, const P: usize> Tensor<T, P> {
    /// The matrix product: of two matrices, of a matrix and a vector, or of two batches of matrices (rank 3).
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let a = Matrix::from([[1.0, 2.0], [3.0, 4.0]]);
    /// let x = Vector::from([1.0, 10.0]);
    /// assert_eq!(a.matmul(&a), Matrix::from([[7.0, 10.0], [15.0, 22.0]]));
    /// assert_eq!(a.matmul(&x), Vector::from([21.0, 43.0]));
    /// assert_eq!(x.matmul(&a), Vector::from([31.0, 42.0]));
    /// ```
    ///
    /// # Panics
    /// If the inner axes or the batches differ in length.
    #[track_caller]
    pub fn matmul<const Q: usize>(&self, right: &Tensor<T, Q>) -> <Self as Matmul<T, Tensor<T, Q>>>::Output
    where
        Self: Matmul<T, Tensor<T, Q>>,
    {
        // A vector on the left is one row, on the right one column.
        let (left_batch, rows, inner) = match *self.shape.as_slice() {
            [batch, rows, inner] => (batch, rows, inner),
            [rows, inner] => (1, rows, inner),
            _ => (1, 1, self.len()),
        };
        let (right_batch, right_inner, cols) = match *right.shape.as_slice() {
            [batch, inner, cols] => (batch, inner, cols),
            [inner, cols] => (1, inner, cols),
            _ => (1, right.len(), 1),
        };
        if inner != right_inner {
            let reason = "the last axis of the left and the first of the right matrix must be equal";
            ShapeError::pair("matmul", &self.shape, &right.shape, reason).raise();
        }
        if left_batch != right_batch {
            ShapeError::pair("matmul", &self.shape, &right.shape, "the batches must be equal").raise();
        }
        let mut data = storage::full(T::ZERO, left_batch * rows * cols);
        matmul(
            Size { batch: left_batch, rows, inner, cols },
            Strided { data: self.data(), strides: [rows * inner, inner, 1] },
            Strided { data: right.data(), strides: [inner * cols, cols, 1] },
            Strided { data: &mut data, strides: [rows * cols, cols, 1] },
            Write::Accumulate,
        );
        let shape = match (P, Q) {
            (1, _) => &[cols][..],
            (_, 1) => &[rows],
            (2, _) => &[rows, cols],
            _ => &[left_batch, rows, cols],
        };
        Shaped::from_parts(shape, data)
    }
}

impl<T: Real> Vector<T> {
    /// The sum of the products of numbers at the same place.
    ///
    /// # Panics
    /// If the lengths differ.
    #[track_caller]
    pub fn dot(&self, right: &Self) -> T {
        self.data.dot(&right.data)
    }

    /// The matrix of the products of each number with each of another vector.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let x = Vector::from([1.0, 2.0]);
    /// assert_eq!(x.outer(&Vector::from([3.0, 4.0])), Matrix::from([[3.0, 4.0], [6.0, 8.0]]));
    /// ```
    #[must_use]
    pub fn outer(&self, right: &Self) -> Matrix<T> {
        let data = self.iter().flat_map(|&x| right.iter().map(move |&y| x * y)).collect();
        Tensor { shape: [self.len(), right.len()], data }
    }
}

/// The transpose of each of a batch of matrices.
fn transpose<T: Real, const R: usize>(
    tensor: &Tensor<T, R>,
    shape: [usize; R],
    rows: usize,
    cols: usize,
) -> Tensor<T, R> {
    let mut data = storage::with_capacity(tensor.len());
    for block in tensor.data.chunks_exact((rows * cols).max(1)) {
        for j in 0..cols {
            data.extend(block.iter().skip(j).step_by(cols));
        }
    }
    Tensor { shape, data }
}

impl<T: Real> Matrix<T> {
    /// The transpose.
    ///
    /// ```
    /// use gradus::prelude::*;
    ///
    /// let x = Matrix::from([[1.0, 2.0, 3.0]]);
    /// assert_eq!(x.t(), Matrix::from([[1.0], [2.0], [3.0]]));
    /// ```
    #[must_use]
    pub fn t(&self) -> Self {
        let [rows, cols] = self.shape;
        transpose(self, [cols, rows], rows, cols)
    }
}

impl<T: Real> Tensor<T, 3> {
    /// The transpose of each matrix: the last two axes change places.
    #[must_use]
    pub fn t(&self) -> Self {
        let [batch, rows, cols] = self.shape;
        transpose(self, [batch, cols, rows], rows, cols)
    }
}
