//! Copies of parts of the factors in the order in which tiles need their numbers. Transposes are copied as many rows
//! and columns at a time as vectors have lanes.

use super::MOST_LANES;
use crate::real::Real;
use crate::simd::{Kernel, Lanes, Simd};

/// Copies what tiles of so many columns need of a block of the right factor.
#[inline(always)]
pub(super) fn pack_right<S: Simd, T: Real>(
    b: &[T],
    [of_row, of_col]: [usize; 2],
    [depth, cols]: [usize; 2],
    (packed, width): (&mut [T], usize),
) {
    if of_row == 1 && of_col != 1 {
        return S::call(Turn { size: [cols, depth], from: (b, of_col), to: (packed, width) });
    }
    for (k, packed) in packed.chunks_exact_mut(width).enumerate() {
        let row = &b[k * of_row..];
        for at in (0..cols).step_by(T::Lanes::<S>::LEN) {
            if of_col == 1 {
                T::Lanes::<S>::load_up_to(row, at, cols - at, T::ZERO).store(packed, at);
            } else {
                for j in at..cols.min(at + T::Lanes::<S>::LEN) {
                    packed[j] = row[j * of_col];
                }
            }
        }
    }
}

/// Copies rows of the left factor, band by band.
#[inline(always)]
pub(super) fn pack_left<S: Simd, T: Real>(
    a: &[T],
    [of_row, of_col]: [usize; 2],
    [rows, depth]: [usize; 2],
    most: usize,
    packed: &mut [T],
) {
    let mut first = 0;
    while first < rows {
        let height = height(rows - first, most);
        let count = height.min(rows - first);
        let (a, packed) = (&a[first * of_row..], &mut packed[first * depth..][..height * depth]);
        if of_col == 1 {
            S::call(Turn { size: [count, depth], from: (a, of_row), to: (packed, height) });
        } else {
            for (k, step) in packed.chunks_exact_mut(height).enumerate() {
                let numbers = &a[k * of_col..];
                for at in (0..count).step_by(T::Lanes::<S>::LEN) {
                    if of_row == 1 {
                        let len = count - at;
                        T::Lanes::<S>::load_up_to(numbers, at, len, T::ZERO).store_up_to(step, at, len);
                    } else {
                        for i in at..count.min(at + T::Lanes::<S>::LEN) {
                            step[i] = numbers[i * of_row];
                        }
                    }
                }
            }
        }
        first += height;
    }
}

/// How many rows the next band has, if so many are left.
#[inline(always)]
pub(super) fn height(rows: usize, most: usize) -> usize {
    match rows {
        9.. => most,
        5.. => most.min(8),
        _ => 4,
    }
}

/// Copies rows of numbers to columns: number `j` of row `i`, at `from.0[i * from.1 + j]`, to
/// `to.0[j * to.1 + i]`.
struct Turn<'a, T> {
    /// How many rows, and how many numbers each has.
    size: [usize; 2],
    from: (&'a [T], usize),
    to: (&'a mut [T], usize),
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
