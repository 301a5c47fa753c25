//! Loops over rows of data.
//!
//! The rows are cut into a tree of ranges whose shape depends on their number alone, and what the ranges add
//! up is brought together along the tree: so a sum of millions of numbers rounds like a sum of few, and the
//! result is the same for any number of threads.

use core::ops::Range;

use crate::real::Real;
use crate::simd::{Kernel, Lanes, Portable, Scalar, Simd, dispatch};
#[cfg(feature = "alloc")]
use crate::threads::both;

/// How many rows a block has: a multiple of the lanes of any vector, and few enough for a block of rows of
/// usual lengths to stay in the innermost cache.
pub const ROWS: usize = 128;

/// So few rows are done one after the other, without a choice of instructions.
const FEW: usize = 32;
/// If they are so little work, in steps.
const LITTLE: usize = 1 << 10;
/// So many rows are added up one after the other.
const RUN: usize = 64 * ROWS;
/// The work, in steps, below which a range is not divided.
const LEAF: usize = 1 << 17;
/// And the steps for each number that two ranges must bring together: the kernel for products does many steps
/// in the time in which numbers are cleared and added.
const ADDED: usize = 256;

/// What brings the results of two ranges of rows together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldOp {
    Sum,
    Product,
    Max,
    Min,
}

impl FoldOp {
    fn neutral<T: Real>(self) -> T {
        match self {
            FoldOp::Sum => T::ZERO,
            FoldOp::Product => T::ONE,
            FoldOp::Max => T::from_f64(f64::NEG_INFINITY),
            FoldOp::Min => T::from_f64(f64::INFINITY),
        }
    }

    #[cfg(feature = "alloc")]
    fn apply<T: Real>(self, left: T, right: T) -> T {
        match self {
            FoldOp::Sum => left + right,
            FoldOp::Product => left * right,
            FoldOp::Max => left.max(right),
            FoldOp::Min => left.min(right),
        }
    }
}

/// Arrays with a place for each row, each with the numbers that a row has in it.
type Across<'a, T, const N: usize> = [(&'a mut [T], usize); N];

/// What is done for each row: `SUMS` numbers and `ARRAYS` arrays that all rows add to, and `ACROSS` arrays
/// with a place for each row.
pub trait Pass<T: Real, const SUMS: usize, const ARRAYS: usize, const ACROSS: usize>: Sync {
    /// How the numbers are added up.
    const OPS: [FoldOp; SUMS] = [FoldOp::Sum; SUMS];

    /// Whether two vectors of rows are done at a time: where a row is long chains of operations.
    const UNROLLED: bool = false;

    /// Whether rows of a matrix are multiplied, which takes less time for several at once: those that do not fill a
    /// vector are done a few at a time, as many as the narrowest vector has lanes.
    const PRODUCTS: bool = false;

    /// The work for a row, in steps of a number each.
    fn cost(&self) -> usize;

    /// Does the rows, whose number is a multiple of that of the lanes. Of the arrays across, it is given what
    /// belongs to these rows.
    fn run<V: Lanes<T>>(
        &self,
        rows: Range<usize>,
        sums: &mut [T; SUMS],
        arrays: [&mut [T]; ARRAYS],
        across: [&mut [T]; ACROSS],
    );
}

/// Does all rows, and answers the numbers that they add up to. `across` has the numbers of each row too.
#[inline]
pub fn pass<T, P, const SUMS: usize, const ARRAYS: usize, const ACROSS: usize>(
    pass: &P,
    rows: usize,
    arrays: [&mut [T]; ARRAYS],
    across: Across<'_, T, ACROSS>,
) -> [T; SUMS]
where
    T: Real,
    P: Pass<T, SUMS, ARRAYS, ACROSS>,
{
    if rows < FEW && rows.saturating_mul(pass.cost()) < LITTLE {
        let mut sums = P::OPS.map(FoldOp::neutral);
        // What all rows have in common may not exist where there are none.
        if rows > 0 {
            pass.run::<T::Lanes<Scalar>>(0..rows, &mut sums, arrays, across.map(|(data, _)| data));
        }
        return sums;
    }
    many(pass, rows, arrays, across)
}

#[inline(never)]
fn many<T, P, const SUMS: usize, const ARRAYS: usize, const ACROSS: usize>(
    pass: &P,
    rows: usize,
    arrays: [&mut [T]; ARRAYS],
    across: Across<'_, T, ACROSS>,
) -> [T; SUMS]
where
    T: Real,
    P: Pass<T, SUMS, ARRAYS, ACROSS>,
{
    let cost = pass.cost().max(1);
    let added: usize = arrays.iter().map(|array| array.len()).sum();
    // What brings two ranges together must be little beside their own work.
    let leaf = (LEAF.max(ADDED * added) / cost).max(1).next_multiple_of(ROWS);
    Tree { pass, leaf, cost }.rows(0..rows, arrays, across)
}

struct Tree<'p, P> {
    pass: &'p P,
    /// So many rows are not divided.
    #[cfg_attr(not(feature = "alloc"), allow(dead_code, reason = "no range is divided"))]
    leaf: usize,
    #[cfg_attr(not(feature = "alloc"), allow(dead_code, reason = "no range is divided"))]
    cost: usize,
}

impl<P> Tree<'_, P> {
    fn rows<T, const SUMS: usize, const ARRAYS: usize, const ACROSS: usize>(
        &self,
        rows: Range<usize>,
        arrays: [&mut [T]; ARRAYS],
        across: Across<'_, T, ACROSS>,
    ) -> [T; SUMS]
    where
        T: Real,
        P: Pass<T, SUMS, ARRAYS, ACROSS>,
    {
        #[cfg(feature = "alloc")]
        if rows.len() > self.leaf {
            return self.divided(rows, arrays, across);
        }
        self.leaf(rows, arrays, across)
    }

    /// Two ranges of rows, the second of which adds to arrays of its own.
    #[cfg(feature = "alloc")]
    fn divided<T, const SUMS: usize, const ARRAYS: usize, const ACROSS: usize>(
        &self,
        rows: Range<usize>,
        mut arrays: [&mut [T]; ARRAYS],
        across: Across<'_, T, ACROSS>,
    ) -> [T; SUMS]
    where
        T: Real,
        P: Pass<T, SUMS, ARRAYS, ACROSS>,
    {
        let leaves = rows.len().div_ceil(self.leaf);
        let middle = rows.start + leaves.div_ceil(2) * self.leaf;
        let [left, right] = halves(across, middle - rows.start);
        let mut others = super::scratch::Scratch::zeros(arrays.iter().map(|array| array.len()).sum());
        let mut rest = &mut others[..];
        let added = arrays.each_ref().map(|array| {
            let (own, behind) = core::mem::take(&mut rest).split_at_mut(array.len());
            rest = behind;
            own
        });
        let own = arrays.each_mut().map(|array| &mut **array);
        let work = rows.len() * self.cost;
        let (mut sums, more) = both(
            work,
            || self.rows(rows.start..middle, own, left),
            || self.rows(middle..rows.end, added, right),
        );
        for ((sum, more), op) in sums.iter_mut().zip(more).zip(P::OPS) {
            *sum = op.apply(*sum, more);
        }
        let mut rest = &others[..];
        for array in arrays {
            let (own, behind) = rest.split_at(array.len());
            array.iter_mut().zip(own).for_each(|(sum, &more)| *sum += more);
            rest = behind;
        }
        sums
    }

    fn leaf<T, const SUMS: usize, const ARRAYS: usize, const ACROSS: usize>(
        &self,
        rows: Range<usize>,
        mut arrays: [&mut [T]; ARRAYS],
        mut across: Across<'_, T, ACROSS>,
    ) -> [T; SUMS]
    where
        T: Real,
        P: Pass<T, SUMS, ARRAYS, ACROSS>,
    {
        let mut sums = P::OPS.map(FoldOp::neutral);
        let mut start = rows.start;
        while start < rows.end {
            let end = rows.end.min(start + RUN);
            let [own, rest] = halves(across, end - start);
            across = rest;
            dispatch(Rows {
                pass: self.pass,
                rows: start..end,
                sums: &mut sums,
                arrays: arrays.each_mut().map(|array| &mut **array),
                across: own,
            });
            start = end;
        }
        sums
    }
}

/// The numbers of so many rows, and those of the others.
fn halves<T, const ACROSS: usize>(across: Across<'_, T, ACROSS>, rows: usize) -> [Across<'_, T, ACROSS>; 2] {
    let mut behind = [const { None }; ACROSS];
    let mut places = behind.iter_mut();
    let before = across.map(|(data, width)| {
        let (own, rest) = data.split_at_mut(rows * width);
        if let Some(place) = places.next() {
            *place = Some((rest, width));
        }
        (own, width)
    });
    [before, behind.map(|rest| rest.expect("each array was divided above"))]
}

/// A range of rows, on one set of instructions.
struct Rows<'p, P, T, const SUMS: usize, const ARRAYS: usize, const ACROSS: usize> {
    pass: &'p P,
    rows: Range<usize>,
    sums: &'p mut [T; SUMS],
    arrays: [&'p mut [T]; ARRAYS],
    across: Across<'p, T, ACROSS>,
}

impl<P, T, const SUMS: usize, const ARRAYS: usize, const ACROSS: usize> Kernel
    for Rows<'_, P, T, SUMS, ARRAYS, ACROSS>
where
    T: Real,
    P: Pass<T, SUMS, ARRAYS, ACROSS>,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        if P::UNROLLED && <T::TwiceLanes<S> as Lanes<T>>::LEN > <T::Lanes<S> as Lanes<T>>::LEN {
            self = self.whole::<T::TwiceLanes<S>>();
        }
        self = self.whole::<T::Lanes<S>>();
        if P::PRODUCTS {
            self = self.whole::<T::Lanes<Portable>>();
        }
        self.whole::<T::Lanes<Scalar>>();
    }
}

impl<P, T, const SUMS: usize, const ARRAYS: usize, const ACROSS: usize> Rows<'_, P, T, SUMS, ARRAYS, ACROSS>
where
    T: Real,
    P: Pass<T, SUMS, ARRAYS, ACROSS>,
{
    /// Does as many rows as fill the lanes, and leaves the others.
    #[inline(always)]
    fn whole<V: Lanes<T>>(mut self) -> Self {
        let whole = self.rows.len() / V::LEN * V::LEN;
        if whole == 0 {
            return self;
        }
        let middle = self.rows.start + whole;
        let [own, rest] = halves(self.across, whole);
        let arrays = self.arrays.each_mut().map(|array| &mut **array);
        self.pass.run::<V>(self.rows.start..middle, self.sums, arrays, own.map(|(data, _)| data));
        Self { rows: middle..self.rows.end, across: rest, ..self }
    }
}

/// Sets the numbers of a block's rows, column by column, to those of a matrix.
///
/// # Panics
/// If the matrix has not so many rows as long as the block has columns.
#[inline]
pub fn turn<T: Copy>(block: &mut [[T; ROWS]], matrix: &[T], start: usize, rows: usize) {
    let columns = block.len();
    if columns == 0 {
        return;
    }
    let own = &matrix[start * columns..(start + rows) * columns];
    for (place, row) in own.chunks_exact(columns).enumerate() {
        for (column, &number) in block.iter_mut().zip(row) {
            column[place] = number;
        }
    }
}

/// The blocks of a range of rows: where each begins and how many rows it has.
#[inline(always)]
pub fn blocks(rows: Range<usize>) -> impl Iterator<Item = (usize, usize)> {
    let end = rows.end;
    rows.step_by(ROWS).map(move |start| (start, ROWS.min(end - start)))
}
