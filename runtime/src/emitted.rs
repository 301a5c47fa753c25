//! The only door for emitted code. Nothing here is part of the public interface.

pub use core::convert::Into;
pub use core::marker::PhantomData;

pub use crate::matmul::{Size, Strided, Write, add_rows, dots, matmul, matmul_on};
pub use crate::simd::{InstructionSet, Kernel, Lanes, Scalar, Simd, dispatch};

#[cfg(feature = "alloc")]
pub use alloc::vec::Vec;

use crate::{Parameters, Real};
#[cfg(feature = "alloc")]
use crate::{Tensor, View, storage};

mod no_derivative;
mod pass;
#[cfg(feature = "alloc")]
mod scratch;
mod shapes;
pub use no_derivative::unseen;
pub use pass::{FoldOp, Pass, ROWS, blocks, pass, turn};
#[cfg(feature = "alloc")]
pub use scratch::{Block, Scratch};
pub use shapes::{Argument, equal, nonempty, require};

/// `c = a b` for matrices, each as its numbers and the distances between its rows and its columns.
#[inline]
pub fn set_product<T: Real>(
    [rows, inner, cols]: [usize; 3],
    a: (&[T], [usize; 2]),
    b: (&[T], [usize; 2]),
    c: (&mut [T], [usize; 2]),
) {
    matmul(Size { batch: 1, rows, inner, cols }, strided(a), strided(b), strided(c), Write::Overwrite);
}

/// `c += a b` in the same way.
#[inline]
pub fn add_product<T: Real>(
    [rows, inner, cols]: [usize; 3],
    a: (&[T], [usize; 2]),
    b: (&[T], [usize; 2]),
    c: (&mut [T], [usize; 2]),
) {
    matmul(Size { batch: 1, rows, inner, cols }, strided(a), strided(b), strided(c), Write::Accumulate);
}

#[inline]
fn strided<D>((data, [row, col]): (D, [usize; 2])) -> Strided<D> {
    Strided { data, strides: [0, row, col] }
}

/// In the place of a derivative by a parameter that a function is not differentiated by.
#[derive(Clone, Copy, Debug)]
pub struct NotDifferentiated;

/// An index that the user's function computes, of an axis that lies flat among others.
#[inline]
#[track_caller]
pub fn in_bounds(index: usize, length: usize) -> usize {
    assert!(index < length, "index out of bounds: the length is {length} but the index is {index}");
    index
}

/// A temporary array of equal numbers.
#[cfg(feature = "alloc")]
pub fn buffer<T: Copy>(value: T, length: usize) -> Vec<T> {
    storage::full(value, length)
}

/// Keeps a value at a place behind those that have been kept so far, or at one of theirs.
#[cfg(feature = "alloc")]
#[inline]
pub fn keep<T: Default>(kept: &mut Vec<T>, place: usize, value: T) {
    if place >= kept.len() {
        kept.resize_with(place + 1, T::default);
    }
    kept[place] = value;
}

/// No turn of a loop.
#[cfg(feature = "alloc")]
const NOWHERE: usize = usize::MAX;

/// Notes where the turns of a loop begin among all of its turns, unless it has been run at this place before:
/// whether it has not.
#[cfg(feature = "alloc")]
#[inline]
pub fn begin(first: &mut Vec<usize>, place: usize, turns: usize) -> bool {
    if place >= first.len() {
        first.resize(place + 1, NOWHERE);
    }
    let begins = first[place] == NOWHERE;
    if begins {
        first[place] = turns;
    }
    begins
}

/// Whether a loop has been run at a place.
#[cfg(feature = "alloc")]
#[inline]
pub fn is_begun(first: &[usize], place: usize) -> bool {
    first.get(place).is_some_and(|&first| first != NOWHERE)
}

/// What a loop has left, or what there is where it has not been run.
#[cfg(feature = "alloc")]
#[inline]
pub fn where_begun<T>(is_begun: bool, left: impl FnOnce() -> T, neutral: T) -> T {
    if is_begun { left() } else { neutral }
}

/// A place to add to, behind those that have been added to so far or one of theirs; none of it is there
/// before.
#[cfg(feature = "alloc")]
#[inline]
pub fn grown<T: Copy>(sums: &mut Vec<T>, place: usize, neutral: T) -> &mut T {
    if place >= sums.len() {
        sums.resize(place + 1, neutral);
    }
    &mut sums[place]
}

/// What has been added at a place.
#[cfg(feature = "alloc")]
#[inline]
pub fn added<T: Copy>(sums: &[T], place: usize, neutral: T) -> T {
    sums.get(place).copied().unwrap_or(neutral)
}

/// The numbers of a gradient, which takes the shape if it has another.
#[cfg(feature = "alloc")]
#[inline]
pub fn output<T: Real, const R: usize>(grad: &mut Tensor<T, R>, shape: [usize; R]) -> &mut [T] {
    if *grad.shape() != shape {
        *grad = Tensor::zeros(shape);
    }
    grad.data_mut()
}

/// The numbers of a gradient by a slice, which takes the length if it has another.
#[cfg(feature = "alloc")]
#[inline]
pub fn output_slice<T: Real>(grad: &mut Vec<T>, length: usize) -> &mut [T] {
    grad.resize(length, T::ZERO);
    grad
}

/// A temporary array as an argument of another function.
#[cfg(feature = "alloc")]
pub fn view<T: Real, const R: usize>(shape: [usize; R], data: &[T]) -> View<'_, T, R> {
    View::new(shape, data).expect("emitted code makes buffers of their arrays' lengths")
}

/// A flat array as a result of its shape.
#[cfg(feature = "alloc")]
pub fn tensor<T: Real, const R: usize>(shape: [usize; R], data: Vec<T>) -> Tensor<T, R> {
    Tensor::from_vec(shape, data).expect("emitted code makes buffers of their arrays' lengths")
}

/// How many numbers a part of a result has.
pub fn count<P: Parameters>(of: &P) -> usize {
    let mut count = 0;
    of.for_each(&mut |run| count += run.len());
    count
}

/// A cotangent that is 1 at the number `place` and 0 elsewhere, where the part's own numbers begin at
/// `start`.
pub fn one_hot<P: Parameters>(like: &P, place: usize, start: usize) -> P {
    let mut hot = like.zeros_like();
    let mut start = start;
    hot.zip_mut(like, &mut |run, _| {
        if let Some(number) = place.checked_sub(start).and_then(|place| run.get_mut(place)) {
            *number = P::Element::ONE;
        }
        start += run.len();
    });
    hot
}

/// Room for what calls in a loop leave for another one.
#[cfg(feature = "alloc")]
pub fn slots<T>(length: usize) -> Vec<Option<T>> {
    (0..length).map(|_| None).collect()
}

/// One of the temporary arrays that lie one behind the other.
#[cfg(feature = "alloc")]
pub fn part<T>(data: &[T], number: usize, length: usize) -> &[T] {
    &data[number * length..][..length]
}

/// Flat numbers as an array.
pub fn array<T, const N: usize>(data: &[T]) -> &[T; N] {
    data.first_chunk().expect("emitted code makes buffers of their arrays' lengths")
}

/// Flat numbers as an array of `N` rows.
pub fn rows<T, const N: usize, const M: usize>(data: &[T]) -> &[[T; M]; N] {
    let (rows, _) = data.as_chunks();
    rows.first_chunk().expect("emitted code makes buffers of their arrays' lengths")
}

/// What an objective needs for mini-batches, which are gathered in a `Vec`.
#[cfg(feature = "alloc")]
#[doc(hidden)]
#[macro_export]
macro_rules! __batches {
    ($($items:tt)*) => { $($items)* };
}

/// In its place: there is no mini-batch without a `Vec`.
#[cfg(not(feature = "alloc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __batches {
    ($($items:tt)*) => {
        type Batch = ();
    };
}

pub use __batches as batches;

/// The rows of a slice that make a mini-batch.
#[cfg(feature = "alloc")]
pub fn select_into<T: Copy>(data: &[T], rows: &[usize], batch: &mut Vec<T>) {
    batch.clear();
    batch.extend(rows.iter().map(|&row| data[row]));
}
