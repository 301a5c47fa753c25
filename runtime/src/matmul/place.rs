//! Rows on their way to a product whose rows do not lie along memory.

use super::{MOST_LANES, Write};
use crate::real::Real;
use crate::simd::{Kernel, Lanes, Simd};

/// Puts rows beside each other in their places: element `(i, j)` to `data[i * strides[0] + j * strides[1]]`.
pub(super) struct Place<'a, T> {
    pub(super) from: &'a [T],
    pub(super) data: &'a mut [T],
    pub(super) strides: [usize; 2],
    /// How many rows there are, and how long they are.
    pub(super) size: [usize; 2],
    pub(super) write: Write,
}

impl<T: Real> Kernel for Place<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { from, data, strides: [of_row, of_col], size: [rows, cols], write } = self;
        if of_row == 1 {
            let lanes = T::Lanes::<S>::LEN;
            for i in (0..rows).step_by(lanes) {
                for j in (0..cols).step_by(lanes) {
                    let count = [lanes.min(rows - i), lanes.min(cols - j)];
                    let (from, data) = (&from[i * cols + j..], &mut data[i + j * of_col..]);
                    turn::<S, T>((from, cols), (data, of_col), count, write);
                }
            }
            return;
        }
        for (i, row) in from.chunks_exact(cols).take(rows).enumerate() {
            for (j, &sum) in row.iter().enumerate() {
                let place = &mut data[i * of_row + j * of_col];
                *place = if write == Write::Accumulate { *place + sum } else { sum };
            }
        }
    }
}

/// Puts at most as many rows and columns as a vector has lanes in columns along memory.
#[inline(always)]
fn turn<S: Simd, T: Real>(
    (from, of_row): (&[T], usize),
    (data, of_col): (&mut [T], usize),
    [rows, cols]: [usize; 2],
    write: Write,
) {
    let lanes = T::Lanes::<S>::LEN;
    let mut vectors = [T::Lanes::<S>::splat(T::ZERO); MOST_LANES];
    for (row, vector) in vectors[..lanes].iter_mut().enumerate() {
        if row < rows {
            *vector = T::Lanes::<S>::load_up_to(from, row * of_row, cols, T::ZERO);
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
