//! Functions of an angle.
//!
//! `x = n π/2 + r` with a whole `n` and `|r| <= π/4`, where polynomials are sine and cosine. Angles so large
//! that `n` times a part of `π/2` is not exact are left to the scalar functions.

use super::{Number, Vector, copysign, number, polynomial};
use crate::Real;

struct Reduced<V> {
    /// Its lowest two bits are those of `n`.
    quadrant: V,
    r: V,
    /// What has been rounded away from `r`.
    r_low: V,
}

#[inline(always)]
fn reduce<T: Number, V: Vector<T>>(x: V) -> Reduced<V> {
    let shifter = V::splat(T::SHIFTER);
    let quadrant = x.fused(number(core::f64::consts::FRAC_2_PI), shifter);
    let n = quadrant - shifter;
    let [first, second, third, last] = T::HALF_PI_PARTS;
    // The first difference is exact. From each of the others that may round, what it rounds away is kept.
    let mut r = n.fused(V::splat(-first), x);
    let mut r_low = V::splat(T::ZERO);
    for part in [second, third, last] {
        let part = V::splat(-part);
        let next = n.fused(part, r);
        r_low += n.fused(part, r - next);
        r = next;
    }
    Reduced { quadrant, r, r_low }
}

/// Whether the lowest bit is set, for a number made by adding the shifter.
#[inline(always)]
fn is_odd<T: Number, V: Vector<T>>(quadrant: V) -> V::Mask {
    let moved = quadrant.up_to_sign();
    copysign(V::splat(T::ONE), moved.add_bits(moved)).lt(V::splat(T::ZERO))
}

/// `sin(r + r_low)`.
#[inline(always)]
fn sine<T: Number, V: Vector<T>>(r: V, r_low: V) -> V {
    let square = r * r;
    copysign(r + (r * square).fused(polynomial(square, T::SIN), r_low), r)
}

/// `cos r`.
#[inline(always)]
fn cosine<T: Number, V: Vector<T>>(r: V) -> V {
    let square = r * r;
    square.fused(square.fused(polynomial(square, T::COS), number(-0.5)), V::splat(T::ONE))
}

#[inline(always)]
fn is_large<T: Number, V: Vector<T>>(x: V) -> bool {
    V::any(x.abs().gt(V::splat(T::ANGLE_END)))
}

/// The sine of the angle, so many quadrants further.
#[inline(always)]
fn sine_after<T: Number, V: Vector<T>>(x: V, quadrants: T) -> V {
    let Reduced { quadrant, r, r_low } = reduce(x);
    let quadrant = quadrant + V::splat(quadrants);
    let value = V::select(is_odd(quadrant), cosine(r), sine(r, r_low));
    value.xor(quadrant.up_to_sign().and(V::splat(T::SIGN)))
}

#[inline(always)]
pub(crate) fn sin<T: Number, V: Vector<T>>(x: V) -> V {
    if is_large(x) {
        return V::from_fn(|lane| Real::sin(x.lane(lane)));
    }
    sine_after(x, T::ZERO)
}

#[inline(always)]
pub(crate) fn cos<T: Number, V: Vector<T>>(x: V) -> V {
    if is_large(x) {
        return V::from_fn(|lane| Real::cos(x.lane(lane)));
    }
    sine_after(x, T::ONE)
}

#[inline(always)]
pub(crate) fn tan<T: Number, V: Vector<T>>(x: V) -> V {
    if is_large(x) {
        return V::from_fn(|lane| Real::tan(x.lane(lane)));
    }
    let Reduced { quadrant, r, r_low } = reduce(x);
    let square = r * r;
    let more = (r * square).fused(polynomial(square, T::TAN), r_low);
    let tangent = r + more;
    // The tangent of the other angle, whose digits need also what has been rounded away here.
    let other = number::<T, V>(-1.0) / tangent;
    let other = (more - (tangent - r)).fused(other * other, other);
    V::select(is_odd(quadrant), other, copysign(tangent, r))
}
