//! Products of matrices of any size.
//!
//! A tile of the product stays in registers, a few rows of the left factor in the first cache and a block of
//! the right one in the second. Where it pays, their numbers are copied so that a tile finds them in the order it
//! needs them, and without a stride that makes them fight for a place in the cache.

use super::product::{Product, Single};
use super::scratch::Scratch;
use super::tile::{Apart, Left, Packed, Right, Rows, Target, Tile};
use super::turn::Turn;
use super::{Strided, Write, plain, small, square};
use crate::real::Real;
use crate::simd::{Kernel, Lanes, Simd};

/// How much of the inner axis is summed up at a time.
const DEPTH: usize = 256;
/// How many bytes of the right factor are worked on at a time: half of what is in the second cache.
const BLOCK: usize = 1 << 20;
/// The most rows that a tile has.
const MOST_ROWS: usize = 8;
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
        // Whole tiles of three vectors.
        let three = 3 * T::Lanes::<S>::LEN;
        let width = (BLOCK / (depth * size_of::<T>()) / three).max(1) * three;
        let packed = packs(&self.0);
        let room = if packed { depth * size.cols.next_multiple_of(T::Lanes::<S>::LEN).min(width) } else { 0 };
        let Some(mut scratch) = Scratch::new(room, T::ZERO) else {
            return plain::compute(self.0);
        };
        for batch in 0..size.batch {
            for from in (0..size.cols).step_by(width) {
                for k in (0..size.inner).step_by(depth) {
                    let block = Block {
                        k,
                        depth: depth.min(size.inner - k),
                        from,
                        cols: width.min(size.cols - from),
                    };
                    let scratch = packed.then_some(&mut scratch[..]);
                    multiply::<S, T>(&mut self.0, batch, block, scratch);
                }
            }
        }
    }
}

/// Whether the right factor is packed: not if its rows lie along memory and it is near anyway or hardly used.
#[inline(always)]
fn packs<T: Real>(product: &Product<'_, T>) -> bool {
    let [_, of_row, of_col] = product.b.strides;
    let (rows, bytes) = (product.size.rows, DEPTH.min(product.size.inner) * of_row * size_of::<T>());
    of_col != 1 || rows > 2 * MOST_ROWS && bytes > 40_000
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
    scratch: Option<&mut [T]>,
) {
    let rows = product.size.rows;
    let [_, a_row, a_col] = product.a.strides;
    let [_, b_row, b_col] = product.b.strides;
    let [_, c_row, c_col] = product.c.strides;
    let write = if block.k == 0 { product.write } else { Write::Accumulate };
    let Single { a, b, c } = product.single(batch);
    let (a, b) = (&a[block.k * a_col..], &b[block.k * b_row + block.from * b_col..]);
    let right = match scratch {
        None => Columns { data: b, stride: Some(b_row) },
        Some(scratch) => {
            pack::<S, T>(b, [b_row, b_col], block, scratch);
            Columns { data: scratch, stride: None }
        }
    };
    let most = most::<S, T>();
    // Few columns leave registers for twice as many rows.
    let most = if block.cols <= T::Lanes::<S>::LEN { 2 * most } else { most };
    let mut packed = [T::ZERO; 2 * MOST_ROWS * DEPTH];
    let mut first = 0;
    while first < rows {
        let left = Strided { data: &a[first * a_row..], strides: [0, a_row, a_col] };
        let target = Target {
            data: &mut c[first * c_row + block.from * c_col..],
            strides: [c_row, c_col],
            rows: rows - first,
            cols: block.cols,
            write,
        };
        if most == 2 * MOST_ROWS && rows - first > MOST_ROWS {
            band::<S, T, { 2 * MOST_ROWS }>(block.depth, left, &mut packed, right, target);
            first += 2 * MOST_ROWS;
        } else if most >= MOST_ROWS && rows - first > MOST_ROWS / 2 {
            band::<S, T, MOST_ROWS>(block.depth, left, &mut packed, right, target);
            first += MOST_ROWS;
        } else {
            band::<S, T, { MOST_ROWS / 2 }>(block.depth, left, &mut packed, right, target);
            first += MOST_ROWS / 2;
        }
    }
}

/// The most rows of tiles of three vectors. Vectors of 512 bits come with enough registers for 8.
#[inline(always)]
fn most<S: Simd, T: Real>() -> usize {
    if T::Lanes::<S>::LEN * size_of::<T>() == 64 { MOST_ROWS } else { MOST_ROWS / 2 }
}

/// A block of the right factor: rows along memory at this distance, or columns packed for the tiles.
#[derive(Clone, Copy)]
struct Columns<'a, T> {
    data: &'a [T],
    stride: Option<usize>,
}

/// How many vectors wide the next tile is, if so many columns are left.
#[inline(always)]
fn width<S: Simd, T: Real>(cols: usize) -> usize {
    match cols / T::Lanes::<S>::LEN {
        0 | 1 => 1,
        2 | 4 => 2,
        _ => 3,
    }
}

/// Copies a block of the right factor: all of it that the first tile needs, then that of the second..
#[inline(always)]
fn pack<S: Simd, T: Real>(b: &[T], [of_row, of_col]: [usize; 2], block: Block, packed: &mut [T]) {
    let mut packed = packed;
    let mut from = 0;
    while from < block.cols {
        let width = width::<S, T>(block.cols - from) * T::Lanes::<S>::LEN;
        let cols = width.min(block.cols - from);
        let (part, rest) = packed.split_at_mut(block.depth * width);
        if of_col == 1 {
            for (k, row) in part.chunks_exact_mut(width).enumerate() {
                let numbers = &b[k * of_row + from..][..cols];
                for at in (0..cols).step_by(T::Lanes::<S>::LEN) {
                    T::Lanes::<S>::load_up_to(numbers, at, cols - at, T::ZERO).store(row, at);
                }
            }
        } else if of_row == 1 {
            S::call(Turn {
                size: [cols, block.depth],
                from: (&b[from * of_col..], of_col),
                to: (part, width),
            });
        } else {
            for j in 0..cols {
                let column = &b[(from + j) * of_col..];
                for (k, row) in part.chunks_exact_mut(width).enumerate() {
                    row[j] = column[k * of_row];
                }
            }
        }
        packed = rest;
        from += cols;
    }
}

/// Rows that lie along memory. Those that are not there are computed like the last one and not written.
#[inline(always)]
fn rows<T: Real, const M: usize>(left: Strided<&[T]>, last: usize, depth: usize) -> Rows<'_, T, M> {
    let mut rows = [&left.data[..0]; M];
    for (i, row) in rows.iter_mut().enumerate() {
        *row = &left.data[i.min(last) * left.strides[1]..][..depth];
    }
    Rows(rows)
}

/// `M` rows of the product.
#[inline(always)]
fn band<S: Simd, T: Real, const M: usize>(
    depth: usize,
    left: Strided<&[T]>,
    packed: &mut [T],
    right: Columns<'_, T>,
    target: Target<'_, T>,
) {
    let [_, of_row, of_col] = left.strides;
    let last = target.rows.min(M) - 1;
    if target.cols < TILES * 3 * T::Lanes::<S>::LEN {
        if of_col == 1 {
            let rows = rows::<T, M>(left, last, depth);
            return tiles::<S, T, M>(depth, rows, right, target);
        }
        if of_row == 1 && last + 1 == M {
            return tiles::<S, T, M>(depth, Apart { data: left.data, stride: of_col }, right, target);
        }
    }
    let packed = &mut packed.as_chunks_mut::<M>().0[..depth];
    if of_col == 1 {
        let to = (packed.as_flattened_mut(), M);
        S::call(Turn { size: [last + 1, depth], from: (left.data, of_row), to });
    } else {
        for (k, step) in packed.iter_mut().enumerate() {
            let numbers = &left.data[k * of_col..];
            if of_row == 1 && last + 1 == M {
                step.copy_from_slice(&numbers[..M]);
            } else {
                for (i, number) in step.iter_mut().enumerate() {
                    *number = numbers[i.min(last) * of_row];
                }
            }
        }
    }
    tiles::<S, T, M>(depth, Packed(packed), right, target);
}

/// `M` rows of the product, tile by tile.
#[inline(always)]
fn tiles<S: Simd, T: Real, const M: usize>(
    depth: usize,
    left: impl Left<T, M>,
    right: Columns<'_, T>,
    target: Target<'_, T>,
) {
    let Target { data, strides, rows, cols, write } = target;
    let mut from = 0;
    let mut packed = right.data;
    while from < cols {
        let vectors = width::<S, T>(cols - from);
        let width = vectors * T::Lanes::<S>::LEN;
        let right = match right.stride {
            Some(stride) => Right { data: &right.data[from..], stride },
            None => Right { data: packed, stride: width },
        };
        let data = &mut data[from * strides[1]..];
        let target = Target { data, strides, rows, cols: width.min(cols - from), write };
        match vectors {
            1 => S::call(Tile::<T, _, M, 1> { depth, left, right, target }),
            // There are no more columns where bands are higher.
            _ if M > most::<S, T>() => {}
            2 => S::call(Tile::<T, _, M, 2> { depth, left, right, target }),
            _ => S::call(Tile::<T, _, M, 3> { depth, left, right, target }),
        }
        packed = packed.get(depth * width..).unwrap_or_default();
        from += width;
    }
}
