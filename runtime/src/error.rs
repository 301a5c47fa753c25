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
    Pair {
        left: Axes,
        right: Axes,
        reason: &'static str,
    },
    Length {
        shape: Axes,
        length: usize,
    },
    Axis {
        shape: Axes,
        axis: usize,
    },
    Index {
        shape: Axes,
        index: Axes,
    },
    Rows {
        shape: Axes,
        start: usize,
        end: usize,
    },
    Label {
        shape: Axes,
        label: usize,
    },
    Empty {
        shape: Axes,
    },
    /// What a differentiated function demands of its arguments. A number has no axes, and stands in the place
    /// of the first length. Kept small: an error is returned by value.
    Demand {
        names: [&'static str; 2],
        shapes: [[usize; 4]; 2],
        ranks: [u8; 2],
        axes: [u8; 2],
    },
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
///
/// So does `check_shapes` of the module beside a differentiated function, which says whether the
/// function's arguments fit each other:
///
/// ```
/// use gradus::prelude::*;
///
/// #[differentiable(wrt(w))]
/// fn cost(w: &Vector, x: &Matrix) -> f32 {
///     x.matmul(w).square().mean()
/// }
///
/// let (x, w) = (Matrix::zeros([3, 2]), Vector::zeros([3]));
/// let error = cost::check_shapes(&w, &x).unwrap_err();
/// assert_eq!(error.demand(), "cost: `x.matmul(w)` needs x.cols() == w.len()");
/// assert_eq!(error.lengths(), Some((2, 3)));
/// assert!(error.arguments().eq([("x", &[3, 2][..]), ("w", &[3])]));
/// assert_eq!(error.to_string(), format!("{}, but x is [3, 2] and w is [3]", error.demand()));
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

    /// A demand on the arguments of a function, each with its name, the length in question and its shape.
    pub(crate) fn demand_on(demand: &'static str, arguments: [(&'static str, usize, &[usize]); 2]) -> Self {
        let (mut shapes, mut ranks, mut axes) = ([[0; 4]; 2], [0; 2], [0; 2]);
        for (side, (_, length, shape)) in arguments.into_iter().enumerate() {
            shapes[side][0] = length;
            let rank = shape.len().min(4);
            shapes[side][..rank].copy_from_slice(&shape[..rank]);
            ranks[side] = rank as u8;
            axes[side] = shapes[side].iter().position(|&own| own == length).unwrap_or_default() as u8;
        }
        let names = arguments.map(|(name, ..)| name);
        Self { operation: demand, problem: Problem::Demand { names, shapes, ranks, axes } }
    }

    /// The same. That it is an error, and no `Ok(())` in its place, is told to the optimiser: what is behind a
    /// check is then not reached from a check that failed.
    #[inline(always)]
    pub(crate) fn as_demand(self) -> Self {
        let is_demand = matches!(self.problem, Problem::Demand { .. });
        is_demand.then_some(self).expect("it was made as a demand")
    }

    /// What is not fulfilled: the function, the expression and what it needs, or the name of an operation
    /// of tensors.
    pub fn demand(&self) -> &'static str {
        self.operation
    }

    /// The two lengths that should be equal, in the order of [`demand`](Self::demand). `None` if it is not
    /// about two lengths, as where data is empty, or about tensors as a whole.
    pub fn lengths(&self) -> Option<(usize, usize)> {
        match &self.problem {
            Problem::Demand { shapes: [left, right], axes: [a, b], .. } => {
                let (left, right) = (left[usize::from(*a)], right[usize::from(*b)]);
                (left != right).then_some((left, right))
            }
            _ => None,
        }
    }

    /// The function's arguments that are at fault, each by its name with its shape; the shape of a number
    /// is empty.
    pub fn arguments(&self) -> impl Iterator<Item = (&'static str, &[usize])> {
        self.named().map(|(name, shape, _)| (name, shape))
    }

    /// The arguments at fault, with what each is if it is a number. One that is there twice is named once.
    fn named(&self) -> impl Iterator<Item = (&'static str, &[usize], usize)> {
        let sides = match &self.problem {
            Problem::Demand { names, shapes, ranks, .. } => [0, 1].map(|side| {
                let shape = &shapes[side];
                (names[side], &shape[..usize::from(ranks[side])], shape[0])
            }),
            _ => [("", &[][..], 0); 2],
        };
        let count = if sides[0].0 == sides[1].0 { 1 } else { 2 };
        sides.into_iter().take(count).filter(|(name, ..)| !name.is_empty())
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
        if let Problem::Demand { .. } = self.problem {
            f.write_str(self.operation)?;
            for (place, (name, shape, number)) in self.named().enumerate() {
                f.write_str(if place == 0 { ", but " } else { " and " })?;
                match shape {
                    [] => write!(f, "{name} is {number}")?,
                    _ => write!(f, "{name} is {shape:?}")?,
                }
            }
            return Ok(());
        }
        write!(f, "cannot {}", self.operation)?;
        match self.problem {
            Problem::Demand { .. } => Ok(()),
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
