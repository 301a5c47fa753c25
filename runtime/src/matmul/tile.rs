//! A piece of a product that stays in registers while it is summed up.

use super::Write;
use crate::real::Real;
use crate::simd::{Lanes, Simd};

/// Some rows of the left factor.
pub(super) trait Left<T, const M: usize>: Copy {
    /// The number of each row at a place along the inner axis.
    fn step(&self, k: usize) -> [T; M];
}

/// Rows that lie along memory, as long as the inner axis.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, T, const M: usize>(pub(super) [&'a [T]; M]);

impl<T: Real, const M: usize> Left<T, M> for Rows<'_, T, M> {
    #[inline(always)]
    fn step(&self, k: usize) -> [T; M] {
        let mut step = [T::ZERO; M];
        for (number, row) in step.iter_mut().zip(self.0) {
            *number = row[k];
        }
        step
    }
}

/// Rows whose numbers at one place along the inner axis lie together.
#[derive(Clone, Copy)]
pub(super) struct Packed<'a, T, const M: usize>(pub(super) &'a [[T; M]]);

impl<T: Real, const M: usize> Left<T, M> for Packed<'_, T, M> {
    #[inline(always)]
    fn step(&self, k: usize) -> [T; M] {
        self.0[k]
    }
}

/// Some columns of the right factor, whose rows lie along memory: the one at `k` begins at `data[k * stride]`.
#[derive(Clone, Copy)]
pub(super) struct Right<'a, T> {
    pub(super) data: &'a [T],
    pub(super) stride: usize,
}

/// Where a tile goes: element `(i, j)` to `data[i * strides[0] + j * strides[1]]`, but only the first rows and
/// columns.
pub(super) struct Target<'a, T> {
    pub(super) data: &'a mut [T],
    pub(super) strides: [usize; 2],
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) write: Write,
}

/// The product of `M` rows and `N` vectors of columns. If `N` is 1, the vector may be in part behind the last
/// column.
#[inline(always)]
pub(super) fn tile<S: Simd, T: Real, const M: usize, const N: usize>(
    depth: usize,
    left: impl Left<T, M>,
    right: Right<'_, T>,
    target: Target<'_, T>,
) {
    let lanes = T::Lanes::<S>::LEN;
    let mut sums = [[T::Lanes::<S>::splat(T::ZERO); N]; M];
    for k in 0..depth {
        let numbers = &right.data[k * right.stride..];
        let mut vectors = [T::Lanes::<S>::splat(T::ZERO); N];
        if N == 1 {
            vectors[0] = T::Lanes::<S>::load_up_to(numbers, 0, target.cols, T::ZERO);
        } else {
            let numbers = &numbers[..N * lanes];
            for (j, vector) in vectors.iter_mut().enumerate() {
                *vector = T::Lanes::<S>::load(numbers, j * lanes);
            }
        }
        let step = left.step(k);
        for (sums, number) in sums.iter_mut().zip(step) {
            let number = T::Lanes::<S>::splat(number);
            for (sum, vector) in sums.iter_mut().zip(vectors) {
                *sum = number.fused(vector, *sum);
            }
        }
    }
    put::<S, T, M, N>(sums, target);
}

#[inline(always)]
fn put<S: Simd, T: Real, const M: usize, const N: usize>(sums: [[T::Lanes<S>; N]; M], target: Target<'_, T>) {
    let Target { data, strides: [of_row, of_col], rows, cols, write } = target;
    let lanes = T::Lanes::<S>::LEN;
    if N > 1 && rows >= M && of_col == 1 {
        return put_whole::<S, T, M, N>(sums, data, of_row, write);
    }
    for (i, sums) in sums.iter().enumerate() {
        if i < rows {
            let row = &mut data[i * of_row..];
            for (j, &sum) in sums.iter().enumerate() {
                if of_col == 1 {
                    // Only a lone vector can be in part behind the last column.
                    let len = if N == 1 { cols } else { lanes };
                    let sum = match write {
                        Write::Overwrite => sum,
                        Write::Accumulate => T::Lanes::<S>::load_up_to(row, j * lanes, len, T::ZERO) + sum,
                    };
                    sum.store_up_to(row, j * lanes, len);
                } else {
                    scatter::<S, T>(sum, row, j * lanes, cols, of_col, write);
                }
            }
        }
    }
}

/// Puts a tile all of which is there, in rows along memory.
#[inline(always)]
fn put_whole<S: Simd, T: Real, const M: usize, const N: usize>(
    mut sums: [[T::Lanes<S>; N]; M],
    data: &mut [T],
    of_row: usize,
    write: Write,
) {
    let lanes = T::Lanes::<S>::LEN;
    if write == Write::Accumulate {
        for (i, sums) in sums.iter_mut().enumerate() {
            let row = &data[i * of_row..][..N * lanes];
            for (j, sum) in sums.iter_mut().enumerate() {
                *sum += T::Lanes::<S>::load(row, j * lanes);
            }
        }
    }
    for (i, sums) in sums.into_iter().enumerate() {
        let row = &mut data[i * of_row..][..N * lanes];
        for (j, sum) in sums.into_iter().enumerate() {
            sum.store(row, j * lanes);
        }
    }
}

/// Puts each lane in its place, where places are apart.
#[inline(always)]
fn scatter<S: Simd, T: Real>(
    sum: T::Lanes<S>,
    row: &mut [T],
    first: usize,
    cols: usize,
    of_col: usize,
    write: Write,
) {
    let mut numbers = [T::ZERO; super::MOST_LANES];
    sum.store(&mut numbers, 0);
    for (j, number) in (first..cols).zip(&numbers[..T::Lanes::<S>::LEN]) {
        let place = &mut row[j * of_col];
        *place = if write == Write::Accumulate { *place + *number } else { *number };
    }
}
