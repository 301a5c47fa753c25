//! A piece of a product that stays in registers while it is summed up.

use core::ops::Range;

use super::Write;
use crate::real::Real;
use crate::simd::{Grid, Kernel, Lanes, Simd, outer_products, prefetch};

/// Where tiles go: element `(i, j)` to `data[i * stride + j]`, but only some rows and the first columns.
pub(super) struct Target<'a, T> {
    pub(super) data: &'a mut [T],
    pub(super) stride: usize,
    pub(super) rows: Range<usize>,
    pub(super) cols: usize,
    pub(super) write: Write,
}

/// `M` rows of the product, in tiles of `N` vectors of columns beside each other. The last columns end within the last
/// vector of the only tile where `PART` says so.
pub(super) struct Tiles<'a, T, const M: usize, const N: usize, const PART: bool> {
    pub(super) depth: usize,
    pub(super) left: Grid<'a, T>,
    pub(super) right: Grid<'a, T>,
    /// The distance from the columns of a tile to those of the next.
    pub(super) next: usize,
    pub(super) target: Target<'a, T>,
}

impl<T: Real, const M: usize, const N: usize, const PART: bool> Kernel for Tiles<'_, T, M, N, PART> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { depth, left, mut right, next, target } = self;
        let width = if PART { target.cols } else { N * T::Lanes::<S>::LEN };
        for from in (0..target.cols).step_by(width) {
            let data = &mut target.data[from..];
            let target = Target { data, rows: target.rows.clone(), cols: width, ..target };
            ask_for::<S, T, M, N>(&target);
            let sums = outer_products::<S, T, M, N, PART>(depth, left, right, width);
            put::<S, T, M, N>(sums, target);
            right.data = &right.data[next.min(right.data.len())..];
        }
    }
}

/// Asks for the memory of a tile while its sums are not there yet.
#[inline(always)]
fn ask_for<S: Simd, T: Real, const M: usize, const N: usize>(target: &Target<'_, T>) {
    for i in 0..M {
        for j in 0..N {
            prefetch(target.data, i * target.stride + j * T::Lanes::<S>::LEN);
        }
    }
}

/// Puts a tile in its place. Numbers are read before any is written: a vector that is read in part waits for
/// writes close by.
#[inline(always)]
fn put<S: Simd, T: Real, const M: usize, const N: usize>(
    mut sums: [[T::Lanes<S>; N]; M],
    target: Target<'_, T>,
) {
    let Target { data, stride, rows, cols, write } = target;
    let lanes = T::Lanes::<S>::LEN;
    // All loops are over all rows: a number of times that is not known when compiling would take the sums out of
    // their registers.
    if write == Write::Accumulate {
        for (i, sums) in sums.iter_mut().enumerate() {
            if rows.contains(&i) {
                let row = &data[i * stride..][..cols];
                for (j, sum) in sums.iter_mut().enumerate() {
                    *sum += T::Lanes::<S>::load_up_to(row, j * lanes, cols - j * lanes, T::ZERO);
                }
            }
        }
    }
    for (i, sums) in sums.into_iter().enumerate() {
        if rows.contains(&i) {
            let row = &mut data[i * stride..][..cols];
            for (j, sum) in sums.into_iter().enumerate() {
                sum.store_up_to(row, j * lanes, cols - j * lanes);
            }
        }
    }
}
