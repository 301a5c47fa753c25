//! Some rows of a product: tiles beside each other.

use core::ops::Range;

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
    pub(super) target: Target<'a, T>,
}

impl<T: Real> Band<'_, T> {
    #[inline(always)]
    pub(super) fn compute<S: Simd>(mut self) {
        let lanes = T::Lanes::<S>::LEN;
        let mut from = 0;
        while from < self.target.cols {
            let left = self.target.cols - from;
            let count = vectors::<S, T>(left);
            let width = count * lanes;
            // All tiles of that width which are whole.
            let mut cols = width.min(left);
            while cols + width <= left && vectors::<S, T>(left - cols) == count {
                cols += width;
            }
            self.columns::<S>(from..from + cols, count);
            from += cols;
        }
    }

    /// Tiles of `count` vectors each.
    #[inline(always)]
    fn columns<S: Simd>(&mut self, cols: Range<usize>, count: usize) {
        // Only what a set of instructions needs is compiled for it.
        if const { wide::<S, T>() == 8 } {
            match (self.height, count) {
                (16, _) => self.tiles::<S, 16, 1>(cols),
                (8, 1) => self.tiles::<S, 8, 1>(cols),
                (8, 2) => self.tiles::<S, 8, 2>(cols),
                (8, _) => self.tiles::<S, 8, 3>(cols),
                (_, 1) => self.tiles::<S, 4, 1>(cols),
                (_, 2) => self.tiles::<S, 4, 2>(cols),
                (_, _) => self.tiles::<S, 4, 3>(cols),
            }
        } else if const { wide::<S, T>() == 6 } {
            match (self.height, count) {
                (12, _) => self.tiles::<S, 12, 1>(cols),
                (6, 1) => self.tiles::<S, 6, 1>(cols),
                (6, _) => self.tiles::<S, 6, 2>(cols),
                (_, 1) => self.tiles::<S, 4, 1>(cols),
                (_, _) => self.tiles::<S, 4, 2>(cols),
            }
        } else {
            match (self.height, count) {
                (8, _) => self.tiles::<S, 8, 1>(cols),
                (_, 1) => self.tiles::<S, 4, 1>(cols),
                (_, _) => self.tiles::<S, 4, 2>(cols),
            }
        }
    }

    #[inline(always)]
    fn tiles<S: Simd, const M: usize, const N: usize>(&mut self, Range { start, end }: Range<usize>) {
        let (width, cols) = (N * T::Lanes::<S>::LEN, end - start);
        let (depth, left) = (self.depth, self.left);
        let (right, next) = match self.right.stride {
            Some(stride) => (Grid { data: &self.right.data[start..], strides: [1, stride] }, width),
            None => (Grid { data: &self.right.data[start * depth..], strides: [1, width] }, width * depth),
        };
        let rows = self.target.rows.clone();
        let target = Target { data: &mut self.target.data[start..], rows, cols, ..self.target };
        if cols < width {
            S::call_apart(Tiles::<T, M, N, true> { depth, left, right, next, target });
        } else {
            S::call_apart(Tiles::<T, M, N, false> { depth, left, right, next, target });
        }
    }
}

/// The most rows of tiles of several vectors. Vectors of 512 bits come with 32 registers, enough for 8 rows of three
/// vectors. With 16 there are two, so that some registers are left for what is loaded ahead of its use, and of the
/// shortest vectors, which may need one for each product besides, fewer rows.
pub(super) const fn wide<S: Simd, T: Real>() -> usize {
    match T::Lanes::<S>::LEN * size_of::<T>() {
        64 => 8,
        32 => 6,
        _ => 4,
    }
}

/// How many vectors wide the next tile is, if so many columns are left.
#[inline(always)]
pub(super) fn vectors<S: Simd, T: Real>(cols: usize) -> usize {
    match cols.div_ceil(T::Lanes::<S>::LEN) {
        0 | 1 => 1,
        2 | 4 => 2,
        _ if wide::<S, T>() == 8 => 3,
        _ => 2,
    }
}
