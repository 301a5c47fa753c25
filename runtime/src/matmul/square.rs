//! Batches of small square matrices without gaps: everything about them is known when compiling.

use super::product::{Product, Single};
use super::{AHEAD, Write};
use crate::real::Real;
use crate::simd::{Kernel, Lanes, Simd, prefetch};

/// How many numbers of right factors are turned before they are used. A vector that is read right after its
/// numbers were written one by one waits for them.
const TURNED: usize = 1024;

/// Computes a batch of products if it is one of squares that this kernel is made for.
#[inline(always)]
pub(super) fn compute<S: Simd, T: Real>(product: &mut Product<'_, T>) -> bool {
    let [a, b, c] = [product.a.strides, product.b.strides, product.c.strides];
    let size = product.size;
    let n = size.inner;
    let whole = |strides: [usize; 3]| strides[1..] == [n, 1] || strides[1..] == [1, n];
    if [size.rows, size.cols] != [n, n]
        || !whole(a)
        || !whole(b)
        || c[1..] != [n, 1]
        || n > T::Lanes::<S>::LEN
    {
        return false;
    }
    match n {
        2 => S::call_apart(Batch::<T, 2, 2>(product)),
        3 => S::call_apart(Batch::<T, 3, 3>(product)),
        4 => S::call_apart(Batch::<T, 4, 4>(product)),
        5 => S::call_apart(Batch::<T, 5, 5>(product)),
        6 => S::call_apart(Batch::<T, 6, 6>(product)),
        7 => S::call_apart(Batch::<T, 7, 7>(product)),
        8 => S::call_apart(Batch::<T, 8, 8>(product)),
        16 => S::call_apart(Batch::<T, 16, 8>(product)),
        _ => return false,
    }
    true
}

/// Products of `N` by `N`, `M` rows at a time. All 16 rows at once would ask for all of their memory before the first
/// is multiplied, and then for none until all are: 8 at a time keep memory busy.
struct Batch<'p, 'a, T, const N: usize, const M: usize>(&'p mut Product<'a, T>);

impl<T: Real, const N: usize, const M: usize> Kernel for Batch<'_, '_, T, N, M> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        batch::<S, T, N, M>(self.0);
    }
}

#[inline(always)]
fn batch<S: Simd, T: Real, const N: usize, const M: usize>(product: &mut Product<'_, T>) {
    let (count, write) = (product.size.batch, product.write);
    let [a_step, _, a_col] = product.a.strides;
    let [b_step, _, b_col] = product.b.strides;
    let c_step = product.c.strides[0];
    let mut turned = [T::ZERO; TURNED];
    let group = if b_col == 1 { count } else { TURNED / (N * N) };
    for first in (0..count).step_by(group) {
        let count = group.min(count - first);
        let Single { a, b, c } = product.single(first);
        let (mut b, mut b_step) = (b, b_step);
        if b_col != 1 {
            for (place, turned) in turned.chunks_exact_mut(N * N).take(count).enumerate() {
                turn::<T, N>(&b[place * b_step..][..N * N], turned);
            }
            (b, b_step) = (&turned, N * N);
        }
        // The loop is inside of the choice, or the compiler would compute where numbers are each time.
        if a_col == 1 {
            singles::<S, T, N, M, false>(count, (a, a_step), (b, b_step), (c, c_step), write);
        } else {
            singles::<S, T, N, M, true>(count, (a, a_step), (b, b_step), (c, c_step), write);
        }
    }
}

/// Products of matrices at these distances.
#[inline(always)]
fn singles<S: Simd, T: Real, const N: usize, const M: usize, const A: bool>(
    count: usize,
    (mut a, a_step): (&[T], usize),
    (mut b, b_step): (&[T], usize),
    (mut c, c_step): (&mut [T], usize),
    write: Write,
) {
    for _ in 0..count {
        for at in (0..N * N).step_by(64 / size_of::<T>()) {
            prefetch(a, at + AHEAD / size_of::<T>());
            prefetch(b, at + AHEAD / size_of::<T>());
        }
        for first in (0..N).step_by(M) {
            rows::<S, T, N, M, A>(first, &a[..N * N], &b[..N * N], &mut c[..N * N], write);
        }
        a = &a[a_step.min(a.len())..];
        b = &b[b_step.min(b.len())..];
        let next = c_step.min(c.len());
        c = &mut c[next..];
    }
}

/// The transpose.
#[inline(always)]
fn turn<T: Real, const N: usize>(matrix: &[T], turned: &mut [T]) {
    for i in 0..N {
        for j in 0..N {
            turned[i * N + j] = matrix[j * N + i];
        }
    }
}

/// `M` rows of a product; `A` says whether `a` is a transpose.
#[inline(always)]
fn rows<S: Simd, T: Real, const N: usize, const M: usize, const A: bool>(
    first: usize,
    a: &[T],
    b: &[T],
    c: &mut [T],
    write: Write,
) {
    let mut sums = [T::Lanes::<S>::splat(T::ZERO); M];
    if write == Write::Accumulate {
        for (i, sum) in (first..).zip(&mut sums) {
            *sum = T::Lanes::<S>::load_up_to(c, i * N, N, T::ZERO);
        }
    }
    for k in 0..N {
        let row = T::Lanes::<S>::load_up_to(b, k * N, N, T::ZERO);
        for (i, sum) in (first..).zip(&mut sums) {
            let number = if A { a[k * N + i] } else { a[i * N + k] };
            *sum = T::Lanes::<S>::splat(number).fused(row, *sum);
        }
    }
    for (i, sum) in (first..).zip(sums) {
        sum.store_up_to(c, i * N, N);
    }
}
