//! Products of matrices of any size.
//!
//! A tile of the product stays in registers, a few columns of the right factor in the first cache and some rows of
//! the left one in the second. Where it pays, their numbers are copied so that a tile finds them in the order it
//! needs them, and without a stride that makes them fight for a place in the cache.

use super::pack::{height, pack_left, pack_right};
use super::product::{Product, Single};
use super::scratch::Scratch;
use super::tile::{Apart, Left, Right, Rows, Target, Tile};
use super::{Strided, Write, plain, small, square};
use crate::real::Real;
use crate::simd::{Kernel, Lanes, Simd};

/// How much of the inner axis is summed up at a time.
const DEPTH: usize = 200;
/// How many bytes of the right factor are worked on at a time: half of what is in the second cache.
const BLOCK: usize = 1 << 20;
/// How many rows of the left factor are worked on at a time: together with as many steps of the inner axis they
/// stay in the second cache.
const HEIGHT: usize = 128;
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
        let most = most::<S, T>(size.cols);
        let left =
            if in_place::<S, T>(&self.0, most) { 0 } else { HEIGHT.min(size.rows.next_multiple_of(most)) };
        let packed = packs(&self.0);
        let right = if packed { size.cols.next_multiple_of(T::Lanes::<S>::LEN).min(width) } else { 0 };
        let Some(mut scratch) = Scratch::new(depth * (left + right), T::ZERO) else {
            return plain::compute(self.0);
        };
        let (left, right) = scratch.split_at_mut(depth * left);
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

/// Whether the right factor is packed: not if its rows lie along memory and it is near anyway or hardly used.
#[inline(always)]
fn packs<T: Real>(product: &Product<'_, T>) -> bool {
    let [_, of_row, of_col] = product.b.strides;
    let (rows, bytes) = (product.size.rows, DEPTH.min(product.size.inner) * of_row * size_of::<T>());
    of_col != 1 || rows > 16 && bytes > 40_000
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
    mut right: Option<&mut [T]>,
) {
    let size = product.size;
    let most = most::<S, T>(size.cols);
    let in_place = in_place::<S, T>(product, most);
    let [_, a_row, a_col] = product.a.strides;
    let [_, b_row, b_col] = product.b.strides;
    let [_, c_row, c_col] = product.c.strides;
    let write = if block.k == 0 { product.write } else { Write::Accumulate };
    let Single { a, b, c } = product.single(batch);
    let (a, b) = (&a[block.k * a_col..], &b[block.k * b_row + block.from * b_col..]);
    for top in (0..size.rows).step_by(HEIGHT) {
        let rows = HEIGHT.min(size.rows - top);
        let a = &a[top * a_row..];
        if !in_place {
            pack_left::<S, T>(a, [a_row, a_col], [rows, block.depth], most, left);
        }
        let (mut from, mut start) = (0, 0);
        while from < block.cols {
            let vectors = vectors::<S, T>(block.cols - from);
            let width = vectors * T::Lanes::<S>::LEN;
            let cols = width.min(block.cols - from);
            let b = &b[from * b_col..];
            let right = match &mut right {
                None => Right { data: b, stride: b_row },
                Some(packed) => {
                    let packed = &mut packed[start..][..block.depth * width];
                    if top == 0 {
                        pack_right::<S, T>(b, [b_row, b_col], [block.depth, cols], (packed, width));
                    }
                    Right { data: packed, stride: width }
                }
            };
            let data = &mut c[top * c_row + (block.from + from) * c_col..];
            let target = Target { data, strides: [c_row, c_col], rows, cols, write };
            let left = match in_place {
                true => Factor::There(Strided { data: a, strides: [0, a_row, a_col] }),
                false => Factor::Packed(left),
            };
            panel::<S, T>(block.depth, most, left, right, vectors, target);
            start += block.depth * width;
            from += width;
        }
    }
}

/// Some rows of the left factor.
#[derive(Clone, Copy)]
enum Factor<'a, T> {
    /// Where they are.
    There(Strided<&'a [T]>),
    /// Packed for one band after another.
    Packed(&'a [T]),
}

/// The most rows of tiles. Vectors of 512 bits come with enough registers for 8 of three vectors, and few columns
/// leave registers for twice as many.
#[inline(always)]
fn most<S: Simd, T: Real>(cols: usize) -> usize {
    wide::<S, T>() * if cols <= T::Lanes::<S>::LEN { 2 } else { 1 }
}

/// The most rows of tiles of three vectors.
#[inline(always)]
fn wide<S: Simd, T: Real>() -> usize {
    if T::Lanes::<S>::LEN * size_of::<T>() == 64 { 8 } else { 4 }
}

/// Whether tiles find the numbers of the left factor where they are: if those of a row or of a column lie along
/// memory and are used by few tiles.
#[inline(always)]
fn in_place<S: Simd, T: Real>(product: &Product<'_, T>, most: usize) -> bool {
    let [_, of_row, of_col] = product.a.strides;
    let size = product.size;
    size.cols < TILES * 3 * T::Lanes::<S>::LEN
        && (of_col == 1 || of_row == 1 && size.rows.is_multiple_of(most))
}

/// How many vectors wide the next tile is, if so many columns are left.
#[inline(always)]
fn vectors<S: Simd, T: Real>(cols: usize) -> usize {
    match cols / T::Lanes::<S>::LEN {
        0 | 1 => 1,
        2 | 4 => 2,
        _ => 3,
    }
}

/// So many vectors of columns of the product, band by band.
#[inline(always)]
fn panel<S: Simd, T: Real>(
    depth: usize,
    most: usize,
    left: Factor<'_, T>,
    right: Right<'_, T>,
    vectors: usize,
    target: Target<'_, T>,
) {
    let mut first = 0;
    while first < target.rows {
        let rows = target.rows - first;
        let height = height(rows, most);
        let left = match left {
            Factor::There(a) => Factor::There(Strided { data: &a.data[first * a.strides[1]..], ..a }),
            Factor::Packed(packed) => Factor::Packed(&packed[first * depth..]),
        };
        let data = &mut target.data[first * target.strides[0]..];
        let target = Target { data, rows, ..target };
        match height {
            16 => band::<S, T, 16>(depth, left, right, vectors, target),
            8 => band::<S, T, 8>(depth, left, right, vectors, target),
            _ => band::<S, T, 4>(depth, left, right, vectors, target),
        }
        first += height;
    }
}

/// `M` rows of them.
#[inline(always)]
fn band<S: Simd, T: Real, const M: usize>(
    depth: usize,
    left: Factor<'_, T>,
    right: Right<'_, T>,
    vectors: usize,
    target: Target<'_, T>,
) {
    match left {
        Factor::There(Strided { data, strides: [_, of_row, 1] }) => {
            // Those that are not there are computed like the last one and not written.
            let last = target.rows.min(M) - 1;
            let mut rows = [&data[..0]; M];
            for (i, row) in rows.iter_mut().enumerate() {
                *row = &data[i.min(last) * of_row..][..depth];
            }
            part::<S, T, M>(depth, Rows(rows), right, vectors, target);
        }
        Factor::There(Strided { data, strides: [_, _, stride] }) => {
            part::<S, T, M>(depth, Apart { data, stride }, right, vectors, target);
        }
        Factor::Packed(data) => part::<S, T, M>(depth, Apart { data, stride: M }, right, vectors, target),
    }
}

#[inline(always)]
fn part<S: Simd, T: Real, const M: usize>(
    depth: usize,
    left: impl Left<T, M>,
    right: Right<'_, T>,
    vectors: usize,
    target: Target<'_, T>,
) {
    match vectors {
        1 => S::call(Tile::<T, _, M, 1> { depth, left, right, target }),
        // There are no more columns where bands are higher.
        _ if M > wide::<S, T>() => {}
        2 => S::call(Tile::<T, _, M, 2> { depth, left, right, target }),
        _ => S::call(Tile::<T, _, M, 3> { depth, left, right, target }),
    }
}
