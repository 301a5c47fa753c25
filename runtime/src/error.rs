//! What goes wrong with shapes.

use core::fmt;

/// The lengths of up to four axes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Axes {
    lengths: [usize; 4],
    rank: usize,
}

impl From<&[usize]> for Axes {
    fn from(shape: &[usize]) -> Self {
        let mut lengths = [0; 4];
        let rank = shape.len().min(4);
        lengths[..rank].copy_from_slice(&shape[..rank]);
        Axes { lengths, rank }
    }
}

impl fmt::Debug for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lengths[..self.rank].fmt(f)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    Pair { left: Axes, right: Axes, reason: &'static str },
    Length { shape: Axes, length: usize },
    Axis { shape: Axes, axis: usize },
    Index { shape: Axes, index: Axes },
    Rows { shape: Axes, start: usize, end: usize },
    Label { shape: Axes, label: usize },
    Empty { shape: Axes },
}

/// Shapes that do not fit an operation. The message names the operation and every shape.
///
/// Constructors return it; operators and methods, like indexing in std, panic with its message.
///
/// ```
/// use gradus::prelude::*;
///
/// let error = Matrix::from_vec([2, 3], vec![1.0; 5]).unwrap_err();
/// assert_eq!(error.to_string(), "cannot from_vec: the shape [2, 3] takes 6 numbers, not 5");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShapeError {
    operation: &'static str,
    problem: Problem,
}

const STRETCH: &str = "an axis of length 1 only stretches where that is known when compiling, because \
    [n, 1] - [n] would silently be [n, n]; write `b.insert_axis(axis, len)` or `b.reshape(shape)`";

impl ShapeError {
    pub(crate) fn pair(
        operation: &'static str,
        left: &[usize],
        right: &[usize],
        reason: &'static str,
    ) -> Self {
        Self { operation, problem: Problem::Pair { left: left.into(), right: right.into(), reason } }
    }

    /// Trailing axes that differ.
    pub(crate) fn broadcast(operation: &'static str, left: &[usize], right: &[usize]) -> Self {
        let stretch = left.iter().rev().zip(right.iter().rev()).any(|(&l, &r)| l != r && (l == 1 || r == 1));
        let reason = if stretch { STRETCH } else { "the trailing axes must be equal" };
        Self::pair(operation, left, right, reason)
    }

    pub(crate) fn length(operation: &'static str, shape: &[usize], length: usize) -> Self {
        Self { operation, problem: Problem::Length { shape: shape.into(), length } }
    }

    pub(crate) fn axis(operation: &'static str, shape: &[usize], axis: usize) -> Self {
        Self { operation, problem: Problem::Axis { shape: shape.into(), axis } }
    }

    pub(crate) fn index(operation: &'static str, shape: &[usize], index: &[usize]) -> Self {
        Self { operation, problem: Problem::Index { shape: shape.into(), index: index.into() } }
    }

    pub(crate) fn rows(operation: &'static str, shape: &[usize], rows: core::ops::Range<usize>) -> Self {
        Self { operation, problem: Problem::Rows { shape: shape.into(), start: rows.start, end: rows.end } }
    }

    pub(crate) fn label(operation: &'static str, shape: &[usize], label: usize) -> Self {
        Self { operation, problem: Problem::Label { shape: shape.into(), label } }
    }

    pub(crate) fn empty(operation: &'static str, shape: &[usize]) -> Self {
        Self { operation, problem: Problem::Empty { shape: shape.into() } }
    }

    /// The one place where a wrong shape panics.
    #[cold]
    #[track_caller]
    #[expect(
        clippy::panic,
        reason = "operators and indexing cannot return an error; the panic is documented"
    )]
    pub(crate) fn raise(self) -> ! {
        panic!("{self}")
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {}", self.operation)?;
        match self.problem {
            Problem::Pair { left, right, reason } => write!(f, " {left:?} and {right:?}: {reason}"),
            Problem::Length { shape, length } => {
                let product = shape.lengths[..shape.rank].iter().fold(1_usize, |a, &b| a.saturating_mul(b));
                write!(f, ": the shape {shape:?} takes {product} numbers, not {length}")
            }
            Problem::Axis { shape, axis } => {
                write!(f, " {shape:?} along axis {axis}: it has {} axes", shape.rank)
            }
            Problem::Index { shape, index } => write!(f, " {shape:?} at {index:?}: out of range"),
            Problem::Rows { shape, start, end } => {
                write!(f, " {shape:?} at {start}..{end}: out of range")
            }
            Problem::Label { shape, label } => {
                write!(f, " {shape:?} with label {label}: out of range")
            }
            Problem::Empty { shape } => write!(f, " of {shape:?}: there are no numbers"),
        }
    }
}

impl core::error::Error for ShapeError {}
