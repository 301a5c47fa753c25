//! The rank of an operation's result. Stable Rust does not compute with const parameters in types, so
//! the answers for ranks 1 to 4 are tables.

use alloc::vec::Vec;

use super::Tensor;
use crate::real::Real;

/// A result: a tensor, or a number where no axis is left.
pub trait Shaped<T> {
    /// A result of this shape. The shape has as many axes as the result and takes all the numbers.
    #[doc(hidden)]
    fn from_parts(shape: &[usize], data: Vec<T>) -> Self;
}

impl<T: Real, const R: usize> Shaped<T> for Tensor<T, R> {
    fn from_parts(shape: &[usize], data: Vec<T>) -> Self {
        debug_assert_eq!(shape.iter().product::<usize>(), data.len());
        Tensor { shape: shape.try_into().expect("the tables give the rank that the shape has"), data }
    }
}

impl<T: Real> Shaped<T> for T {
    fn from_parts(_shape: &[usize], data: Vec<T>) -> Self {
        *data.first().expect("a shape without axes takes one number")
    }
}

/// A tensor that can lose an axis; a vector becomes a number.
#[diagnostic::on_unimplemented(message = "`{Self}` has no axis to reduce", note = "tensors have 1 to 4 axes")]
pub trait RemoveAxis<T> {
    /// What is left.
    type Output: Shaped<T>;
}

/// A tensor that can have one more axis.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot have another axis",
    note = "tensors have 1 to 4 axes"
)]
pub trait InsertAxis<T> {
    /// The tensor with one more axis.
    type Output: Shaped<T>;
}

/// Two tensors that an operator combines; the lower rank is repeated along the leading axes of the other.
#[diagnostic::on_unimplemented(
    message = "`{Self}` and `{Right}` cannot be combined",
    note = "tensors have 1 to 4 axes and the same element type"
)]
pub trait Broadcast<T, Right> {
    /// The tensor with the higher rank.
    type Output: Shaped<T>;
}

/// Two tensors that have a matrix product.
#[diagnostic::on_unimplemented(
    message = "there is no matrix product of `{Self}` and `{Right}`",
    note = "a matrix multiplies a matrix or a vector, a vector multiplies a matrix, \
            and a rank 3 tensor, which is a batch of matrices, multiplies another"
)]
pub trait Matmul<T, Right> {
    /// The product.
    type Output: Shaped<T>;
}

impl<T: Real> RemoveAxis<T> for Tensor<T, 1> {
    type Output = T;
}

macro_rules! neighbours {
    ($($low:literal $high:literal),*) => {$(
        impl<T: Real> RemoveAxis<T> for Tensor<T, $high> {
            type Output = Tensor<T, $low>;
        }
        impl<T: Real> InsertAxis<T> for Tensor<T, $low> {
            type Output = Tensor<T, $high>;
        }
    )*};
}

neighbours! { 1 2, 2 3, 3 4 }

macro_rules! pairs {
    ($trait:ident: $($left:literal $right:literal => $output:literal),*) => {$(
        impl<T: Real> $trait<T, Tensor<T, $right>> for Tensor<T, $left> {
            type Output = Tensor<T, $output>;
        }
    )*};
}

pairs! { Broadcast:
    1 1 => 1, 1 2 => 2, 1 3 => 3, 1 4 => 4,
    2 1 => 2, 2 2 => 2, 2 3 => 3, 2 4 => 4,
    3 1 => 3, 3 2 => 3, 3 3 => 3, 3 4 => 4,
    4 1 => 4, 4 2 => 4, 4 3 => 4, 4 4 => 4
}

pairs! { Matmul: 1 2 => 1, 2 1 => 1, 2 2 => 2, 3 3 => 3 }
