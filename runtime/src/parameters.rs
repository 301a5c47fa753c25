//! [`Parameters`]: what an optimiser moves.

use core::fmt;

use crate::real::Real;

/// Numbers that an optimiser moves: a scalar, an array, a tensor, or a struct of these. A gradient is
/// a value of the same type.
///
/// `#[differentiable]` writes it for the structs it generates and for those in an annotated module.
///
/// ```
/// use gradus::Parameters;
///
/// let mut w = [1.0_f32, 2.0];
/// let grad = [0.5, 0.5];
/// w.zip_mut(&grad, &mut |w, grad| {
///     for (w, g) in w.iter_mut().zip(grad) {
///         *w -= 0.1 * g;
///     }
/// });
/// assert_eq!(w, [0.95, 1.95]);
/// ```
///
/// # Panics
/// The methods that walk several values panic if their shapes differ.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be moved by an optimiser",
    label = "these are not parameters",
    note = "parameters are `f32`, `f64`, tensors, arrays and `Vec`s of these;",
    note = "a struct of these becomes one inside of a `#[differentiable] mod {{ .. }}`"
)]
pub trait Parameters: Sized {
    /// The type of the numbers.
    type Element: Real;

    /// The same shape, all zeros.
    fn zeros_like(&self) -> Self;

    /// Calls `f` with the name, the shape and the numbers of every run. `name` is that of all of them.
    fn for_each_named(
        &self,
        name: &ParamName<'_>,
        f: &mut impl FnMut(&ParamName<'_>, &[usize], &[Self::Element]),
    );

    /// Calls `f` with every run of numbers.
    #[inline]
    fn for_each(&self, f: &mut impl FnMut(&[Self::Element])) {
        self.for_each_named(&ParamName::Params, &mut |_, _, run| f(run));
    }

    /// Calls `f` with every run of numbers of `self` and the same run of `other`.
    fn zip_mut(&mut self, other: &Self, f: &mut impl FnMut(&mut [Self::Element], &[Self::Element]));

    /// Calls `f` with every run of numbers of `self`, the same run of `state` and the same run of `other`.
    fn zip2_mut(
        &mut self,
        state: &mut Self,
        other: &Self,
        f: &mut impl FnMut(&mut [Self::Element], &mut [Self::Element], &[Self::Element]),
    );
}

/// What a run of numbers is called: `layer.weight`, or `points[3]`.
///
/// ```
/// use gradus::{ParamName, Parameters, nn};
///
/// let layers = vec![nn::Linear::new(2, 3, &mut gradus::Rng::manual_seed(1))];
/// let mut names = Vec::new();
/// layers.for_each_named(&ParamName::Params, &mut |name, shape, _| names.push(format!("{name} {shape:?}")));
/// assert_eq!(names, ["params[0].weight [3, 2]", "params[0].bias [3]"]);
/// ```
#[derive(Debug, Clone, Copy)]
pub enum ParamName<'a> {
    /// All parameters: `params`, which is left out before the name of a field.
    Params,
    /// A field of a struct.
    Field(&'a ParamName<'a>, &'a str),
    /// An item of an array or `Vec`.
    Item(&'a ParamName<'a>, usize),
}

impl fmt::Display for ParamName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParamName::Params => f.write_str("params"),
            ParamName::Field(ParamName::Params, field) => f.write_str(field),
            ParamName::Field(of, field) => write!(f, "{of}.{field}"),
            ParamName::Item(of, place) => write!(f, "{of}[{place}]"),
        }
    }
}

/// Adds `grad` to `total`: what several calls of PyTorch's `backward()` do to `.grad`.
///
/// ```
/// let mut total = [0.0_f32; 2];
/// for _ in 0..3 {
///     gradus::accumulate(&mut total, &[1.0, 2.0]);
/// }
/// assert_eq!(total, [3.0, 6.0]);
/// ```
///
/// # Panics
/// If the shapes differ.
pub fn accumulate<P: Parameters>(total: &mut P, grad: &P) {
    total.zip_mut(grad, &mut |total, grad| {
        for (total, &grad) in total.iter_mut().zip(grad) {
            *total += grad;
        }
    });
}

/// Panics if two parameters differ in shape.
#[cfg(feature = "alloc")]
#[track_caller]
pub(crate) fn check_shapes(left: &[usize], right: &[usize]) {
    if left != right {
        crate::ShapeError::pair("combine parameters", left, right, "the shapes must be equal").raise();
    }
}

macro_rules! scalar {
    ($($number:ident)*) => {$(
        impl Parameters for $number {
            type Element = $number;

            #[inline]
            fn zeros_like(&self) -> Self {
                0.0
            }
            #[inline]
            fn for_each_named(
                &self,
                name: &ParamName<'_>,
                f: &mut impl FnMut(&ParamName<'_>, &[usize], &[$number]),
            ) {
                f(name, &[], core::slice::from_ref(self));
            }
            #[inline]
            fn zip_mut(&mut self, other: &Self, f: &mut impl FnMut(&mut [$number], &[$number])) {
                f(core::slice::from_mut(self), core::slice::from_ref(other));
            }
            #[inline]
            fn zip2_mut(
                &mut self,
                state: &mut Self,
                other: &Self,
                f: &mut impl FnMut(&mut [$number], &mut [$number], &[$number]),
            ) {
                f(core::slice::from_mut(self), core::slice::from_mut(state), core::slice::from_ref(other));
            }
        }
    )*};
}

scalar! { f32 f64 }

impl<P: Parameters, const N: usize> Parameters for [P; N] {
    type Element = P::Element;

    fn zeros_like(&self) -> Self {
        self.each_ref().map(P::zeros_like)
    }
    fn for_each_named(
        &self,
        name: &ParamName<'_>,
        f: &mut impl FnMut(&ParamName<'_>, &[usize], &[P::Element]),
    ) {
        for (place, part) in self.iter().enumerate() {
            part.for_each_named(&ParamName::Item(name, place), f);
        }
    }
    fn zip_mut(&mut self, other: &Self, f: &mut impl FnMut(&mut [P::Element], &[P::Element])) {
        self.iter_mut().zip(other).for_each(|(part, other)| part.zip_mut(other, f));
    }
    fn zip2_mut(
        &mut self,
        state: &mut Self,
        other: &Self,
        f: &mut impl FnMut(&mut [P::Element], &mut [P::Element], &[P::Element]),
    ) {
        for ((part, state), other) in self.iter_mut().zip(state).zip(other) {
            part.zip2_mut(state, other, f);
        }
    }
}

#[cfg(feature = "alloc")]
impl<P: Parameters> Parameters for alloc::vec::Vec<P> {
    type Element = P::Element;

    fn zeros_like(&self) -> Self {
        self.iter().map(P::zeros_like).collect()
    }
    fn for_each_named(
        &self,
        name: &ParamName<'_>,
        f: &mut impl FnMut(&ParamName<'_>, &[usize], &[P::Element]),
    ) {
        for (place, part) in self.iter().enumerate() {
            part.for_each_named(&ParamName::Item(name, place), f);
        }
    }
    fn zip_mut(&mut self, other: &Self, f: &mut impl FnMut(&mut [P::Element], &[P::Element])) {
        check_shapes(&[self.len()], &[other.len()]);
        self.iter_mut().zip(other).for_each(|(part, other)| part.zip_mut(other, f));
    }
    fn zip2_mut(
        &mut self,
        state: &mut Self,
        other: &Self,
        f: &mut impl FnMut(&mut [P::Element], &mut [P::Element], &[P::Element]),
    ) {
        check_shapes(&[self.len()], &[state.len()]);
        check_shapes(&[self.len()], &[other.len()]);
        for ((part, state), other) in self.iter_mut().zip(state).zip(other) {
            part.zip2_mut(state, other, f);
        }
    }
}

#[cfg(feature = "alloc")]
impl<T: Real, const R: usize> Parameters for crate::Tensor<T, R> {
    type Element = T;

    fn zeros_like(&self) -> Self {
        crate::Tensor::zeros(*self.shape())
    }
    fn for_each_named(&self, name: &ParamName<'_>, f: &mut impl FnMut(&ParamName<'_>, &[usize], &[T])) {
        f(name, self.shape(), self.data());
    }
    fn zip_mut(&mut self, other: &Self, f: &mut impl FnMut(&mut [T], &[T])) {
        check_shapes(self.shape(), other.shape());
        f(self.data_mut(), other.data());
    }
    fn zip2_mut(&mut self, state: &mut Self, other: &Self, f: &mut impl FnMut(&mut [T], &mut [T], &[T])) {
        check_shapes(self.shape(), state.shape());
        check_shapes(self.shape(), other.shape());
        f(self.data_mut(), state.data_mut(), other.data());
    }
}
