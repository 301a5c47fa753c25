//! Copies of transposed matrices, as many rows and columns at a time as vectors have lanes.

use super::MOST_LANES;
use crate::real::Real;
use crate::simd::{Kernel, Lanes, Simd};

/// Copies rows of numbers to columns: number `j` of row `i`, at `from.0[i * from.1 + j]`, to
/// `to.0[j * to.1 + i]`.
pub(super) struct Turn<'a, T> {
    /// How many rows, and how many numbers each has.
    pub(super) size: [usize; 2],
    pub(super) from: (&'a [T], usize),
    pub(super) to: (&'a mut [T], usize),
}

impl<T: Real> Kernel for Turn<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { size: [rows, cols], from: (from, of_from), to: (to, of_to) } = self;
        let lanes = T::Lanes::<S>::LEN;
        for i in (0..rows).step_by(lanes) {
            for j in (0..cols).step_by(lanes) {
                let (rows, cols) = (lanes.min(rows - i), lanes.min(cols - j));
                let (from, to) = (&from[i * of_from + j..], &mut to[j * of_to + i..]);
                let mut vectors = [T::Lanes::<S>::splat(T::ZERO); MOST_LANES];
                for (row, vector) in vectors[..lanes].iter_mut().enumerate() {
                    if row < rows {
                        *vector = T::Lanes::<S>::load_up_to(from, row * of_from, cols, T::ZERO);
                    }
                }
                T::Lanes::<S>::turn(&mut vectors[..lanes]);
                for (col, vector) in vectors[..lanes].iter().enumerate() {
                    if col < cols {
                        vector.store_up_to(to, col * of_to, rows);
                    }
                }
            }
        }
    }
}
