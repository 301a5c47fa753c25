//! What a function demands of the shapes of its arguments, checked before any work.

use crate::error::ShapeError;

/// What is said of an argument: its name, the length that is compared, and its whole shape. A number has
/// no axes, and what has no name is a number that the message tells already.
pub type Argument<const R: usize> = (&'static str, usize, [usize; R]);

/// Two lengths that must be equal.
///
/// # Errors
/// If they are not.
#[inline]
pub fn equal<const L: usize, const R: usize>(
    needs: &'static str,
    left: Argument<L>,
    right: Argument<R>,
) -> Result<(), ShapeError> {
    if left.1 == right.1 { Ok(()) } else { Err(unequal(needs, left, right).as_demand()) }
}

#[cold]
fn unequal<const L: usize, const R: usize>(
    needs: &'static str,
    left: Argument<L>,
    right: Argument<R>,
) -> ShapeError {
    ShapeError::demand_on(needs, [(left.0, left.1, &left.2), (right.0, right.1, &right.2)])
}

/// Data that must not be empty, since an expression has no value for it.
///
/// # Errors
/// If it is empty.
#[inline]
pub fn nonempty<const R: usize>(needs: &'static str, data: Argument<R>) -> Result<(), ShapeError> {
    if data.1 != 0 { Ok(()) } else { Err(empty(needs, data).as_demand()) }
}

#[cold]
fn empty<const R: usize>(needs: &'static str, data: Argument<R>) -> ShapeError {
    ShapeError::demand_on(needs, [(data.0, data.1, &data.2), ("", 0, &[])])
}

/// Panics with the message of shapes that do not fit each other.
#[inline]
#[track_caller]
pub fn require(shapes: Result<(), ShapeError>) {
    if let Err(error) = shapes {
        error.raise();
    }
}
