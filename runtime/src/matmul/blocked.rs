//! Products of matrices of any size.
//!
//! A tile of the product stays in registers, a band of rows of the left factor in the first cache and a block of the
//! right factor in the second, from where a tile can be summed up as fast as from the first. Rows of the left factor
//! that lie along memory are read where they are. Where it pays, other numbers are copied so that a tile finds them
//! in the order it needs them, and without a stride that makes them fight for a place in the cache.

use super::pack::{LEAST, height, pack_left, pack_right};
use super::product::{Product, Single};
use super::scratch::Scratch;
use super::tile::{Target, tile};
use super::{Size, Write, plain, small, square};
use crate::real::Real;
use crate::simd::{Grid, Kernel, Lanes, Simd};

/// How much of the inner axis is summed up at a time.
const DEPTH: usize = 512;
/// How many bytes of the right factor are worked on at a time: a part of what is in the second cache.
const BLOCK: usize = 1 << 20;
/// How many rows of the left factor are packed at a time.
const HEIGHT: usize = 256;
/// From how many tiles on, in which the rows of the left factor are used, it pays to pack them.
const TILES: usize = 3;

pub(super) struct Blocked<'a, T>(pub(super) Product<'a, T>);

impl<T: Real> Kernel for Blocked<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        if square::compute::<S, T>(&mut self.0) {
            return;
        }
        if small::fits::<S, T>(&self.0) {
            return small::compute::<S, T>(self.0);
        }
        let size = self.0.size;
        // Blocks of about the same depth.
        let depth = size.inner.div_ceil(size.inner.div_ceil(DEPTH));
        // Blocks of about the same width, in whole tiles of three vectors.
        let three = 3 * T::Lanes::<S>::LEN;
        let blocks = (size.cols * depth * size_of::<T>()).div_ceil(BLOCK);
        let width = size.cols.div_ceil(blocks).next_multiple_of(three);
        let most = most::<S, T>(size);
        let left =
            if in_place::<S, T>(&self.0, most) { 0 } else { HEIGHT.min(size.rows.next_multiple_of(most)) };
        let packed = packs(&self.0);
        let right = if packed { size.cols.next_multiple_of(T::Lanes::<S>::LEN).min(width) } else { 0 };
        let Some(mut scratch) = Scratch::new(depth * (left + right), T::ZERO) else {
            return plain::compute(self.0);
        };
        let (right, left) = scratch.split_at_mut(depth * right);
        for batch in 0..size.batch {
            for from in (0..size.cols).step_by(width) {
                for k in (0..size.inner).step_by(depth) {
                    let block = Block {
                        k,
                        depth: depth.min(size.inner - k),
                        from,
                        cols: width.min(size.cols - from),
                    };
                    let right = packed.then_some(&mut *right);
                    multiply::<S, T>(&mut self.0, batch, block, left, right);
                }
            }
        }
    }
}

/// Whether the right factor is packed: not if its rows lie along memory and it is near and not used often.
#[inline(always)]
fn packs<T: Real>(product: &Product<'_, T>) -> bool {
    let [_, of_row, of_col] = product.b.strides;
    let (rows, bytes) = (product.size.rows, DEPTH.min(product.size.inner) * of_row * size_of::<T>());
    of_col != 1 || rows * bytes > 10_000_000
}

/// What is worked on at a time: a part of the inner axis and some columns of the product.
#[derive(Clone, Copy)]
struct Block {
    k: usize,
    depth: usize,
    from: usize,
    cols: usize,
}

/// The part of a product that a block of the right factor contributes to.
#[inline(always)]
fn multiply<S: Simd, T: Real>(
    product: &mut Product<'_, T>,
    batch: usize,
    block: Block,
    left: &mut [T],
    right: Option<&mut [T]>,
) {
    let size = product.size;
    let most = most::<S, T>(size);
    let in_place = in_place::<S, T>(product, most);
    let [_, a_row, a_col] = product.a.strides;
    let [_, b_row, b_col] = product.b.strides;
    let [_, c_row, c_col] = product.c.strides;
    let write = if block.k == 0 { product.write } else { Write::Accumulate };
    let Single { a, b, c } = product.single(batch);
    let (a, b) = (&a[block.k * a_col..], &b[block.k * b_row + block.from * b_col..]);
    let right = match right {
        None => Columns { data: b, stride: Some(b_row) },
        Some(packed) => {
            let mut from = 0;
            while from < block.cols {
                let width = vectors::<S, T>(block.cols - from) * T::Lanes::<S>::LEN;
                let size = [block.depth, width.min(block.cols - from)];
                let packed = &mut packed[from * block.depth..][..block.depth * width];
                pack_right::<S, T>(&b[from * b_col..], [b_row, b_col], size, (packed, width));
                from += width;
            }
            Columns { data: packed, stride: None }
        }
    };
    for top in (0..size.rows).step_by(HEIGHT) {
        let rows = HEIGHT.min(size.rows - top);
        if !in_place {
            pack_left::<S, T>(&a[top * a_row..], [a_row, a_col], [rows, block.depth], most, left);
        }
        let mut first = 0;
        while first < rows {
            let height = height(rows - first, most);
            let count = height.min(rows - first);
            // All rows of a band are there: the last one begins with rows that have been put already.
            let again = if in_place { height - count } else { 0 };
            let place = top + first - again;
            let left = match in_place {
                true => Grid { data: &a[place * a_row..], strides: [a_row, a_col] },
                false => Grid { data: &left[first * block.depth..], strides: [1, height] },
            };
            let target = Target {
                data: &mut c[place * c_row + block.from * c_col..],
                strides: [c_row, c_col],
                rows: again..again + count,
                cols: block.cols,
                write,
            };
            let depth = block.depth;
            match height {
                16 => S::call(Band::<T, 16> { depth, left, right, target }),
                8 => S::call(Band::<T, 8> { depth, left, right, target }),
                _ => S::call(Band::<T, 4> { depth, left, right, target }),
            }
            first += height;
        }
    }
}

/// The most rows of tiles. Vectors of 512 bits come with enough registers for 8 of three vectors, and few columns
/// leave registers for twice as many. Where only a part of them is there, lower tiles leave less of it unused.
#[inline(always)]
fn most<S: Simd, T: Real>(size: Size) -> usize {
    let mut most = wide::<S, T>() * if size.cols <= T::Lanes::<S>::LEN { 2 } else { 1 };
    while most >= size.rows + LEAST {
        most /= 2;
    }
    most
}

/// The most rows of tiles of three vectors.
#[inline(always)]
fn wide<S: Simd, T: Real>() -> usize {
    if T::Lanes::<S>::LEN * size_of::<T>() == 64 { 8 } else { 4 }
}

/// Whether tiles find the numbers of the left factor where they are: if there are enough rows for one, and those of a
/// row lie along memory, or those of a column that few tiles use.
#[inline(always)]
fn in_place<S: Simd, T: Real>(product: &Product<'_, T>, most: usize) -> bool {
    let [_, of_row, of_col] = product.a.strides;
    let few = product.size.cols < TILES * 3 * T::Lanes::<S>::LEN;
    product.size.rows >= most && (of_col == 1 || of_row == 1 && few)
}

/// How many vectors wide the next tile is, if so many columns are left. With 16 registers, three would leave none for
/// what is loaded ahead of its use.
#[inline(always)]
fn vectors<S: Simd, T: Real>(cols: usize) -> usize {
    match cols / T::Lanes::<S>::LEN {
        0 | 1 => 1,
        2 | 4 => 2,
        _ if wide::<S, T>() == LEAST => 2,
        _ => 3,
    }
}

/// A block of the right factor.
#[derive(Clone, Copy)]
struct Columns<'a, T> {
    data: &'a [T],
    /// The distance between rows, if they are where they are. Else the columns of one tile are after another.
    stride: Option<usize>,
}

/// `M` rows of the product.
struct Band<'a, T, const M: usize> {
    depth: usize,
    left: Grid<'a, T>,
    right: Columns<'a, T>,
    target: Target<'a, T>,
}

impl<T: Real, const M: usize> Kernel for Band<'_, T, M> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { depth, left, right, target } = self;
        let lanes = T::Lanes::<S>::LEN;
        let mut from = 0;
        while from < target.cols {
            let vectors = vectors::<S, T>(target.cols - from);
            let right = match right.stride {
                Some(stride) => Grid { data: &right.data[from..], strides: [1, stride] },
                None => Grid { data: &right.data[from * depth..], strides: [1, vectors * lanes] },
            };
            let cols = target.cols - from;
            let data = &mut target.data[from * target.strides[1]..];
            let target = Target { data, rows: target.rows.clone(), cols, ..target };
            match vectors {
                1 => tile::<S, T, M, 1>(depth, left, right, target),
                // There are no more columns where bands are higher.
                _ if M > wide::<S, T>() => {}
                2 => tile::<S, T, M, 2>(depth, left, right, target),
                _ => tile::<S, T, M, 3>(depth, left, right, target),
            }
            from += vectors * lanes;
        }
    }
}
