//! Reductions of slices and arrays.

use crate::error::ShapeError;
use crate::real::Real;

/// Partial sums that a compiler can keep in one vector register; they also round less than one sum.
const LANES: usize = 8;

/// Reductions of slices and arrays of numbers, by the names tensors have.
///
/// ```
/// use gradus::prelude::*;
///
/// let x = [3.0_f32, 4.0];
/// assert_eq!(x.sum(), 7.0);
/// assert_eq!(x.mean(), 3.5);
/// assert_eq!(x.norm(), 5.0);
/// assert_eq!(x.dot(&[1.0, 2.0]), 11.0);
/// ```
pub trait Reduce<T: Real> {
    /// The sum, 0 for no numbers.
    fn sum(&self) -> T;
    /// The product, 1 for no numbers.
    fn prod(&self) -> T;
    /// The arithmetic mean.
    ///
    /// # Panics
    /// If there are no numbers.
    fn mean(&self) -> T;
    /// The largest number. NaN is passed over, as by `f32::max`.
    ///
    /// # Panics
    /// If there are no numbers.
    fn max(&self) -> T;
    /// The smallest number. NaN is passed over, as by `f32::min`.
    ///
    /// # Panics
    /// If there are no numbers.
    fn min(&self) -> T;
    /// The sum of the products of numbers at the same place.
    ///
    /// # Panics
    /// If the lengths differ.
    fn dot(&self, other: &[T]) -> T;
    /// The Euclidean length `√Σx²`.
    fn norm(&self) -> T;
}

impl<T: Real> Reduce<T> for [T] {
    fn sum(&self) -> T {
        lanes(self, self, |x, _| x)
    }

    fn prod(&self) -> T {
        self.iter().fold(T::ONE, |product, &x| product * x)
    }

    #[track_caller]
    fn mean(&self) -> T {
        check_some("mean", self);
        self.sum() / T::from_usize(self.len())
    }

    #[track_caller]
    fn max(&self) -> T {
        check_some("max", self);
        self[1..].iter().fold(self[0], |most, &x| most.max(x))
    }

    #[track_caller]
    fn min(&self) -> T {
        check_some("min", self);
        self[1..].iter().fold(self[0], |least, &x| least.min(x))
    }

    #[track_caller]
    fn dot(&self, other: &[T]) -> T {
        if self.len() != other.len() {
            ShapeError::pair("dot", &[self.len()], &[other.len()], "the lengths must be equal").raise();
        }
        lanes(self, other, |x, y| x * y)
    }

    fn norm(&self) -> T {
        lanes(self, self, |x, y| x * y).sqrt()
    }
}

#[track_caller]
fn check_some<T>(operation: &'static str, data: &[T]) {
    if data.is_empty() {
        ShapeError::empty(operation, &[0]).raise();
    }
}

/// The sum of `f` over two slices of one length.
pub(crate) fn lanes<T: Real>(a: &[T], b: &[T], f: impl Fn(T, T) -> T) -> T {
    let mut sums = [T::ZERO; LANES];
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..LANES {
            sums[lane] += f(a[lane], b[lane]);
        }
    }
    let rest = a_rest.iter().zip(b_rest).fold(T::ZERO, |sum, (&x, &y)| sum + f(x, y));
    // Pairwise, so that eight numbers are added in the order a vector unit would add them.
    let [a, b, c, d, e, g, h, i] = sums;
    ((a + e) + (c + h)) + ((b + g) + (d + i)) + rest
}
