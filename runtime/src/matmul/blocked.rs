//! Products of matrices of any size.
//!
//! A tile of the product stays in registers, a band of rows of the left factor in the first cache and a block of the
//! right factor in the second, from where a tile can be summed up as fast as from the first. Rows of the left factor
//! that lie along memory are read where they are. Where it pays, other numbers are copied so that a tile finds them
//! in the order it needs them, and without a stride that makes them fight for a place in the cache.

use super::band::{Band, Columns, wide};
use super::pack::{LEAST, Left, Right, height};
use super::place::Place;
use super::product::{Product, Single};
use super::scratch::Scratch;
use super::tile::Target;
use super::{Size, Write, plain, small, square};
use crate::real::Real;
use crate::simd::{Grid, Kernel, Lanes, Simd};

/// How much of the inner axis is summed up at a time.
const DEPTH: usize = 512;
/// How many bytes of the right factor are worked on at a time: a part of what is in the second cache.
const BLOCK: usize = 1 << 20;
/// How many bytes stay in the second cache while some of the left factor and of the product pass through it.
const NEAR: usize = 3 << 18;
/// How many rows of the left factor are packed at a time: whole bands, however many rows those have.
const HEIGHT: usize = 240;
/// How many rows of the product are brought to their places at a time, if they do not lie along memory: some bands.
const APART: usize = 48;
/// The most rows that a band has.
const TALLEST: usize = 16;
/// From how many tiles on, in which columns of the left factor are used, it pays to pack them.
const TILES: usize = 10;

pub(super) struct Blocked<'a, T>(pub(super) Product<'a, T>);

impl<T: Real> Kernel for Blocked<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        if square::compute::<S, T>(&mut self.0) || small::compute::<S, T>(&mut self.0) {
            return;
        }
        let size = self.0.size;
        // Blocks of about the same depth.
        let depth = parts(size.inner, size.inner.div_ceil(DEPTH));
        // Blocks of about the same width, in whole tiles of three vectors.
        let three = 3 * T::Lanes::<S>::LEN;
        let blocks = (size.cols * depth * size_of::<T>()).div_ceil(BLOCK);
        let width = parts(size.cols, blocks).next_multiple_of(three);
        let most = most::<S, T>(&self.0);
        let left =
            if in_place::<S, T>(&self.0, most) { 0 } else { HEIGHT.min(size.rows.next_multiple_of(most)) };
        let packed = packs(&self.0);
        let right = if packed { size.cols.next_multiple_of(T::Lanes::<S>::LEN).min(width) } else { 0 };
        let apart = if self.0.c.strides[2] == 1 { 0 } else { (TALLEST + APART) * width.min(size.cols) };
        let Some(mut scratch) = Scratch::new(apart + depth * (left + right), T::ZERO) else {
            return plain::compute(self.0);
        };
        let (apart, scratch) = scratch.split_at_mut(apart);
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
                    multiply::<S, T>(&mut self.0, batch, block, Room { left, right, apart });
                }
            }
        }
    }
}

/// How long parts of a length are, of which there are so many. A single one is the usual case, and a division takes as
/// long as some tens of multiplications.
fn parts(len: usize, count: usize) -> usize {
    if count == 1 { len } else { len.div_ceil(count) }
}

/// Whether the right factor is packed: not if its rows lie along memory and what is worked on at a time stays in the
/// second cache, or is not used often.
#[inline(always)]
fn packs<T: Real>(product: &Product<'_, T>) -> bool {
    let [_, of_row, of_col] = product.b.strides;
    let bytes = DEPTH.min(product.size.inner) * of_row * size_of::<T>();
    of_col != 1 || bytes > NEAR && product.size.rows * bytes > 10_000_000
}

/// What is worked on at a time: a part of the inner axis and some columns of the product.
#[derive(Clone, Copy)]
struct Block {
    k: usize,
    depth: usize,
    from: usize,
    cols: usize,
}

/// Room for copies of the left factor and of the right one, if that is copied, and for rows of the product, if they do
/// not lie along memory.
struct Room<'a, T> {
    left: &'a mut [T],
    right: Option<&'a mut [T]>,
    apart: &'a mut [T],
}

/// The part of a product that a block of the right factor contributes to.
#[inline(always)]
fn multiply<S: Simd, T: Real>(
    product: &mut Product<'_, T>,
    batch: usize,
    block: Block,
    Room { left: packed, right, apart }: Room<'_, T>,
) {
    let size = product.size;
    let most = most::<S, T>(product);
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
            let size = [block.depth, block.cols];
            S::call_apart(Right { data: b, strides: [b_row, b_col], size, packed });
            Columns { data: packed, stride: None }
        }
    };
    for top in (0..size.rows).step_by(HEIGHT) {
        let rows = HEIGHT.min(size.rows - top);
        if !in_place {
            let (strides, size) = ([a_row, a_col], [rows, block.depth]);
            S::call_apart(Left { data: &a[top * a_row..], strides, size, most, packed });
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
                false => Grid { data: &packed[first * block.depth..], strides: [1, height] },
            };
            let (there, cols, depth) = (again..again + count, block.cols, block.depth);
            if c_col == 1 {
                let data = &mut c[place * c_row + block.from..];
                let target = Target { data, stride: c_row, rows: there, cols, write };
                Band { height, depth, left, right, target }.compute::<S>();
            } else {
                let data = &mut apart[(TALLEST + first % APART - again) * cols..];
                let target = Target { data, stride: cols, rows: there, cols, write: Write::Overwrite };
                Band { height, depth, left, right, target }.compute::<S>();
            }
            first += height;
            if c_col != 1 && (first % APART == 0 || first >= rows) {
                let start = (first - 1) / APART * APART;
                let data = &mut c[(top + start) * c_row + block.from * c_col..];
                let (from, rows) = (&apart[TALLEST * block.cols..], rows.min(first) - start);
                S::call_apart(Place { from, data, strides: [c_row, c_col], size: [rows, block.cols], write });
            }
        }
    }
}

/// The most rows of tiles. Few columns leave registers for twice as many as of several vectors. Where there are not as
/// many, tiles that are lower, and of which two may have rows in common, take less time than copies.
#[inline(always)]
fn most<S: Simd, T: Real>(product: &Product<'_, T>) -> usize {
    let Size { rows, cols, .. } = product.size;
    let spare = if near::<S, T>(product) { 0 } else { LEAST - 1 };
    let mut most = wide::<S, T>() * if cols <= T::Lanes::<S>::LEN { 2 } else { 1 };
    while most > LEAST && most > rows + spare {
        most = LEAST.max(most / 2);
    }
    most
}

/// Whether tiles find the numbers of the left factor where they are: if there are enough rows for one, and those of a
/// row lie along memory, or those of a column that few tiles use.
#[inline(always)]
fn in_place<S: Simd, T: Real>(product: &Product<'_, T>, most: usize) -> bool {
    product.size.rows >= most && near::<S, T>(product)
}

/// Whether it takes no longer to read the left factor where it is.
#[inline(always)]
fn near<S: Simd, T: Real>(product: &Product<'_, T>) -> bool {
    let [_, of_row, of_col] = product.a.strides;
    let few = product.size.cols < TILES * 3 * T::Lanes::<S>::LEN;
    of_col == 1 || of_row == 1 && few
}
