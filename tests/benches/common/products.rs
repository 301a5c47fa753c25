//! Matrix products of the peers.

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, ShapeBuilder};

/// A matrix in a slice, which may be transposed.
#[derive(Clone, Copy)]
pub(crate) struct Factor<'a> {
    pub(crate) data: &'a [f32],
    pub(crate) shape: [usize; 2],
    pub(crate) strides: [usize; 2],
}

impl<'a> Factor<'a> {
    /// Row by row.
    pub(crate) fn new(data: &'a [f32], shape: [usize; 2]) -> Self {
        assert_eq!(data.len(), shape[0] * shape[1]);
        Factor { data, shape, strides: [shape[1], 1] }
    }
}

/// Overwrites `c` with `a b`, row by row.
pub(crate) type Product = fn(a: Factor<'_>, b: Factor<'_>, c: &mut [f32]);

/// By the crate `gemm`, on one thread.
#[allow(unsafe_code, reason = "the crate has no other interface")]
pub(crate) fn gemm(a: Factor<'_>, b: Factor<'_>, c: &mut [f32]) {
    let ([m, k], [_, n]) = (a.shape, b.shape);
    assert!(b.shape[0] == k && c.len() == m * n);
    let [[a_row, a_col], [b_row, b_col]] = [a.strides, b.strides].map(|strides| strides.map(|s| s as isize));
    // SAFETY: `Factor` has as many numbers as its shape says, at these strides, and so has `c`.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            n as isize,
            false,
            a.data.as_ptr(),
            a_col,
            a_row,
            b.data.as_ptr(),
            b_col,
            b_row,
            0.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

/// By the crate `ndarray`, which calls `matrixmultiply`.
pub(crate) fn ndarray(a: Factor<'_>, b: Factor<'_>, c: &mut [f32]) {
    let [left, right] = [a, b].map(|factor| {
        let ([rows, cols], [row, col]) = (factor.shape, factor.strides);
        ArrayView2::from_shape((rows, cols).strides((row, col)), factor.data).expect("a matrix of its shape")
    });
    let mut c = ArrayViewMut2::from_shape((a.shape[0], b.shape[1]), c).expect("room for the product");
    general_mat_mul(1.0, &left, &right, 0.0, &mut c);
}
