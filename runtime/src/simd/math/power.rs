//! Powers and roots.

use super::exponential::exp2_sum;
use super::{Number, Pair, Vector, number, pair, polynomial};

/// `log2 x` of a positive number, a quarter more exact than one number: it is multiplied by an exponent, and
/// what is then in the fraction is all that the power's digits come from.
///
/// `log2 m = 2 log2 e (s + s³/3 + ..)` with `s = (m - 1) / (m + 1)`.
#[inline(always)]
fn log2_exactly<T: Number, V: Vector<T>>(x: V) -> Pair<V> {
    let one = V::splat(T::ONE);
    let (m, e) = x.split();
    let f = m - one;
    let sum = pair::sorted_sum(one + one, f);
    let s = Pair { hi: f, lo: V::splat(T::ZERO) }.over(sum);
    let square = s.times(s);
    let rest = Pair { hi: square.hi * polynomial(square.hi, T::LOG2), lo: V::splat(T::ZERO) };
    let second = pair::splat(T::TWO_THIRDS_LOG2_E).plus(rest);
    let log = pair::splat(T::TWO_LOG2_E).plus(square.times(second)).times(s);
    pair::sorted_sum(e, log.hi).plus(Pair { hi: log.lo, lo: V::splat(T::ZERO) })
}

#[inline(always)]
pub(crate) fn powf<T: Number, V: Vector<T>>(x: V, p: V) -> V {
    let (zero, one) = (V::splat(T::ZERO), V::splat(T::ONE));
    let (infinite, sign) = (V::splat(T::INFINITY), V::splat(T::SIGN));
    let a = x.abs();
    let log = log2_exactly(a);
    let power = p.at_most(V::splat(T::HUGE)).at_least(V::splat(-T::HUGE));
    let product = pair::product(log.hi, power);
    let more = power.fused(log.lo, product.lo);
    // Far outside, what was rounded away is not small, and does not matter.
    let more = V::select(product.hi.abs().lt(V::splat(-T::EXP2_ENDS[0])), more, zero);
    let inside = exp2_sum(product.hi, more);

    // 0 and infinity have no logarithm.
    let end = a.eq(zero) | a.eq(infinite);
    let grows = V::select(p.lt(zero), one / a, a);
    let value = V::select(end, grows, inside);
    // Negative numbers have only whole powers, of which the odd ones are negative.
    let whole = p.trunc().eq(p);
    let half = p * number(0.5);
    let odd = V::select(whole & half.trunc().ne(half), x.and(sign), zero);
    let value = V::select(x.lt(zero) & !whole & a.lt(infinite), V::splat(T::NAN), value.or(odd));
    let known = x.eq(x) & p.eq(p);
    let certain = p.eq(zero) | x.eq(one) | (a.eq(one) & p.abs().eq(infinite));
    V::select(certain, one, V::select(known, value, x + p))
}

/// With `|x| = m 2^(3n)` and `3/8 <= m < 3`: Newton's method for `m^(-1/3)`, which divides by nothing, and
/// a last step for the root itself.
#[inline(always)]
pub(crate) fn cbrt<T: Number, V: Vector<T>>(x: V) -> V {
    let (one, third) = (V::splat(T::ONE), number::<T, V>(1.0 / 3.0));
    let (m, e) = x.abs().split();
    let shifter = V::splat(T::SHIFTER);
    let n = e.fused(third, shifter) - shifter;
    let m = m * V::power_of_two(n.fused(number(-3.0), e));
    let mut inverse = polynomial(m, T::CBRT);
    let steps = if T::MANTISSA > 32 { 3 } else { 2 };
    for _ in 0..steps {
        let off = one - m * inverse * (inverse * inverse);
        inverse = (inverse * third).fused(off, inverse);
    }
    let square = inverse * inverse;
    let root = m * square;
    let cube = pair::product(root, root).times(Pair { hi: root, lo: V::splat(T::ZERO) });
    let root = (m - cube.hi - cube.lo).fused(square * third, root);
    let value = super::copysign(root.scale(n), x);
    // 0, infinity and NaN are their own roots.
    V::select(x.ne(V::splat(T::ZERO)) & x.abs().lt(V::splat(T::INFINITY)), value, x)
}

/// With both divided by the same power of 2, so that no square is too large or too small.
#[inline(always)]
pub(crate) fn hypot<T: Number, V: Vector<T>>(x: V, y: V) -> V {
    let infinite = V::splat(T::INFINITY);
    let (a, b) = (x.abs(), y.abs());
    let steep = b.gt(a);
    let (more, less) = (V::select(steep, b, a), V::select(steep, a, b));
    let (m, e) = more.split();
    let less = less.scale(-e);
    let value = less.fused(less, m * m).sqrt().scale(e);
    let value = V::select(more.eq(V::splat(T::ZERO)), more, value);
    let value = V::select(x.eq(x) & y.eq(y), value, x + y);
    V::select(a.eq(infinite) | b.eq(infinite), infinite, value)
}
