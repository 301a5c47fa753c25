//! The rows of the table in vector form, one source for all instruction sets.

use super::vector::{Format, Vector};

mod plain;
pub(super) use plain::*;

/// The methods of [`Lanes`](super::Lanes) that are computed for all lanes at once: a row that is not here
/// is computed lane by lane.
macro_rules! vectorised {
    () => {
        $crate::simd::math::methods! {
            round() fract() signum() recip() clamp(low, high) detach() square() relu()
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

/// The number with the sign of another.
#[inline(always)]
fn copysign<T: Format, V: Vector<T>>(x: V, sign: V) -> V {
    x.abs().or(sign.and(V::splat(T::SIGN)))
}
