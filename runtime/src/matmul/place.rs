//! Tiles on their way to a product whose rows do not lie along memory.

use core::ops::Range;

use super::{MOST_LANES, Write};
use crate::real::Real;
use crate::simd::{Kernel, Lanes, Simd};

/// Puts some rows of a tile, row `i` of which is at `tile[i * width..]`, in their places: element `(i, j)` to
/// `data[i * strides[0] + j * strides[1]]`.
pub(super) struct Place<'a, T> {
    pub(super) tile: &'a [T],
    pub(super) width: usize,
    pub(super) data: &'a mut [T],
    pub(super) strides: [usize; 2],
    pub(super) rows: Range<usize>,
    pub(super) cols: usize,
    pub(super) write: Write,
}

impl<T: Real> Kernel for Place<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { tile, width, data, strides: [of_row, of_col], rows, cols, write } = self;
        if of_row == 1 {
            let lanes = T::Lanes::<S>::LEN;
            for first in rows.clone().step_by(lanes) {
                for from in (0..cols).step_by(lanes) {
                    let count = [lanes.min(rows.end - first), lanes.min(cols - from)];
                    let (tile, data) = (&tile[first * width + from..], &mut data[first + from * of_col..]);
                    turn::<S, T>((tile, width), (data, of_col), count, write);
                }
            }
            return;
        }
        for i in rows {
            for (j, &sum) in tile[i * width..][..cols].iter().enumerate() {
                let place = &mut data[i * of_row + j * of_col];
                *place = if write == Write::Accumulate { *place + sum } else { sum };
            }
        }
    }
}

/// Puts at most as many rows and columns as a vector has lanes in columns along memory.
#[inline(always)]
fn turn<S: Simd, T: Real>(
    (tile, width): (&[T], usize),
    (data, of_col): (&mut [T], usize),
    [rows, cols]: [usize; 2],
    write: Write,
) {
    let lanes = T::Lanes::<S>::LEN;
    let mut vectors = [T::Lanes::<S>::splat(T::ZERO); MOST_LANES];
    for (row, vector) in vectors[..lanes].iter_mut().enumerate() {
        if row < rows {
            *vector = T::Lanes::<S>::load_up_to(tile, row * width, cols, T::ZERO);
        }
    }
    T::Lanes::<S>::turn(&mut vectors[..lanes]);
    // Numbers are read before any is written: a vector that is read in part waits for writes close by.
    if write == Write::Accumulate {
        for (col, vector) in vectors[..lanes].iter_mut().enumerate() {
            if col < cols {
                *vector += T::Lanes::<S>::load_up_to(data, col * of_col, rows, T::ZERO);
            }
        }
    }
    for (col, vector) in vectors[..lanes].iter().enumerate() {
        if col < cols {
            vector.store_up_to(data, col * of_col, rows);
        }
    }
}
