//! The forms that a product can have, and the kernel for each.

use core::mem::swap;

use super::{MOST_LANES, Size, Strided, Write, blocked::Blocked, columns::Columns, rows::Rows};
use crate::real::Real;
use crate::simd::InstructionSet;

/// A batch of products none of whose extents is 0, in slices that end with their last elements.
pub(super) struct Product<'a, T> {
    pub(super) size: Size,
    pub(super) a: Strided<&'a [T]>,
    pub(super) b: Strided<&'a [T]>,
    pub(super) c: Strided<&'a mut [T]>,
    pub(super) write: Write,
}

/// One of the products of a batch.
pub(super) struct Single<'a, T> {
    pub(super) a: &'a [T],
    pub(super) b: &'a [T],
    pub(super) c: &'a mut [T],
}

impl<'a, T: Real> Product<'a, T> {
    /// The same or its transpose, `cᵀ = bᵀ aᵀ`, whichever is less work, and with a row that is multiplied by a
    /// matrix as a column. The stride along an axis of one element becomes 1.
    pub(super) fn upright(mut self) -> Self {
        let Size { rows, inner, cols, .. } = self.size;
        let [_, a_row, a_col] = &mut self.a.strides;
        let [_, b_row, b_col] = &mut self.b.strides;
        let [_, c_row, c_col] = &mut self.c.strides;
        for (extent, strides) in [(rows, [a_row, c_row]), (inner, [a_col, b_row]), (cols, [b_col, c_col])] {
            if extent == 1 {
                strides.into_iter().for_each(|stride| *stride = 1);
            }
        }
        let [_, a_row, _] = self.a.strides;
        let [_, _, b_col] = self.b.strides;
        let [_, c_row, c_col] = self.c.strides;
        let transpose = || work([cols, inner, rows], a_row, c_row) < work([rows, inner, cols], b_col, c_col);
        if cols != 1 && (rows == 1 || transpose()) {
            swap(&mut self.size.rows, &mut self.size.cols);
            swap(&mut self.a, &mut self.b);
            for strides in [&mut self.a.strides, &mut self.b.strides, &mut self.c.strides] {
                strides.swap(1, 2);
            }
        }
        self
    }

    /// Computes an upright product. It is borrowed, since to move one takes as long as to compute a small one.
    pub(super) fn compute(&mut self, instructions: InstructionSet) {
        let [_, a_row, a_col] = self.a.strides;
        let [_, b_row, _] = self.b.strides;
        let [_, c_row, _] = self.c.strides;
        let vector = self.size.cols == 1 && c_row == 1;
        if vector && a_col == 1 && b_row == 1 {
            instructions.run(Rows(self));
        } else if vector && a_row == 1 {
            instructions.run(Columns(self));
        } else {
            instructions.run(Blocked(self.reborrow()));
        }
    }

    /// The same product for as long as it is borrowed.
    pub(super) fn reborrow(&mut self) -> Product<'_, T> {
        let c = Strided { data: &mut *self.c.data, strides: self.c.strides };
        Product { c, ..*self }
    }

    /// The product at a place of the batch.
    #[inline(always)]
    pub(super) fn single(&mut self, place: usize) -> Single<'_, T> {
        Single {
            a: &self.a.data[place * self.a.strides[0]..],
            b: &self.b.data[place * self.b.strides[0]..],
            c: &mut self.c.data[place * self.c.strides[0]..],
        }
    }
}

/// About how much work a product is, in multiplications of vectors. The numbers of the right factor and of the
/// product are in vectors of columns; it costs as much as some multiplications to bring one there from a vector of
/// rows, and a little more to bring one back.
fn work([rows, inner, cols]: [usize; 3], b_col: usize, c_col: usize) -> usize {
    let vectors = cols.div_ceil(MOST_LANES);
    let (to, from) = (if b_col == 1 { 0 } else { 12 }, if c_col == 1 { 0 } else { 13 });
    let each = [[rows, inner], [inner, to], [rows, from]].map(|[a, b]| a.saturating_mul(b));
    each.iter().fold(0_usize, |sum, &each| sum.saturating_add(each)).saturating_mul(vectors)
}
