//! The rows of the table of elementwise operations as methods of tensors.

use super::Tensor;
use crate::error::ShapeError;
use crate::real::Real;
use crate::storage;

/// A further operand of an elementwise method: a number, or a tensor of the same shape.
///
/// ```
/// use gradus::prelude::*;
///
/// let x = Vector::from([-1.0, 2.0]);
/// assert_eq!(x.maximum(0.0), Vector::from([0.0, 2.0]));
/// assert_eq!(x.maximum(&Vector::from([1.0, 1.0])), Vector::from([1.0, 2.0]));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an operand for a tensor of rank {R} of `{T}`",
    note = "an operand is a number of the tensor's element type, or a tensor of the same shape"
)]
pub trait Operand<T, const R: usize> {
    /// Panics if the shape is another one.
    #[doc(hidden)]
    fn check(&self, operation: &'static str, shape: &[usize; R]);

    /// The number that meets the tensor's number at this place.
    #[doc(hidden)]
    fn at(&self, place: usize) -> T;
}

impl<T: Real, const R: usize> Operand<T, R> for T {
    fn check(&self, _operation: &'static str, _shape: &[usize; R]) {}

    fn at(&self, _place: usize) -> T {
        *self
    }
}

impl<T: Real, const R: usize> Operand<T, R> for &Tensor<T, R> {
    #[track_caller]
    fn check(&self, operation: &'static str, shape: &[usize; R]) {
        if self.shape != *shape {
            ShapeError::pair(operation, shape, &self.shape, "the shapes must be equal").raise();
        }
    }

    fn at(&self, place: usize) -> T {
        self.data[place]
    }
}

impl<T: Real, const R: usize> Operand<T, R> for Tensor<T, R> {
    #[track_caller]
    fn check(&self, operation: &'static str, shape: &[usize; R]) {
        (&self).check(operation, shape);
    }

    fn at(&self, place: usize) -> T {
        self.data[place]
    }
}

macro_rules! operand {
    (real) => { impl Operand<T, R> };
    (int) => { i32 };
}

macro_rules! check {
    (real $operand:ident $name:ident $shape:expr) => {
        $operand.check(stringify!($name), $shape);
    };
    (int $operand:ident $name:ident $shape:expr) => {};
}

macro_rules! at {
    (real $operand:ident $place:ident) => {
        $operand.at($place)
    };
    (int $operand:ident $place:ident) => {
        $operand
    };
}

macro_rules! methods {
    ($({
        $doc:literal $kind:ident $name:ident $tensor:ident ($x:ident $(, $operand:ident : $type:ident)*)
        { $($body:tt)* } [ $($domain:tt)* ]
    })*) => {
        /// Elementwise operations.
        ///
        /// # Panics
        /// Those with a tensor as a further operand, if the shapes differ.
        impl<T: Real, const R: usize> Tensor<T, R> {$(
            #[doc = $doc]
            #[track_caller]
            #[must_use]
            pub fn $tensor(&self $(, $operand: operand!($type))*) -> Self {
                $(check! { $type $operand $tensor &self.shape })*
                #[allow(unused_variables, reason = "an operation of one operand needs no place")]
                let data = self.data.iter().enumerate().map(|(place, &number)| Real::$name(number $(, at!($type $operand place))*));
                Tensor { shape: self.shape, data: storage::collect(data) }
            }
        )*}
    };
}

gradus_macros::elementwise! { methods }
