//! The error function and the normal distribution.

use super::exponential::{exp_inside, pair_parts};
use super::{Number, Pair, Vector, copysign, number, pair, polynomial};

/// A polynomial by `x²` near 0; further away `1 - erfc x`, by a polynomial for the logarithm of `erfc x`, which is so
/// small that its errors do not show.
#[inline(always)]
pub(crate) fn erf<T: Number, V: Vector<T>>(x: V) -> V {
    let one = V::splat(T::ONE);
    let near = x.fused(polynomial(x * x, T::ERF), x);
    let a = x.abs().at_most(V::splat(T::ERF_END));
    let far = one - exp_inside(polynomial(a, T::LN_ERFC));
    V::select(a.lt(one), near, copysign(far, x))
}

/// `x Φ(x)`, by the tail `Φ(-a) = e^(-a²/2) P((a - k) / (a + k)) / (a + k)` with `a = |x|`, from which no digits
/// are lost where `x` is negative. It has so many factors that their roundings are kept.
#[inline(always)]
pub(crate) fn gelu<T: Number, V: Vector<T>>(x: V) -> V {
    let (zero, end) = (V::splat(T::ZERO), V::splat(T::TAIL_END));
    let middle = V::splat(T::TAIL_MIDDLE);
    let a = x.abs().at_most(end);

    let below = pair::sum(a, -middle);
    let above = pair::sum(a, middle);
    let place = below.over(above);
    let mut factor = Pair { hi: polynomial(place.hi, &T::TAIL[2..]), lo: zero };
    for power in [1, 0] {
        let inner = factor.times(Pair { hi: place.hi, lo: zero });
        factor = pair::sum(V::splat(T::TAIL[power]), inner.hi);
        factor.lo += inner.lo + V::splat(T::TAIL_LOW[power]);
    }
    // The polynomial falls about as fast as it is large.
    factor.lo -= factor.hi * place.lo;
    let part = Pair { hi: x.at_most(end).at_least(-end), lo: zero }.over(above).times(factor);

    let half = number::<T, V>(-0.5);
    let square = pair::product(a, a);
    let (n, mut exp) = pair_parts(square.hi * half);
    exp.lo = (square.lo * half).fused(exp.hi, exp.lo);
    let part = part.times(exp);
    let (hi, lo) = (part.hi.scale(n), part.lo.scale(n));
    copysign(V::select(x.lt(zero), hi + lo, (x - hi) - lo), x)
}
