//! Rows that are exact or a few instructions.

use super::{Format, Vector, copysign};

/// Halves away from zero, by the largest number below a half: a half itself would carry the
/// number before it too.
#[inline(always)]
pub(crate) fn round<T: Format, V: Vector<T>>(x: V) -> V {
    let below_half = T::from_f64(0.5 - 0.25 * T::EPSILON.to_f64());
    (x + copysign(V::splat(below_half), x)).trunc()
}

#[inline(always)]
pub(crate) fn fract<T: Format, V: Vector<T>>(x: V) -> V {
    x - x.trunc()
}

#[inline(always)]
pub(crate) fn signum<T: Format, V: Vector<T>>(x: V) -> V {
    V::select(x.eq(x), copysign(V::splat(T::ONE), x), x)
}

#[inline(always)]
pub(crate) fn recip<T: Format, V: Vector<T>>(x: V) -> V {
    V::splat(T::ONE) / x
}

/// # Panics
/// As the method of floats: if a lower limit is not below its upper one.
#[inline(always)]
pub(crate) fn clamp<T: Format, V: Vector<T>>(x: V, low: V, high: V) -> V {
    assert!(
        V::all(low.le(high)),
        "a number is kept between limits of which the lower is not below the upper"
    );
    x.at_least(low).at_most(high)
}

#[inline(always)]
pub(crate) fn detach<T: Format, V: Vector<T>>(x: V) -> V {
    x
}

#[inline(always)]
pub(crate) fn square<T: Format, V: Vector<T>>(x: V) -> V {
    x * x
}

#[inline(always)]
pub(crate) fn relu<T: Format, V: Vector<T>>(x: V) -> V {
    x.at_least(V::splat(T::ZERO))
}

/// By squaring, in the order in which std does it, so that the answers are the same.
#[inline(always)]
pub(crate) fn powi<T: Format, V: Vector<T>>(x: V, n: i32) -> V {
    let mut left = n.unsigned_abs();
    let mut square = x;
    let mut power = V::splat(T::ONE);
    loop {
        if left & 1 == 1 {
            power *= square;
        }
        left >>= 1;
        if left == 0 {
            break;
        }
        square *= square;
    }
    if n < 0 { recip(power) } else { power }
}
