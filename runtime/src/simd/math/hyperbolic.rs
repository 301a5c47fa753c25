//! Hyperbolic functions and their inverses.

use super::exponential::parts;
use super::logarithm::ln_1p_sum;
use super::{Number, Pair, Vector, copysign, in_a_chain, number, pair, polynomial};

/// A polynomial near 0; above it `(e^2x - 1) / (e^2x + 1)`, where the roundings of both weigh less the larger they are.
#[inline(always)]
pub(crate) fn tanh<T: Number, V: Vector<T>>(x: V) -> V {
    let one = V::splat(T::ONE);
    let square = x * x;
    let near = x.fused(square * in_a_chain(square, T::TANH), x);
    let a = x.abs().at_most(V::splat(T::TANH_END));
    let (n, less_one) = parts(a + a);
    let power = V::power_of_two(n);
    let exp_m1 = less_one.fused(power, power - one);
    let far = exp_m1 / (exp_m1 + (one + one));
    copysign(V::select(a.lt(number(0.26)), near, far), x)
}

/// `e^|x| / 2` and `e^-|x| / 2`. The first does not overflow before the sum of both does.
#[inline(always)]
fn halves<T: Number, V: Vector<T>>(x: V) -> (V, V) {
    let one = V::splat(T::ONE);
    let (n, less_one) = parts(x.abs().at_most(V::splat(T::EXP_ENDS[1] + T::ONE)));
    let half = (less_one + one).scale(n - one);
    (half, number::<T, V>(0.25) / half)
}

#[inline(always)]
pub(crate) fn sinh<T: Number, V: Vector<T>>(x: V) -> V {
    let square = x * x;
    let near = x.fused(square * polynomial(square, T::SINH), x);
    let (grows, shrinks) = halves(x);
    copysign(V::select(x.abs().lt(V::splat(T::ONE)), near, grows - shrinks), x)
}

#[inline(always)]
pub(crate) fn cosh<T: Number, V: Vector<T>>(x: V) -> V {
    let (grows, shrinks) = halves(x);
    grows + shrinks
}

/// What an inverse has, where `x` is so large that the root is `x`: `ln 2x`.
#[inline(always)]
fn inverse<T: Number, V: Vector<T>>(x: V, inside: Pair<V>) -> V {
    let (one, large) = (V::splat(T::ONE), x.ge(V::splat(T::LARGE)));
    // `x` is 1 more than `x - 1`.
    let hi = V::select(large, x, inside.hi);
    let lo = V::select(large, -one, inside.lo);
    let answer = ln_1p_sum(Pair { hi, lo }, V::select(large, one, V::splat(T::ZERO)));
    V::select(x.lt(V::splat(T::INFINITY)), answer, x)
}

/// `ln(1 + x + (√(1 + x²) - 1))`.
#[inline(always)]
pub(crate) fn asinh<T: Number, V: Vector<T>>(x: V) -> V {
    let one = V::splat(T::ONE);
    let a = x.abs();
    let square = pair::product(a, a);
    // The larger comes first in a sum whose rounding is kept.
    let (more, less) = (square.hi.max(one), square.hi.min(one));
    let mut sum = pair::sorted_sum(more, less);
    sum.lo += square.lo;
    let root = sum.sqrt();
    // `√(1 + x²) - 1 <= x`
    let sum = pair::sorted_sum(a, root.hi - one);
    let inside = pair::sorted_sum(sum.hi, sum.lo + root.lo);
    copysign(inverse(a, inside), x)
}

/// `ln(1 + t + √(t (t + 2)))` with `t = x - 1`.
#[inline(always)]
pub(crate) fn acosh<T: Number, V: Vector<T>>(x: V) -> V {
    let one = V::splat(T::ONE);
    let t = x - one;
    let t_low = x - (t + one);
    let twice = t + t;
    let square = pair::product(t, t);
    let (more, less) = (square.hi.max(twice), square.hi.min(twice));
    let mut sum = pair::sorted_sum(more, less);
    sum.lo += square.lo + (t_low + t_low) * (one + t);
    let root = sum.sqrt();
    // `t <= √(t (t + 2))`
    let sum = pair::sorted_sum(root.hi, t);
    let inside = pair::sorted_sum(sum.hi, sum.lo + root.lo + t_low);
    V::select(x.ge(one), inverse(x, inside), V::splat(T::NAN))
}

/// `1/2 ln(1 + 2x / (1 - x))`.
#[inline(always)]
pub(crate) fn atanh<T: Number, V: Vector<T>>(x: V) -> V {
    let one = V::splat(T::ONE);
    let a = x.abs();
    let below = pair::sorted_sum(one, -a);
    let ratio = Pair { hi: a + a, lo: V::splat(T::ZERO) }.over(below);
    let inside = ln_1p_sum(ratio, V::splat(T::ZERO)) * number(0.5);
    let end = V::select(a.eq(one), V::splat(T::INFINITY), V::splat(T::NAN));
    copysign(V::select(a.lt(one), inside, end), x)
}
