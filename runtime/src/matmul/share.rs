//! Products that several threads share.

use super::product::Product;
use super::{MOST_LANES, Size, Strided};
use crate::real::Real;
use crate::simd::InstructionSet;
use crate::threads::{self, both};

/// The work that is worth a thread, in steps of a number each.
const WORTH: usize = 1 << 19;
/// How many multiplications and additions are done in the time of a step.
const FAST: usize = 4;
/// In how many steps a number is read or written.
const SLOW: usize = 4;

/// Computes the product, with other threads if that is worth it. Every number is the same for any count of them.
pub(super) fn compute<T: Real>(product: &mut Product<'_, T>, instructions: InstructionSet) {
    let work = work(product);
    if work < 2 * WORTH {
        return product.compute(instructions);
    }
    part(product.reborrow(), (work / WORTH).min(threads::count()), instructions);
}

/// From how many columns on a cut between tiles of three vectors is about where it should be.
const WIDE: usize = 32 * MOST_LANES;

/// The work in steps of a number each.
fn work<T>(product: &Product<'_, T>) -> usize {
    let Size { batch, rows, inner, cols } = product.size;
    let multiplications = [rows, inner, cols].iter().fold(batch, |all, &extent| all.saturating_mul(extent));
    let numbers = product.a.data.len() + product.b.data.len() + product.c.data.len();
    multiplications / FAST + numbers * SLOW
}

/// Computes a product that is worth so many threads.
fn part<T: Real>(mut product: Product<'_, T>, parts: usize, instructions: InstructionSet) {
    let first = parts / 2;
    match cut(&product, first, parts) {
        None => product.compute(instructions),
        Some(cut) => {
            let [left, right] = split(product, cut);
            both(
                parts * WORTH,
                || part(left, first, instructions),
                || part(right, parts - first, instructions),
            );
        }
    }
}

/// The axis that is cut: the batch, or the rows of a single product, or its columns if they lie along memory.
fn axis<T>(product: &Product<'_, T>) -> usize {
    let [_, c_row, c_col] = product.c.strides;
    match product.size.batch {
        1 if c_row == 1 && c_col != 1 => 2,
        1 => 1,
        _ => 0,
    }
}

/// Where the first of some parts end, if there is such a place with both sides apart in memory.
fn cut<T>(product: &Product<'_, T>, first: usize, parts: usize) -> Option<usize> {
    let (size, axis) = (product.size, axis(product));
    // Rows that are computed together stay together, so that it does not matter where the cut is: at most 8
    // vectors of numbers of a matrix times a vector, and a tile of other products; so do vectors of columns, and
    // tiles of them where there are so many that it hardly matters where the cut is.
    let (count, together, one) = match (axis, size.cols) {
        (0, cols) => (size.batch, 1, [1, size.rows, cols]),
        (2, cols) => (cols, if cols < WIDE { MOST_LANES } else { 3 * MOST_LANES }, [1, size.rows, 1]),
        (_, 1) => (size.rows, 8 * MOST_LANES, [1, 1, 1]),
        (_, cols) => (size.rows, 8, [1, 1, cols]),
    };
    let cut = (count * first / parts).next_multiple_of(together);
    (0 < cut && cut < count && product.c.reach(one) <= product.c.strides[axis]).then_some(cut)
}

/// The products before and after a place.
fn split<T: Real>(mut product: Product<'_, T>, cut: usize) -> [Product<'_, T>; 2] {
    let axis = axis(&product);
    let (c, rest) = product.c.data.split_at_mut(cut * product.c.strides[axis]);
    // The left factor has no columns in common with the product, and the right one no rows.
    let a_start = if axis == 2 { 0 } else { cut * product.a.strides[axis] };
    let b_start = if axis == 1 { 0 } else { cut * product.b.strides[axis] };
    let mut right = Product {
        size: product.size,
        a: Strided { data: &product.a.data[a_start..], ..product.a },
        b: Strided { data: &product.b.data[b_start..], ..product.b },
        c: Strided { data: rest, strides: product.c.strides },
        write: product.write,
    };
    product.c = Strided { data: c, strides: product.c.strides };
    for (size, count) in [(&mut product.size, Some(cut)), (&mut right.size, None)] {
        let extent = match axis {
            0 => &mut size.batch,
            1 => &mut size.rows,
            _ => &mut size.cols,
        };
        *extent = count.unwrap_or(*extent - cut);
    }
    [product, right]
}
