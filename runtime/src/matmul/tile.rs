//! A piece of a product that stays in registers while it is summed up.

use super::Write;
use crate::real::Real;
use crate::simd::{Kernel, Lanes, Simd};

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

/// Rows whose numbers at one place along the inner axis lie together, at this distance from those at the next.
#[derive(Clone, Copy)]
pub(super) struct Apart<'a, T> {
    pub(super) data: &'a [T],
    pub(super) stride: usize,
}

impl<T: Real, const M: usize> Left<T, M> for Apart<'_, T> {
    #[inline(always)]
    fn step(&self, k: usize) -> [T; M] {
        let mut step = [T::ZERO; M];
        step.copy_from_slice(&self.data[k * self.stride..][..M]);
        step
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
pub(super) struct Tile<'a, T, L, const M: usize, const N: usize> {
    pub(super) depth: usize,
    pub(super) left: L,
    pub(super) right: Right<'a, T>,
    pub(super) target: Target<'a, T>,
}

impl<T: Real, L: Left<T, M>, const M: usize, const N: usize> Kernel for Tile<'_, T, L, M, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { depth, left, right, target } = self;
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
}

/// Puts a tile in its place. Numbers are read before any is written: a vector that is read in part waits for
/// writes close by.
#[inline(always)]
fn put<S: Simd, T: Real, const M: usize, const N: usize>(
    mut sums: [[T::Lanes<S>; N]; M],
    target: Target<'_, T>,
) {
    let Target { data, strides: [of_row, of_col], rows, cols, write } = target;
    let lanes = T::Lanes::<S>::LEN;
    if of_col != 1 && of_row == 1 {
        return put_turned::<S, T, M, N>(sums, Target { data, ..target });
    }
    if of_col != 1 {
        for (i, sums) in sums.into_iter().enumerate().take(rows) {
            for (j, sum) in sums.into_iter().enumerate() {
                scatter::<S, T>(sum, &mut data[i * of_row..], j * lanes, cols, of_col, write);
            }
        }
        return;
    }
    // Only a lone vector can be in part behind the last column. A number of rows that is known when compiling takes
    // fewer instructions.
    let len = if N == 1 { cols } else { lanes };
    if rows >= M {
        put_rows::<S, T, N>(&mut sums, data, of_row, len, write);
    } else {
        put_rows::<S, T, N>(&mut sums[..rows], data, of_row, len, write);
    }
}

/// Puts rows along memory.
#[inline(always)]
fn put_rows<S: Simd, T: Real, const N: usize>(
    rows: &mut [[T::Lanes<S>; N]],
    data: &mut [T],
    of_row: usize,
    len: usize,
    write: Write,
) {
    let lanes = T::Lanes::<S>::LEN;
    if write == Write::Accumulate {
        for (i, sums) in rows.iter_mut().enumerate() {
            for (j, sum) in sums.iter_mut().enumerate() {
                *sum += T::Lanes::<S>::load_up_to(data, i * of_row + j * lanes, len, T::ZERO);
            }
        }
    }
    for (i, sums) in rows.iter().enumerate() {
        for (j, sum) in sums.iter().enumerate() {
            sum.store_up_to(data, i * of_row + j * lanes, len);
        }
    }
}

/// Puts a tile in columns along memory.
#[inline(always)]
fn put_turned<S: Simd, T: Real, const M: usize, const N: usize>(
    sums: [[T::Lanes<S>; N]; M],
    target: Target<'_, T>,
) {
    let lanes = T::Lanes::<S>::LEN;
    let of_col = target.strides[1];
    for j in 0..N {
        for first in (0..M.min(target.rows)).step_by(lanes) {
            let mut vectors = [T::Lanes::<S>::splat(T::ZERO); super::MOST_LANES];
            for (vector, sums) in vectors[..lanes].iter_mut().zip(&sums[first..]) {
                *vector = sums[j];
            }
            T::Lanes::<S>::turn(&mut vectors[..lanes]);
            let (rows, cols) = (M.min(lanes).min(target.rows - first), lanes.min(target.cols - j * lanes));
            let data = &mut target.data[j * lanes * of_col + first..];
            // Lengths that are known when compiling take fewer instructions.
            if rows == M.min(lanes) && cols == lanes {
                put_columns::<S, T>(&mut vectors[..lanes], data, of_col, M.min(lanes), target.write);
            } else {
                put_columns::<S, T>(&mut vectors[..cols], data, of_col, rows, target.write);
            }
        }
    }
}

/// Puts the first `len` numbers of each vector in a column.
#[inline(always)]
fn put_columns<S: Simd, T: Real>(
    vectors: &mut [T::Lanes<S>],
    data: &mut [T],
    of_col: usize,
    len: usize,
    write: Write,
) {
    if write == Write::Accumulate {
        for (col, vector) in vectors.iter_mut().enumerate() {
            *vector += T::Lanes::<S>::load_up_to(data, col * of_col, len, T::ZERO);
        }
    }
    for (col, vector) in vectors.iter().enumerate() {
        vector.store_up_to(data, col * of_col, len);
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
