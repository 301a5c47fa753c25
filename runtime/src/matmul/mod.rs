//! Batched matrix multiplication.

use crate::real::Real;
use crate::reduce::lanes;

/// The extents of a batch of products: `[rows, inner]` times `[inner, cols]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// How many products.
    pub batch: usize,
    /// Rows of the left factor and of the product.
    pub rows: usize,
    /// Columns of the left factor and rows of the right one.
    pub inner: usize,
    /// Columns of the right factor and of the product.
    pub cols: usize,
}

/// A batch of matrices in a slice: element `(i, j)` of matrix `b` is at `b * strides[0] + i * strides[1] + j * strides[2]`.
///
/// Swapped strides are a transpose; a batch stride of 0 repeats one matrix.
#[derive(Debug, Clone, Copy)]
pub struct Strided<D> {
    /// The numbers, from the first element of the first matrix.
    pub data: D,
    /// The distances between batches, rows and columns.
    pub strides: [usize; 3],
}

/// What happens to the numbers that are in the product's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// They are overwritten.
    Overwrite,
    /// The product is added to them.
    Accumulate,
}

/// `c = a b` or `c += a b` for a batch of matrices.
///
/// # Panics
/// If a slice is too short for its strides and the size.
pub fn matmul<T: Real>(size: Size, a: Strided<&[T]>, b: Strided<&[T]>, c: Strided<&mut [T]>, write: Write) {
    for batch in 0..size.batch {
        let a = Strided { data: from(a.data, batch * a.strides[0]), strides: a.strides };
        let b = Strided { data: from(b.data, batch * b.strides[0]), strides: b.strides };
        let start = (batch * c.strides[0]).min(c.data.len());
        let c = Strided { data: &mut c.data[start..], strides: c.strides };
        one(size, a, b, c, write);
    }
}

/// The rest of a slice; nothing if a matrix without elements begins behind its end.
fn from<T>(data: &[T], start: usize) -> &[T] {
    &data[start.min(data.len())..]
}

fn one<T: Real>(size: Size, a: Strided<&[T]>, b: Strided<&[T]>, c: Strided<&mut [T]>, write: Write) {
    let [_, a_row, a_col] = a.strides;
    let [_, b_row, b_col] = b.strides;
    let [_, c_row, c_col] = c.strides;
    for i in 0..size.rows {
        if write == Write::Overwrite {
            (0..size.cols).for_each(|j| c.data[i * c_row + j * c_col] = T::ZERO);
        }
        if size.inner == 0 || size.cols == 0 {
            continue;
        }
        // The loop that runs along memory goes inside: along a row of `b` and `c`, or along the inner axis.
        if size.cols > 1 && b_col == 1 && c_col == 1 {
            let out = &mut c.data[i * c_row..][..size.cols];
            for k in 0..size.inner {
                let factor = a.data[i * a_row + k * a_col];
                for (out, &b) in out.iter_mut().zip(&b.data[k * b_row..][..size.cols]) {
                    *out += factor * b;
                }
            }
        } else if a_col == 1 && b_row == 1 {
            let left = &a.data[i * a_row..][..size.inner];
            for j in 0..size.cols {
                let right = &b.data[j * b_col..][..size.inner];
                c.data[i * c_row + j * c_col] += lanes(left, right, |x, y| x * y);
            }
        } else {
            for k in 0..size.inner {
                let factor = a.data[i * a_row + k * a_col];
                for j in 0..size.cols {
                    c.data[i * c_row + j * c_col] += factor * b.data[k * b_row + j * b_col];
                }
            }
        }
    }
}
