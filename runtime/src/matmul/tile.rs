//! A piece of a product that stays in registers while it is summed up.

use core::ops::Range;

use super::Write;
use crate::real::Real;
use crate::simd::{Grid, Lanes, Simd, outer_products, prefetch};

/// Where a tile goes: element `(i, j)` to `data[i * strides[0] + j * strides[1]]`, but only some rows and the first
/// columns.
pub(super) struct Target<'a, T> {
    pub(super) data: &'a mut [T],
    pub(super) strides: [usize; 2],
    pub(super) rows: Range<usize>,
    pub(super) cols: usize,
    pub(super) write: Write,
}

/// The product of `M` rows and `N` vectors of columns. If `N` is 1, the vector may be in part behind the last
/// column.
#[inline(always)]
pub(super) fn tile<S: Simd, T: Real, const M: usize, const N: usize>(
    depth: usize,
    left: Grid<'_, T>,
    right: Grid<'_, T>,
    target: Target<'_, T>,
) {
    ask_for::<S, T, M, N>(&target);
    put::<S, T, M, N>(outer_products::<S, T, M, N>(depth, left, right, target.cols), target);
}

/// Asks for the memory of a tile while its sums are not there yet.
#[inline(always)]
fn ask_for<S: Simd, T: Real, const M: usize, const N: usize>(target: &Target<'_, T>) {
    let lanes = T::Lanes::<S>::LEN;
    let [of_row, of_col] = target.strides;
    if of_col == 1 {
        for i in 0..M {
            for j in 0..N {
                prefetch(target.data, i * of_row + j * lanes);
            }
        }
    } else if of_row == 1 {
        for j in 0..N * lanes {
            prefetch(target.data, j * of_col);
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
    let Target { data, strides: [of_row, of_col], rows, cols, write } = target;
    let lanes = T::Lanes::<S>::LEN;
    if of_col != 1 {
        return put_apart::<S, T, M, N>(sums, Target { data, rows, ..target });
    }
    // Only a lone vector can be in part behind the last column.
    let width = if N == 1 { cols } else { N * lanes };
    // All loops are over all rows: a number of times that is not known when compiling would take the sums out of
    // their registers.
    if write == Write::Accumulate {
        for (i, sums) in sums.iter_mut().enumerate() {
            if rows.contains(&i) {
                let row = &data[i * of_row..][..width];
                for (j, sum) in sums.iter_mut().enumerate() {
                    *sum += T::Lanes::<S>::load_up_to(row, j * lanes, width - j * lanes, T::ZERO);
                }
            }
        }
    }
    for (i, sums) in sums.into_iter().enumerate() {
        if rows.contains(&i) {
            let row = &mut data[i * of_row..][..width];
            for (j, sum) in sums.into_iter().enumerate() {
                sum.store_up_to(row, j * lanes, width - j * lanes);
            }
        }
    }
}

/// Puts a tile in a product whose rows do not lie along memory.
#[inline(always)]
fn put_apart<S: Simd, T: Real, const M: usize, const N: usize>(
    mut sums: [[T::Lanes<S>; N]; M],
    target: Target<'_, T>,
) {
    let Target { data, strides: [of_row, of_col], rows, cols, write } = target;
    let lanes = T::Lanes::<S>::LEN;
    let (data, count) = (&mut data[rows.start * of_row..], rows.len());
    sums.rotate_left(rows.start);
    if of_row == 1 {
        return put_turned::<S, T, M, N>(sums, Target { data, rows: 0..count, ..target });
    }
    for (i, sums) in sums.into_iter().enumerate().take(count) {
        for (j, sum) in sums.into_iter().enumerate() {
            scatter::<S, T>(sum, &mut data[i * of_row..], j * lanes, cols, of_col, write);
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
        for first in (0..M.min(target.rows.end)).step_by(lanes) {
            let mut vectors = [T::Lanes::<S>::splat(T::ZERO); super::MOST_LANES];
            for (vector, sums) in vectors[..lanes].iter_mut().zip(&sums[first..]) {
                *vector = sums[j];
            }
            T::Lanes::<S>::turn(&mut vectors[..lanes]);
            let (rows, cols) =
                (M.min(lanes).min(target.rows.end - first), lanes.min(target.cols - j * lanes));
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
