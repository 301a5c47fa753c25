//! `+ - * /` and negation.
//!
//! Tensors of different rank combine as in PyTorch: the one of lower rank is repeated along the leading
//! axes of the other, and the trailing axes must be equal. An axis of length 1 does not stretch.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use super::Tensor;
use super::rank::{Broadcast, Shaped};
use crate::error::ShapeError;
use crate::real::Real;
use crate::storage;

/// The numbers of an operand, whose storage the result may take over if they are owned.
struct Part<'a, T: Clone> {
    shape: &'a [usize],
    data: Cow<'a, [T]>,
}

impl<'a, T: Real> Part<'a, T> {
    fn owned(shape: &'a [usize], data: Vec<T>) -> Self {
        Part { shape, data: Cow::Owned(data) }
    }

    fn borrowed<const R: usize>(tensor: &'a Tensor<T, R>) -> Self {
        Part { shape: &tensor.shape, data: Cow::Borrowed(&tensor.data) }
    }
}

#[track_caller]
fn check_trailing(operation: &'static str, left: &[usize], right: &[usize]) {
    if left.iter().rev().zip(right.iter().rev()).any(|(l, r)| l != r) {
        ShapeError::broadcast(operation, left, right).raise();
    }
}

#[track_caller]
fn combine<T: Real, O: Shaped<T>>(
    operation: &'static str,
    left: Part<'_, T>,
    right: Part<'_, T>,
    f: impl Fn(T, T) -> T,
) -> O {
    check_trailing(operation, left.shape, right.shape);
    let order = left.shape.len().cmp(&right.shape.len());
    let shape = if order.is_ge() { left.shape } else { right.shape };
    let data = match (left.data, right.data) {
        (Cow::Owned(mut left), right) if order.is_ge() => {
            update(&mut left, &right, f);
            left
        }
        (left, Cow::Owned(mut right)) if order.is_le() => {
            update(&mut right, &left, |r, l| f(l, r));
            right
        }
        (left, right) if order.is_ge() => collect(&left, &right, f),
        (left, right) => collect(&right, &left, |r, l| f(l, r)),
    };
    O::from_parts(shape, data)
}

/// The smaller operand's trailing axes are all it has, so it repeats with the period of its length.
fn update<T: Real>(large: &mut [T], small: &[T], f: impl Fn(T, T) -> T) {
    for block in large.chunks_exact_mut(small.len().max(1)) {
        for (x, &y) in block.iter_mut().zip(small) {
            *x = f(*x, y);
        }
    }
}

fn collect<T: Real>(large: &[T], small: &[T], f: impl Fn(T, T) -> T) -> Vec<T> {
    let mut data = storage::with_capacity(large.len());
    for block in large.chunks_exact(small.len().max(1)) {
        data.extend(block.iter().zip(small).map(|(&x, &y)| f(x, y)));
    }
    data
}

/// `scalar + tensor`: the orphan rule wants the scalar's type by name.
macro_rules! scalar_left {
    ($trait:ident $method:ident $($number:ident)*) => {$(
        impl<const R: usize> $trait<Tensor<$number, R>> for $number {
            type Output = Tensor<$number, R>;

            fn $method(self, mut tensor: Tensor<$number, R>) -> Self::Output {
                tensor.data.iter_mut().for_each(|x| *x = self.$method(*x));
                tensor
            }
        }

        impl<const R: usize> $trait<&Tensor<$number, R>> for $number {
            type Output = Tensor<$number, R>;

            fn $method(self, tensor: &Tensor<$number, R>) -> Self::Output {
                tensor.map(|x| self.$method(x))
            }
        }
    )*};
}

macro_rules! operator {
    ($trait:ident $method:ident $assign_trait:ident $assign_method:ident $operator:tt $assign:tt $verb:literal) => {
        impl<T: Real, const P: usize, const Q: usize> $trait<Tensor<T, Q>> for Tensor<T, P>
        where
            Tensor<T, P>: Broadcast<T, Tensor<T, Q>>,
        {
            type Output = <Tensor<T, P> as Broadcast<T, Tensor<T, Q>>>::Output;

            #[track_caller]
            fn $method(self, right: Tensor<T, Q>) -> Self::Output {
                let (left, right) = (Part::owned(&self.shape, self.data), Part::owned(&right.shape, right.data));
                combine($verb, left, right, |l, r| l $operator r)
            }
        }

        impl<T: Real, const P: usize, const Q: usize> $trait<&Tensor<T, Q>> for Tensor<T, P>
        where
            Tensor<T, P>: Broadcast<T, Tensor<T, Q>>,
        {
            type Output = <Tensor<T, P> as Broadcast<T, Tensor<T, Q>>>::Output;

            #[track_caller]
            fn $method(self, right: &Tensor<T, Q>) -> Self::Output {
                combine($verb, Part::owned(&self.shape, self.data), Part::borrowed(right), |l, r| l $operator r)
            }
        }

        impl<T: Real, const P: usize, const Q: usize> $trait<Tensor<T, Q>> for &Tensor<T, P>
        where
            Tensor<T, P>: Broadcast<T, Tensor<T, Q>>,
        {
            type Output = <Tensor<T, P> as Broadcast<T, Tensor<T, Q>>>::Output;

            #[track_caller]
            fn $method(self, right: Tensor<T, Q>) -> Self::Output {
                combine($verb, Part::borrowed(self), Part::owned(&right.shape, right.data), |l, r| l $operator r)
            }
        }

        impl<T: Real, const P: usize, const Q: usize> $trait<&Tensor<T, Q>> for &Tensor<T, P>
        where
            Tensor<T, P>: Broadcast<T, Tensor<T, Q>>,
        {
            type Output = <Tensor<T, P> as Broadcast<T, Tensor<T, Q>>>::Output;

            #[track_caller]
            fn $method(self, right: &Tensor<T, Q>) -> Self::Output {
                combine($verb, Part::borrowed(self), Part::borrowed(right), |l, r| l $operator r)
            }
        }

        impl<T: Real, const R: usize> $trait<T> for Tensor<T, R> {
            type Output = Tensor<T, R>;

            fn $method(mut self, right: T) -> Self::Output {
                self.data.iter_mut().for_each(|x| *x $assign right);
                self
            }
        }

        impl<T: Real, const R: usize> $trait<T> for &Tensor<T, R> {
            type Output = Tensor<T, R>;

            fn $method(self, right: T) -> Self::Output {
                self.map(|x| x $operator right)
            }
        }

        scalar_left! { $trait $method f32 f64 }

        impl<T: Real, const P: usize, const Q: usize> $assign_trait<&Tensor<T, Q>> for Tensor<T, P>
        where
            Tensor<T, P>: Broadcast<T, Tensor<T, Q>, Output = Tensor<T, P>>,
        {
            #[track_caller]
            fn $assign_method(&mut self, right: &Tensor<T, Q>) {
                check_trailing($verb, &self.shape, &right.shape);
                update(&mut self.data, &right.data, |l, r| l $operator r);
            }
        }

        impl<T: Real, const P: usize, const Q: usize> $assign_trait<Tensor<T, Q>> for Tensor<T, P>
        where
            Tensor<T, P>: Broadcast<T, Tensor<T, Q>, Output = Tensor<T, P>>,
        {
            #[track_caller]
            fn $assign_method(&mut self, right: Tensor<T, Q>) {
                self.$assign_method(&right);
            }
        }

        impl<T: Real, const R: usize> $assign_trait<T> for Tensor<T, R> {
            fn $assign_method(&mut self, right: T) {
                self.data.iter_mut().for_each(|x| *x $assign right);
            }
        }
    };
}

operator! { Add add AddAssign add_assign + += "add" }
operator! { Sub sub SubAssign sub_assign - -= "subtract" }
operator! { Mul mul MulAssign mul_assign * *= "multiply" }
operator! { Div div DivAssign div_assign / /= "divide" }

impl<T: Real, const R: usize> Neg for Tensor<T, R> {
    type Output = Tensor<T, R>;

    fn neg(mut self) -> Self::Output {
        self.data.iter_mut().for_each(|x| *x = -*x);
        self
    }
}

impl<T: Real, const R: usize> Neg for &Tensor<T, R> {
    type Output = Tensor<T, R>;

    fn neg(self) -> Self::Output {
        self.map(|x| -x)
    }
}
