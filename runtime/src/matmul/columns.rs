//! A matrix times a vector, where the columns of the matrix lie along memory: `y[i] += Σ_k A[i, k] x[k]`.
//!
//! Such a matrix is the transpose of one with rows along memory, and the product is what flows back through
//! the product of that one and a vector: each of its rows times a number is added to `y`.

use super::product::{Product, Single};
use super::{AHEAD, FAR, Write};
use crate::real::Real;
use crate::simd::{Kernel, Lanes, Rows, Simd, prefetch, prefetch_far};

/// How many columns are summed up before their sum is added to the others.
const BLOCK: usize = 1024;

pub(super) struct Columns<'p, 'a, T>(pub(super) &'p mut Product<'a, T>);

/// Columns beside each other and the factor of each: column `k` begins at `data[k * stride]`, its factor is
/// `x[k * x_stride]`.
#[derive(Clone, Copy)]
pub(super) struct Weighted<'a, T> {
    pub(super) count: usize,
    pub(super) data: &'a [T],
    pub(super) stride: usize,
    pub(super) x: &'a [T],
    pub(super) x_stride: usize,
}

impl<T: Real> Kernel for Columns<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let (size, write) = (self.0.size, self.0.write);
        let (stride, x_stride) = (self.0.a.strides[2], self.0.b.strides[1]);
        for batch in 0..size.batch {
            let Single { a, b, c } = self.0.single(batch);
            let y = &mut c[..size.rows];
            for first in (0..size.inner).step_by(BLOCK) {
                let count = BLOCK.min(size.inner - first);
                let (data, x) = (&a[first * stride..], &b[first * x_stride..]);
                let write = if first == 0 { write } else { Write::Accumulate };
                add::<S, T>(Weighted { count, data, stride, x, x_stride }, y, write);
            }
        }
    }
}

/// Adds columns to `y`, which they are as long as: as much of each as fits in registers at a time.
#[inline(always)]
pub(super) fn add<S: Simd, T: Real>(columns: Weighted<'_, T>, y: &mut [T], write: Write) {
    let lanes = T::Lanes::<S>::LEN;
    let widest = 8 * lanes;
    let mut at = 0;
    while at < y.len() {
        let part = Weighted { data: &columns.data[at..], ..columns };
        let width = widest.min(y.len() - at);
        let y = &mut y[at..][..width];
        match width.div_ceil(lanes) {
            1 => strip::<S, T, 1, 8>(part, y, write),
            2 => strip::<S, T, 2, 4>(part, y, write),
            3 => strip::<S, T, 3, 2>(part, y, write),
            4 => strip::<S, T, 4, 2>(part, y, write),
            5 => strip::<S, T, 5, 2>(part, y, write),
            6 => strip::<S, T, 6, 1>(part, y, write),
            7 => strip::<S, T, 7, 1>(part, y, write),
            _ => strip::<S, T, 8, 1>(part, y, write),
        }
        at += width;
    }
}

/// Columns of at most `N` vectors. `U` sums are on their way in each lane: an addition takes longer than until
/// the next could begin.
#[inline(always)]
fn strip<S: Simd, T: Real, const N: usize, const U: usize>(
    columns: Weighted<'_, T>,
    y: &mut [T],
    write: Write,
) {
    let Weighted { count, data, stride, x, x_stride } = columns;
    let lanes = T::Lanes::<S>::LEN;
    let width = y.len();
    let last = width - (N - 1) * lanes;
    let mut sums = [[T::Lanes::<S>::splat(T::ZERO); N]; U];
    let (mut data, mut x) = (data, x);
    let mut left = count;
    while left >= U {
        let columns = Rows::<T, U>::new(data, stride, width);
        for (place, sums) in sums.iter_mut().enumerate() {
            ask::<S, T, N>(columns.row(place), stride, left - place);
            fold::<S, T, N>(sums, columns.row(place), x[place * x_stride]);
        }
        data = &data[(U * stride).min(data.len())..];
        x = &x[(U * x_stride).min(x.len())..];
        left -= U;
    }
    for place in 0..left {
        ask::<S, T, N>(&data[..width], stride, left - place);
        fold::<S, T, N>(&mut sums[0], &data[..width], x[0]);
        data = &data[stride.min(data.len())..];
        x = &x[x_stride.min(x.len())..];
    }
    for j in 0..N {
        let mut total = sums[0][j];
        for sums in &sums[1..] {
            total += sums[j];
        }
        let len = if j + 1 < N { lanes } else { last };
        if write == Write::Accumulate {
            total += T::Lanes::<S>::load_up_to(y, j * lanes, len, T::ZERO);
        }
        total.store_up_to(y, j * lanes, len);
    }
}

/// Asks memory for a column that comes later, of so many that are left. Where columns are wider than a strip, what
/// lies behind one of them is not what comes next.
#[inline(always)]
fn ask<S: Simd, T: Real, const N: usize>(column: &[T], stride: usize, left: usize) {
    if stride <= column.len() {
        return ask_far::<S, T, N>(column);
    }
    let ahead = AHEAD / (N * size_of::<T::Lanes<S>>());
    if ahead < left {
        for j in 0..N {
            prefetch(column, ahead * stride + j * T::Lanes::<S>::LEN);
        }
    }
}

/// The same, where columns lie one behind the other.
#[inline(always)]
pub(super) fn ask_far<S: Simd, T: Real, const N: usize>(column: &[T]) {
    for j in 0..N {
        prefetch_far(column, j * T::Lanes::<S>::LEN + FAR / size_of::<T>());
    }
}

/// Adds a column times a number to the sums.
#[inline(always)]
pub(super) fn fold<S: Simd, T: Real, const N: usize>(sums: &mut [T::Lanes<S>; N], column: &[T], x: T) {
    let lanes = T::Lanes::<S>::LEN;
    let x = T::Lanes::<S>::splat(x);
    for (j, sum) in sums.iter_mut().enumerate() {
        let numbers = if j + 1 < N {
            T::Lanes::<S>::load(column, j * lanes)
        } else {
            T::Lanes::<S>::load_up_to(column, j * lanes, column.len() - j * lanes, T::ZERO)
        };
        *sum = numbers.fused(x, *sum);
    }
}
