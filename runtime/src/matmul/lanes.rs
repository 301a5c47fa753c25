//! Products of as many rows as a vector has lanes: one number of each row is in each lane.
//!
//! A loop over the rows of data does with them what it has to do while they are in the innermost cache, and
//! memory brings the next ones meanwhile. So few rows leave no time to look at forms of products, and each
//! number of vectors in a row has code of its own.

use super::columns::{self, Weighted};
use super::{MOST_LANES, Write, narrow, rows};
use crate::real::Real;
use crate::simd::{Kernel, Lanes, Portable, Rows, Simd, dispatch};

/// The most lanes that vectors have, two at a time.
const MOST: usize = 2 * MOST_LANES;

/// The numbers of the lanes. Each vector is in one line of the cache, since one that is in two arrives late where it
/// has just been written.
#[repr(align(64))]
struct Line<T>([T; MOST]);

/// For each of the first rows, which have `len` numbers and lie one behind the other, the sum of its products
/// with the numbers of `x`.
///
/// # Panics
/// If there are not so many rows or numbers.
#[inline(always)]
pub fn dots<T: Real, V: Lanes<T>>(rows: &[T], len: usize, x: &[T]) -> V {
    if is_short_row::<T, V>(len) {
        return V::splat(dot(&rows[..len], &x[..len]));
    }
    let mut sums = Line([T::ZERO; MOST]);
    run::<T, V, _>(Dots { rows: &rows[..V::LEN * len], x: &x[..len], sums: &mut sums.0[..V::LEN] });
    V::load(&sums.0, 0)
}

/// Adds each of the first rows, times its number, to `sums`. A row is as long as that, and they lie one behind the
/// other.
///
/// # Panics
/// If there are not so many rows.
#[inline(always)]
pub fn add_rows<T: Real, V: Lanes<T>>(numbers: V, rows: &[T], sums: &mut [T]) {
    if is_short_row::<T, V>(sums.len()) {
        let (row, number) = (&rows[..sums.len()], numbers.lane(0));
        return sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += number * x);
    }
    let mut factors = Line([T::ZERO; MOST]);
    numbers.store(&mut factors.0, 0);
    run::<T, V, _>(AddRows { rows: &rows[..V::LEN * sums.len()], factors: &factors.0[..V::LEN], sums });
}

/// Runs a kernel on the instruction set that the lanes are of. As few as every machine has may be the rest of more, and
/// take the widest.
#[inline(always)]
fn run<T: Real, V: Lanes<T>, K: Kernel<Output = ()>>(kernel: K) {
    if V::LEN <= T::Lanes::<Portable>::LEN { dispatch(kernel) } else { V::Set::call(kernel) }
}

/// Whether a single row is done sooner than an instruction set is chosen.
fn is_short_row<T: Real, V: Lanes<T>>(len: usize) -> bool {
    V::LEN == 1 && len <= 4 * MOST_LANES
}

/// With sums side by side, which the compiler keeps in vectors if it can.
#[inline(always)]
fn dot<T: Real>(row: &[T], x: &[T]) -> T {
    let ((row, row_rest), (x, x_rest)) = (row.as_chunks::<8>(), x.as_chunks::<8>());
    let mut sums = [T::ZERO; 8];
    for (row, x) in row.iter().zip(x) {
        for (sum, (&a, &b)) in sums.iter_mut().zip(row.iter().zip(x)) {
            *sum += a * b;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let whole = ((a + e) + (c + g)) + ((b + f) + (d + h));
    row_rest.iter().zip(x_rest).fold(whole, |sum, (&a, &b)| sum + a * b)
}

/// Calls a function with how many vectors a row is, and how many sums to have on their way in each lane, as
/// constants, if the row is short and all lanes are taken. Else it is another one. There are not more sums on their
/// way than rows. The function for rows that are a part of a vector is called with their length.
macro_rules! by_size {
    ($rows:expr, $len:expr, $narrow:ident, $short:ident($($argument:expr),*), $other:expr) => {
        match ($rows % T::Lanes::<S>::LEN, $len.div_ceil(T::Lanes::<S>::LEN)) {
            (0, 1) if $len == 4 && T::Lanes::<S>::LEN >= 8 => narrow::$narrow::<S, T, 4>($($argument),*),
            (0, 1) if $len == 8 && T::Lanes::<S>::LEN >= 16 => narrow::$narrow::<S, T, 8>($($argument),*),
            (0, 1) if T::Lanes::<S>::LEN >= 8 => $short::<S, T, 1, 8>($($argument),*),
            (0, 1) => $short::<S, T, 1, 2>($($argument),*),
            (0, 2) if T::Lanes::<S>::LEN >= 4 => $short::<S, T, 2, 4>($($argument),*),
            (0, 2) => $short::<S, T, 2, 2>($($argument),*),
            (0, 3) => $short::<S, T, 3, 2>($($argument),*),
            (0, 4) => $short::<S, T, 4, 2>($($argument),*),
            (0, 5) => $short::<S, T, 5, 2>($($argument),*),
            (0, 6) => $short::<S, T, 6, 1>($($argument),*),
            (0, 7) => $short::<S, T, 7, 1>($($argument),*),
            (0, 8) => $short::<S, T, 8, 1>($($argument),*),
            _ => $other,
        }
    };
}

struct Dots<'a, T> {
    rows: &'a [T],
    x: &'a [T],
    sums: &'a mut [T],
}

impl<T: Real> Kernel for Dots<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Dots { rows, x, sums } = self;
        by_size!(
            sums.len(),
            x.len(),
            dots,
            short_dots(rows, x, sums),
            rows::multiply::<S, T>(rows, x.len(), x, sums, Write::Overwrite)
        );
    }
}

#[inline(always)]
fn short_dots<S: Simd, T: Real, const N: usize, const U: usize>(rows: &[T], x: &[T], sums: &mut [T]) {
    let lanes = T::Lanes::<S>::LEN;
    let (len, x) = (x.len(), rows::vectors::<S, T, N>(x));
    for (place, sums) in sums.chunks_exact_mut(lanes).enumerate() {
        rows::group::<S, T, N>(&rows[place * lanes * len..], len, len, x).store(sums, 0);
    }
}

struct AddRows<'a, T> {
    rows: &'a [T],
    factors: &'a [T],
    sums: &'a mut [T],
}

impl<T: Real> Kernel for AddRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let AddRows { rows, factors, sums } = self;
        let (count, stride) = (factors.len(), sums.len());
        let weighted = Weighted { count, data: rows, stride, x: factors, x_stride: 1 };
        by_size!(
            count,
            stride,
            add,
            add_short(rows, factors, sums),
            columns::add::<S, T>(weighted, sums, Write::Accumulate)
        );
    }
}

#[inline(always)]
fn add_short<S: Simd, T: Real, const N: usize, const U: usize>(rows: &[T], factors: &[T], sums: &mut [T]) {
    let lanes = T::Lanes::<S>::LEN;
    let len = sums.len();
    let mut parts = [[T::Lanes::<S>::splat(T::ZERO); N]; U];
    for (place, factors) in factors.chunks_exact(lanes).enumerate() {
        for first in (0..lanes).step_by(U) {
            let some = Rows::<T, U>::new(&rows[(place * lanes + first) * len..], len, len);
            for (at, part) in parts.iter_mut().enumerate() {
                columns::ask_far::<S, T, N>(some.row(at));
                columns::fold::<S, T, N>(part, some.row(at), factors[first + at]);
            }
        }
    }
    // By halves, since an addition waits for the one before.
    let mut count = U;
    while count > 1 {
        count /= 2;
        let (first, second) = parts[..2 * count].split_at_mut(count);
        for (part, more) in first.iter_mut().zip(second) {
            part.iter_mut().zip(more).for_each(|(sum, more)| *sum += *more);
        }
    }
    let last = len - (N - 1) * lanes;
    for (j, &part) in parts[0].iter().enumerate() {
        let width = if j + 1 < N { lanes } else { last };
        let total = T::Lanes::<S>::load_up_to(sums, j * lanes, width, T::ZERO) + part;
        total.store_up_to(sums, j * lanes, width);
    }
}
