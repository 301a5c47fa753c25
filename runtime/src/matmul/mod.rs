//! Batched matrix multiplication.
//!
//! [`matmul`] checks a product once, brings it into one of few forms and picks the kernel for that form.
//!
//! | file | for what |
//! |---|---|
//! | `product.rs` | the forms and the choice |
//! | `lanes.rs` | a few rows at a time, for a loop over rows |
//! | `narrow.rs` | the same, where a row is a part of a vector |
//! | `rows.rs` | a matrix, the rows of which lie along memory, times a vector |
//! | `columns.rs` | a matrix, the columns of which lie along memory, times a vector |
//! | `square.rs` | batches of small square matrices |
//! | `small.rs` | batches of products with a small right factor |
//! | `blocked.rs`, `band.rs`, `tile.rs` | all other products |
//! | `place.rs` | rows of them that do not lie along memory |
//! | `pack.rs` | copies of factors for them |
//! | `plain.rs` | products that need room for numbers, where there is no allocator |
//! | `scratch.rs` | that room |
//! | `share.rs` | products that several threads share |

mod band;
mod blocked;
mod columns;
mod lanes;
mod narrow;
mod pack;
mod place;
mod plain;
mod product;
mod rows;
mod scratch;
mod share;
mod small;
mod square;
mod tile;

use crate::real::Real;
use crate::simd::InstructionSet;
pub use lanes::{add_rows, dots};
use product::Product;
pub(crate) use scratch::Kept;

/// How far ahead of its use memory is asked for what is read once, in bytes.
const AHEAD: usize = 4096;
/// The same for what has been read a moment ago, and for what lies far behind it: into an outer cache.
const FAR: usize = 5 * AHEAD;
/// The most lanes that a vector has.
const MOST_LANES: usize = 16;

/// The extents of a batch of products: `[rows, inner]` times `[inner, cols]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// How many products.
    pub batch: usize,
    /// Rows of the left factor and of the product.
    pub rows: usize,
    /// Columns of the left factor and rows of the right one.
    pub inner: usize,
    /// Columns of the right factor and of the product.
    pub cols: usize,
}

/// A batch of matrices in a slice: element `(i, j)` of matrix `b` is at `b * strides[0] + i * strides[1] + j * strides[2]`.
///
/// Swapped strides are a transpose; a batch stride of 0 repeats one matrix.
#[derive(Debug, Clone, Copy)]
pub struct Strided<D> {
    /// The numbers, from the first element of the first matrix.
    pub data: D,
    /// The distances between batches, rows and columns.
    pub strides: [usize; 3],
}

impl<D> Strided<D> {
    /// How many numbers matrices reach over, none of whose extents is 0.
    fn reach(&self, [batch, rows, cols]: [usize; 3]) -> usize {
        let [of_batch, of_row, of_col] = self.strides;
        (batch - 1) * of_batch + (rows - 1) * of_row + (cols - 1) * of_col + 1
    }
}

/// What happens to the numbers that are in the product's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// They are overwritten.
    Overwrite,
    /// The product is added to them.
    Accumulate,
}

/// `c = a b` or `c += a b` for a batch of matrices.
///
/// Long sums are added up in blocks, in an order that the extents and strides determine.
///
/// # Panics
/// If a slice is too short for its strides and the size.
pub fn matmul<T: Real>(size: Size, a: Strided<&[T]>, b: Strided<&[T]>, c: Strided<&mut [T]>, write: Write) {
    matmul_on(InstructionSet::widest(), size, a, b, c, write);
}

/// The same on a certain instruction set.
pub fn matmul_on<T: Real>(
    instructions: InstructionSet,
    size: Size,
    a: Strided<&[T]>,
    b: Strided<&[T]>,
    c: Strided<&mut [T]>,
    write: Write,
) {
    let Size { batch, rows, inner, cols } = size;
    if batch == 0 || rows == 0 || cols == 0 {
        return;
    }
    let reach = c.reach([batch, rows, cols]);
    let mut c = Strided { data: &mut c.data[..reach], strides: c.strides };
    if inner == 0 {
        if write == Write::Overwrite {
            plain::clear(size, &mut c);
        }
        return;
    }
    let a = Strided { data: &a.data[..a.reach([batch, rows, inner])], strides: a.strides };
    let b = Strided { data: &b.data[..b.reach([batch, inner, cols])], strides: b.strides };
    share::compute(&mut Product { size, a, b, c, write }.upright(), instructions);
}
