//! The rows of the table in vector form, one source for all instruction sets.
//!
//! What is not exact is right to two units in the last place, over the whole range; `tests/vectors.rs`
//! holds them to it.

use super::vector::{Format, Vector};
use number::Number;
use pair::Pair;

mod angle;
mod double;
mod erf;
mod exponential;
mod hyperbolic;
mod inverse;
mod logarithm;
mod number;
mod pair;
mod plain;
mod power;
mod single;

pub(super) use angle::{cos, sin, tan};
pub(super) use erf::{erf, gelu};
pub(super) use exponential::{exp, exp_m1, exp2, sigmoid, softplus};
pub(super) use hyperbolic::{acosh, asinh, atanh, cosh, sinh, tanh};
pub(super) use inverse::{acos, asin, atan, atan2};
pub(super) use logarithm::{ln, ln_1p, log2, log10};
pub(super) use plain::{clamp, detach, fract, powi, recip, relu, round, signum, square};
pub(super) use power::{cbrt, hypot, powf};

/// The methods of [`Lanes`](super::Lanes) that are computed for all lanes at once: a row that is not here
/// is computed lane by lane.
macro_rules! vectorised {
    () => {
        $crate::simd::math::methods! {
            round() fract() signum() recip() clamp(low, high) detach() square() relu()
            exp() exp2() exp_m1() sigmoid() softplus() ln() ln_1p() log2() log10()
            sin() cos() tan() asin() acos() atan() atan2(x)
            sinh() cosh() tanh() asinh() acosh() atanh()
            powf(p) cbrt() hypot(y) erf() gelu()
        }

        #[inline(always)]
        fn powi(self, n: i32) -> Self {
            $crate::simd::math::powi(self, n)
        }
    };
}
pub(super) use vectorised;

macro_rules! methods {
    ($($name:ident($($operand:ident),*))*) => {$(
        #[inline(always)]
        fn $name(self $(, $operand: Self)*) -> Self {
            $crate::simd::math::$name(self $(, $operand)*)
        }
    )*};
}
pub(super) use methods;

/// A number in every lane.
#[inline(always)]
fn number<T: Format, V: Vector<T>>(value: f64) -> V {
    V::splat(T::from_f64(value))
}

/// A polynomial of at least two coefficients, of which the lowest comes first: the even and the odd powers by
/// themselves, since a processor waits for one chain of sums longer than it computes. There is no closure
/// in it, which would not be compiled to the instruction set.
#[inline(always)]
fn polynomial<T: Format, V: Vector<T>>(x: V, coefficients: &[T]) -> V {
    let square = x * x;
    let last = coefficients.len() - 1;
    let (mut odd, mut even) = (V::splat(coefficients[last]), V::splat(coefficients[last - 1]));
    for &coefficient in coefficients[..last - 1].iter().rev() {
        (odd, even) = (even, odd.fused(square, V::splat(coefficient)));
    }
    odd.fused(x, even)
}

/// The same in one chain, which is an operation less: for one that something else waits longer for, or whose even and
/// odd powers nearly cancel each other.
#[inline(always)]
fn in_a_chain<T: Format, V: Vector<T>>(x: V, coefficients: &[T]) -> V {
    let mut sum = V::splat(coefficients[coefficients.len() - 1]);
    for &coefficient in coefficients[..coefficients.len() - 1].iter().rev() {
        sum = sum.fused(x, V::splat(coefficient));
    }
    sum
}

/// The number with the sign of another.
#[inline(always)]
fn copysign<T: Format, V: Vector<T>>(x: V, sign: V) -> V {
    x.abs().or(sign.and(V::splat(T::SIGN)))
}
