//! Angles from their functions.

use core::f64::consts::PI;

use super::{Number, Vector, copysign, in_a_chain, number, pair, polynomial};

/// The arctangent of a number from 0 to 1.
#[inline(always)]
fn atan_inside<T: Number, V: Vector<T>>(x: V) -> V {
    let square = x * x;
    x.fused(square * in_a_chain(square, T::ATAN), x)
}

/// `π/2 - x`.
#[inline(always)]
fn from_right_angle<T: Number, V: Vector<T>>(x: V) -> V {
    let right = pair::splat::<T, V>(T::HALF_PI);
    right.hi - (x - right.lo)
}

/// `π - x`.
#[inline(always)]
fn from_straight_angle<T: Number, V: Vector<T>>(x: V) -> V {
    let right = pair::splat::<T, V>(T::HALF_PI);
    number::<T, V>(PI) - (x - (right.lo + right.lo))
}

#[inline(always)]
pub(crate) fn atan<T: Number, V: Vector<T>>(x: V) -> V {
    let one = V::splat(T::ONE);
    let a = x.abs();
    let steep = a.gt(one);
    // 1 / a or a / 1
    let angle = atan_inside(V::select(steep, one, a) / V::select(steep, a, one));
    copysign(V::select(steep, from_right_angle(angle), angle), x)
}

#[inline(always)]
pub(crate) fn atan2<T: Number, V: Vector<T>>(y: V, x: V) -> V {
    let (zero, one) = (V::splat(T::ZERO), V::splat(T::ONE));
    let (a, b) = (y.abs(), x.abs());
    let steep = a.gt(b);
    let (less, more) = (V::select(steep, b, a), V::select(steep, a, b));
    // Two that are infinite are at 45 degrees, and two zeros on an axis.
    let slope = V::select(less.eq(more), one, less / more);
    let angle = atan_inside(V::select(more.eq(zero), zero, slope));
    let angle = V::select(steep, from_right_angle(angle), angle);
    let back = copysign(one, x).lt(zero);
    let angle = V::select(back, from_straight_angle(angle), angle);
    V::select(x.eq(x) & y.eq(y), copysign(angle, y), x + y)
}

/// An arcsine, as the number itself and the little that is added to it.
struct Arcsine<V> {
    near: V,
    more: V,
}

/// Whether `|x|` is more than a half, and an arcsine: that of `|x|` where it is not, and where it is the
/// one of `√((1 - |x|) / 2)`, which is half of what is left to the right angle.
#[inline(always)]
fn arcsine<T: Number, V: Vector<T>>(x: V) -> (V::Mask, Arcsine<V>) {
    let half = number::<T, V>(0.5);
    let a = x.abs();
    let far = a.gt(half);
    let square = V::select(far, a.fused(-half, half), a * a);
    let near = V::select(far, square.sqrt(), a);
    (far, Arcsine { near, more: near * square * polynomial(square, T::ASIN) })
}

#[inline(always)]
pub(crate) fn asin<T: Number, V: Vector<T>>(x: V) -> V {
    let (far, Arcsine { near, more }) = arcsine(x);
    let right = pair::splat::<T, V>(T::HALF_PI);
    let left = (right.hi - (near + near)) - ((more + more) - right.lo);
    copysign(V::select(far, left, near + more), x)
}

#[inline(always)]
pub(crate) fn acos<T: Number, V: Vector<T>>(x: V) -> V {
    let (far, Arcsine { near, more }) = arcsine(x);
    let angle = near + more;
    let far_angle = V::select(x.lt(V::splat(T::ZERO)), from_straight_angle(angle + angle), angle + angle);
    V::select(far, far_angle, from_right_angle(copysign(angle, x)))
}
