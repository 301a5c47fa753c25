//! Copies of parts of the factors in the order in which tiles need their numbers. Transposes are copied as many rows
//! and columns at a time as vectors have lanes.

use core::ops::Range;

use super::MOST_LANES;
use super::band::vectors;
use crate::real::Real;
use crate::simd::{Kernel, Lanes, Simd};

/// Copies a block of the right factor, tile by tile: `size` is how deep it is and how many columns it has.
pub(super) struct Right<'a, T> {
    pub(super) data: &'a [T],
    pub(super) strides: [usize; 2],
    pub(super) size: [usize; 2],
    pub(super) packed: &'a mut [T],
}

impl<T: Real> Kernel for Right<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { data, strides, size: [depth, cols], packed } = self;
        let mut from = 0;
        while from < cols {
            let width = vectors::<S, T>(cols - from) * T::Lanes::<S>::LEN;
            let packed = &mut packed[from * depth..][..depth * width];
            let size = [depth, width.min(cols - from)];
            pack_columns::<S, T>(&data[from * strides[1]..], strides, size, (packed, width));
            from += width;
        }
    }
}

/// Copies what a tile of so many columns needs.
#[inline(always)]
fn pack_columns<S: Simd, T: Real>(
    b: &[T],
    [of_row, of_col]: [usize; 2],
    [depth, cols]: [usize; 2],
    (packed, width): (&mut [T], usize),
) {
    if of_row == 1 && of_col != 1 {
        return S::call_apart(Turn { size: [cols, depth], from: (b, of_col), to: (packed, width) });
    }
    if of_col == 1 && cols == width {
        return match width / T::Lanes::<S>::LEN {
            1 => copy::<S, T, 1>(b, of_row, packed),
            2 => copy::<S, T, 2>(b, of_row, packed),
            _ => copy::<S, T, 3>(b, of_row, packed),
        };
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

/// Copies rows of `N` vectors.
#[inline(always)]
fn copy<S: Simd, T: Real, const N: usize>(mut b: &[T], of_row: usize, packed: &mut [T]) {
    let lanes = T::Lanes::<S>::LEN;
    for packed in packed.chunks_exact_mut(N * lanes) {
        let row = &b[..N * lanes];
        for j in 0..N {
            T::Lanes::<S>::load(row, j * lanes).store(packed, j * lanes);
        }
        b = &b[of_row.min(b.len())..];
    }
}

/// Copies rows of the left factor, band by band: `size` is how many there are and how long they are.
pub(super) struct Left<'a, T> {
    pub(super) data: &'a [T],
    pub(super) strides: [usize; 2],
    pub(super) size: [usize; 2],
    /// The most rows of a band.
    pub(super) most: usize,
    pub(super) packed: &'a mut [T],
}

impl<T: Real> Kernel for Left<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { data: a, strides: [of_row, of_col], size: [rows, depth], most, packed } = self;
        if of_row == 1 {
            for k in (0..depth).step_by(STEPS) {
                let steps = k..depth.min(k + STEPS);
                // Whole bands.
                let line = LINE / most * most;
                for first in (0..rows).step_by(line) {
                    let count = line.min(rows - first);
                    let (a, packed) = (&a[first..], &mut packed[first * depth..]);
                    pack_rows::<S, T>((a, of_col), count, steps.clone(), most, (packed, depth));
                }
            }
            return;
        }
        let mut first = 0;
        while first < rows {
            let height = height(rows - first, most);
            let count = height.min(rows - first);
            let (a, packed) = (&a[first * of_row..], &mut packed[first * depth..][..height * depth]);
            if of_col == 1 {
                S::call_apart(Turn { size: [count, depth], from: (a, of_row), to: (packed, height) });
            } else {
                for (k, step) in packed.chunks_exact_mut(height).enumerate() {
                    for (i, number) in step[..count].iter_mut().enumerate() {
                        *number = a[k * of_col + i * of_row];
                    }
                }
            }
            first += height;
        }
    }
}

/// How many numbers of a column of the left factor are copied at a time: about a line of the cache. It takes longer to
/// read a line for one band and again for the next.
const LINE: usize = 16;
/// How many columns are copied beside each other. Each may be in a page of its own, and lines at the same place of
/// pages fight for a place in the first cache.
const STEPS: usize = 8;

/// Copies some rows of some columns of the left factor. Each band is `depth` columns long.
#[inline(always)]
fn pack_rows<S: Simd, T: Real>(
    (a, of_col): (&[T], usize),
    rows: usize,
    steps: Range<usize>,
    most: usize,
    (packed, depth): (&mut [T], usize),
) {
    for k in steps {
        let column = &a[k * of_col..][..rows];
        let mut first = 0;
        while first < rows {
            let height = height(rows - first, most);
            let (from, to) = (&column[first..], &mut packed[first * depth + k * height..]);
            let count = height.min(from.len());
            for at in (0..count).step_by(T::Lanes::<S>::LEN) {
                let len = count - at;
                T::Lanes::<S>::load_up_to(from, at, len, T::ZERO).store_up_to(to, at, len);
            }
            first += height;
        }
    }
}

/// The fewest rows that a band has.
pub(super) const LEAST: usize = 4;

/// How many rows the next band has, if so many are left.
#[inline(always)]
pub(super) fn height(rows: usize, most: usize) -> usize {
    let half = LEAST.max(most / 2);
    match rows {
        _ if rows > half => most,
        _ if rows > LEAST => half,
        _ => LEAST,
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
