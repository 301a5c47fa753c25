//! A matrix times a vector, where the rows of the matrix lie along memory: `y[i] = Σ_k A[i, k] x[k]`.
//!
//! The matrix is read once, so reading it is what takes the time. A vector of sums is made at once, from as
//! many rows as it has lanes.

use super::product::{Product, Single};
use super::{AHEAD, MOST_LANES, Write};
use crate::real::Real;
use crate::simd::{self, Kernel, Lanes, Simd, prefetch};

/// How many numbers of a row are summed up before their sum is added to the others.
const BLOCK: usize = 4096;

pub(super) struct Rows<'p, 'a, T>(pub(super) &'p mut Product<'a, T>);

impl<T: Real> Kernel for Rows<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let (size, write) = (self.0.size, self.0.write);
        let stride = self.0.a.strides[1];
        for batch in 0..size.batch {
            let Single { a, b, c } = self.0.single(batch);
            multiply::<S, T>(a, stride, &b[..size.inner], &mut c[..size.rows], write);
        }
    }
}

/// As many rows as there are numbers in `y`, each as long as `x`.
#[inline(always)]
pub(super) fn multiply<S: Simd, T: Real>(a: &[T], stride: usize, x: &[T], y: &mut [T], write: Write) {
    match x.len().div_ceil(T::Lanes::<S>::LEN) {
        1 => short::<S, T, 1>(a, stride, x, y, write),
        2 => short::<S, T, 2>(a, stride, x, y, write),
        3 => short::<S, T, 3>(a, stride, x, y, write),
        4 => short::<S, T, 4>(a, stride, x, y, write),
        5 => short::<S, T, 5>(a, stride, x, y, write),
        6 => short::<S, T, 6>(a, stride, x, y, write),
        7 => short::<S, T, 7>(a, stride, x, y, write),
        8 => short::<S, T, 8>(a, stride, x, y, write),
        _ => long::<S, T>(a, stride, x, y, write),
    }
}

/// Rows of at most `N` vectors: `x` stays in registers.
#[inline(always)]
fn short<S: Simd, T: Real, const N: usize>(a: &[T], stride: usize, x: &[T], y: &mut [T], write: Write) {
    let lanes = T::Lanes::<S>::LEN;
    let inner = x.len();
    let x = vectors::<S, T, N>(x);
    let mut left = a;
    let mut groups = y.chunks_exact_mut(lanes);
    for y in groups.by_ref() {
        put::<S, T>(group::<S, T, N>(left, stride, inner, x), y, write);
        left = &left[(lanes * stride).min(left.len())..];
    }
    for y in groups.into_remainder() {
        let sum = dot::<S, T, N>(&left[..inner], x).sum();
        *y = if write == Write::Accumulate { *y + sum } else { sum };
        left = &left[stride.min(left.len())..];
    }
}

/// The sums of as many rows as a vector has lanes.
#[inline(always)]
pub(super) fn group<S: Simd, T: Real, const N: usize>(
    a: &[T],
    stride: usize,
    inner: usize,
    x: [T::Lanes<S>; N],
) -> T::Lanes<S> {
    match T::Lanes::<S>::LEN {
        16 => sums::<S, T, N, 16>(a, stride, inner, x),
        8 => sums::<S, T, N, 8>(a, stride, inner, x),
        4 => sums::<S, T, N, 4>(a, stride, inner, x),
        _ => sums::<S, T, N, 2>(a, stride, inner, x),
    }
}

/// The sums of `R` rows, as many as a vector has lanes.
#[inline(always)]
fn sums<S: Simd, T: Real, const N: usize, const R: usize>(
    a: &[T],
    stride: usize,
    inner: usize,
    x: [T::Lanes<S>; N],
) -> T::Lanes<S> {
    let rows = simd::Rows::<T, R>::new(a, stride, inner);
    let mut products = [T::Lanes::<S>::splat(T::ZERO); R];
    for (place, product) in products.iter_mut().enumerate() {
        *product = dot::<S, T, N>(rows.row(place), x);
    }
    T::Lanes::<S>::sums(&products)
}

/// A vector the lanes of which make up the sum of the products.
#[inline(always)]
fn dot<S: Simd, T: Real, const N: usize>(row: &[T], x: [T::Lanes<S>; N]) -> T::Lanes<S> {
    for j in 0..N {
        prefetch(row, j * T::Lanes::<S>::LEN + AHEAD / size_of::<T>());
    }
    let row = vectors::<S, T, N>(row);
    let mut sum = row[0] * x[0];
    for j in 1..N {
        sum = row[j].fused(x[j], sum);
    }
    sum
}

/// The numbers in vectors; the last one is filled up with 0.
#[inline(always)]
pub(super) fn vectors<S: Simd, T: Real, const N: usize>(numbers: &[T]) -> [T::Lanes<S>; N] {
    let lanes = T::Lanes::<S>::LEN;
    let mut vectors = [T::Lanes::<S>::splat(T::ZERO); N];
    for (j, vector) in vectors.iter_mut().enumerate() {
        *vector = if j + 1 < N {
            T::Lanes::<S>::load(numbers, j * lanes)
        } else {
            T::Lanes::<S>::load_up_to(numbers, j * lanes, numbers.len() - j * lanes, T::ZERO)
        };
    }
    vectors
}

/// Rows of any length, block by block.
#[inline(always)]
fn long<S: Simd, T: Real>(a: &[T], stride: usize, x: &[T], y: &mut [T], write: Write) {
    let lanes = T::Lanes::<S>::LEN;
    for (block, x) in x.chunks(BLOCK).enumerate() {
        let a = &a[block * BLOCK..];
        let write = if block == 0 { write } else { Write::Accumulate };
        for (group, y) in y.chunks_mut(lanes).enumerate() {
            let mut totals = [T::Lanes::<S>::splat(T::ZERO); MOST_LANES];
            let (fours, ones) = totals[..y.len()].as_chunks_mut::<4>();
            let mut first = group * lanes;
            for four in fours {
                *four = some::<S, T, 4, 2>(a, stride, first, x);
                first += 4;
            }
            for one in ones {
                [*one] = some::<S, T, 1, 8>(a, stride, first, x);
                first += 1;
            }
            if y.len() == lanes {
                put::<S, T>(T::Lanes::<S>::sums(&totals[..lanes]), y, write);
            } else {
                for (y, total) in y.iter_mut().zip(totals) {
                    *y = if write == Write::Accumulate { *y + total.sum() } else { total.sum() };
                }
            }
        }
    }
}

/// For each of `R` rows, a vector whose lanes make up its sum. `U` sums are on their way in each row: an
/// addition takes longer than until the next could begin.
#[inline(always)]
fn some<S: Simd, T: Real, const R: usize, const U: usize>(
    a: &[T],
    stride: usize,
    first: usize,
    x: &[T],
) -> [T::Lanes<S>; R] {
    let lanes = T::Lanes::<S>::LEN;
    let mut rows = [x; R];
    for (i, row) in rows.iter_mut().enumerate() {
        *row = &a[(first + i) * stride..][..x.len()];
    }
    let mut sums = [[T::Lanes::<S>::splat(T::ZERO); R]; U];
    let mut at = 0;
    while at + U * lanes <= x.len() {
        for (u, sums) in sums.iter_mut().enumerate() {
            let x = T::Lanes::<S>::load(x, at + u * lanes);
            for (sum, row) in sums.iter_mut().zip(rows) {
                prefetch(row, at + u * lanes + AHEAD / size_of::<T>());
                *sum = T::Lanes::<S>::load(row, at + u * lanes).fused(x, *sum);
            }
        }
        at += U * lanes;
    }
    while at < x.len() {
        let left = x.len() - at;
        let x = T::Lanes::<S>::load_up_to(x, at, left, T::ZERO);
        for (sum, row) in sums[0].iter_mut().zip(rows) {
            *sum = T::Lanes::<S>::load_up_to(row, at, left, T::ZERO).fused(x, *sum);
        }
        at += lanes;
    }
    let mut totals = sums[0];
    for sums in &sums[1..] {
        for (total, &sum) in totals.iter_mut().zip(sums) {
            *total += sum;
        }
    }
    totals
}

#[inline(always)]
fn put<S: Simd, T: Real>(sums: T::Lanes<S>, y: &mut [T], write: Write) {
    match write {
        Write::Overwrite => sums.store(y, 0),
        Write::Accumulate => (T::Lanes::<S>::load(y, 0) + sums).store(y, 0),
    }
}
