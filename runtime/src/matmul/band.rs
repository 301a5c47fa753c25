//! Some rows of a product: tiles beside each other.

use core::ops::Range;

use super::Write;
use super::pack::LEAST;
use super::place::Place;
use super::tile::{Target, Tiles};
use crate::real::Real;
use crate::simd::{Grid, Lanes, Simd};

/// A block of the right factor.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a, T> {
    pub(super) data: &'a [T],
    /// The distance between rows, if they are where they are. Else the columns of one tile are after another.
    pub(super) stride: Option<usize>,
}

/// As many rows as tiles are high. Not all need to be part of the product.
pub(super) struct Band<'a, T> {
    pub(super) height: usize,
    pub(super) depth: usize,
    pub(super) left: Grid<'a, T>,
    pub(super) right: Columns<'a, T>,
    pub(super) data: &'a mut [T],
    pub(super) strides: [usize; 2],
    pub(super) rows: Range<usize>,
    pub(super) cols: usize,
    pub(super) write: Write,
    /// Room for a tile, if the rows of the product do not lie along memory.
    pub(super) tile: &'a mut [T],
}

impl<T: Real> Band<'_, T> {
    #[inline(always)]
    pub(super) fn compute<S: Simd>(mut self) {
        let lanes = T::Lanes::<S>::LEN;
        let mut from = 0;
        while from < self.cols {
            let left = self.cols - from;
            let count = vectors::<S, T>(left);
            let width = count * lanes;
            let mut cols = width.min(left);
            if self.strides[1] == 1 {
                // All tiles of that width which are whole.
                while cols + width <= left && vectors::<S, T>(left - cols) == count {
                    cols += width;
                }
            }
            self.columns::<S>(from..from + cols, count);
            from += cols;
        }
    }

    /// Tiles of `count` vectors each.
    #[inline(always)]
    fn columns<S: Simd>(&mut self, cols: Range<usize>, count: usize) {
        match (self.height, count) {
            (16, _) => self.tiles::<S, 16, 1>(cols),
            (8, 1) => self.tiles::<S, 8, 1>(cols),
            (8, 2) => self.tiles::<S, 8, 2>(cols),
            (8, _) => self.tiles::<S, 8, 3>(cols),
            (_, 1) => self.tiles::<S, 4, 1>(cols),
            (_, 2) => self.tiles::<S, 4, 2>(cols),
            (_, _) => self.tiles::<S, 4, 3>(cols),
        }
    }

    #[inline(always)]
    fn tiles<S: Simd, const M: usize, const N: usize>(&mut self, Range { start, end }: Range<usize>) {
        let (width, cols) = (N * T::Lanes::<S>::LEN, end - start);
        let (depth, left, write) = (self.depth, self.left, self.write);
        let (right, next) = match self.right.stride {
            Some(stride) => (Grid { data: &self.right.data[start..], strides: [1, stride] }, width),
            None => (Grid { data: &self.right.data[start * depth..], strides: [1, width] }, width * depth),
        };
        let rows = self.rows.clone();
        let [of_row, of_col] = self.strides;
        let data = &mut self.data[start * of_col..];
        let target = match of_col {
            1 => Target { data, stride: of_row, rows, cols, write },
            _ => Target { data: self.tile, stride: width, rows: 0..M, cols, write: Write::Overwrite },
        };
        if cols < width {
            S::call_apart(Tiles::<T, M, N, true> { depth, left, right, next, target });
        } else {
            S::call_apart(Tiles::<T, M, N, false> { depth, left, right, next, target });
        }
        if of_col != 1 {
            let (rows, strides) = (self.rows.clone(), self.strides);
            let data = &mut self.data[start * of_col..];
            S::call_apart(Place { tile: self.tile, width, data, strides, rows, cols, write });
        }
    }
}

/// The most rows of tiles of three vectors. Vectors of 512 bits come with enough registers for 8.
#[inline(always)]
pub(super) fn wide<S: Simd, T: Real>() -> usize {
    if T::Lanes::<S>::LEN * size_of::<T>() == 64 { 8 } else { 4 }
}

/// How many vectors wide the next tile is, if so many columns are left. With 16 registers, three would leave none for
/// what is loaded ahead of its use.
#[inline(always)]
pub(super) fn vectors<S: Simd, T: Real>(cols: usize) -> usize {
    match cols.div_ceil(T::Lanes::<S>::LEN) {
        0 | 1 => 1,
        2 | 4 => 2,
        _ if wide::<S, T>() == LEAST => 2,
        _ => 3,
    }
}
