//! Logarithms.
//!
//! `ln x = e ln 2 + ln m` with `x = m 2^e` and `3/4 <= m < 3/2`, where a polynomial is `ln m` by `f = m - 1`.

use super::{Number, Pair, Vector, copysign, in_a_chain, number, pair, polynomial};

/// `ln(1 + f) - f`, for `-1/4 <= f <= 1/2`.
#[inline(always)]
fn less_linear<T: Number, V: Vector<T>>(f: V) -> V {
    let square = f * f;
    square.fused(number(-0.5), square * f * polynomial(f, T::LOG))
}

/// What a logarithm has, `inside` where a number is positive and finite.
#[inline(always)]
fn with_ends<T: Number, V: Vector<T>>(x: V, inside: V) -> V {
    let end = V::select(x.eq(V::splat(T::ZERO)), V::splat(-T::INFINITY), V::splat(T::NAN));
    let inside = V::select(x.lt(V::splat(T::INFINITY)), inside, x);
    V::select(x.gt(V::splat(T::ZERO)), inside, end)
}

/// `e ln 2 + ln(1 + f)`, where `e` is whole and what is given is `ln(1 + f) - f`.
#[inline(always)]
fn sum<T: Number, V: Vector<T>>(e: V, f: V, less_linear: V) -> V {
    let [ln_2, ln_2_low] = T::LN_2;
    e.fused(V::splat(ln_2), f + e.fused(V::splat(ln_2_low), less_linear))
}

#[inline(always)]
pub(crate) fn ln<T: Number, V: Vector<T>>(x: V) -> V {
    let (m, e) = x.split();
    let f = m - V::splat(T::ONE);
    with_ends(x, sum(e, f, less_linear(f)))
}

/// The logarithm to another base, by the logarithms of 2 and of e to that.
#[inline(always)]
fn log<T: Number, V: Vector<T>>(x: V, of_2: [T; 2], of_e: [T; 2]) -> V {
    let (m, e) = x.split();
    let f = m - V::splat(T::ONE);
    let Pair { hi, lo } = pair::product(f, V::splat(of_e[0]));
    let lo = f.fused(V::splat(of_e[1]), less_linear(f).fused(V::splat(of_e[0]), lo));
    let whole = pair::sorted_sum(e * V::splat(of_2[0]), hi);
    with_ends(x, whole.hi + (e.fused(V::splat(of_2[1]), whole.lo) + lo))
}

#[inline(always)]
pub(crate) fn log2<T: Number, V: Vector<T>>(x: V) -> V {
    log(x, [T::ONE, T::ZERO], T::LOG2_E)
}

#[inline(always)]
pub(crate) fn log10<T: Number, V: Vector<T>>(x: V) -> V {
    log(x, T::LOG10_2, T::LOG10_E)
}

#[inline(always)]
pub(crate) fn ln_1p<T: Number, V: Vector<T>>(x: V) -> V {
    let Reduced { f, e, .. } = reduce(x);
    // The sign is that of the number, which a sum with 0 would take from -0.
    let inside = copysign(sum(e, f, less_linear(f)), x);
    with_ends(V::splat(T::ONE) + x, V::select(x.lt(V::splat(T::INFINITY)), inside, x))
}

/// `ln(1 + x) + twos ln 2` for finite numbers above -1, where `lo` is far smaller than `hi`.
#[inline(always)]
pub(super) fn ln_1p_sum<T: Number, V: Vector<T>>(x: Pair<V>, twos: V) -> V {
    let Reduced { f, e, m, shrink } = reduce(x.hi);
    sum(e + twos, f, less_linear(f) + x.lo * shrink / m)
}

/// `ln(1 + x)` for numbers from 0 to 1.
#[inline(always)]
pub(super) fn ln_1p_unit<T: Number, V: Vector<T>>(x: V) -> V {
    (x * x).fused(in_a_chain(x, T::LOG_1P), x)
}

/// `1 + x = (1 + f) 2^e`, where `m` is `1 + f`, rounded, and `shrink` is `2^-e`.
struct Reduced<V> {
    f: V,
    e: V,
    m: V,
    shrink: V,
}

/// With `1 + x` rounded to `m 2^e`, `f = (1 + x) 2^-e - 1` is `x 2^-e + (2^-e - 1)`, which is exact.
#[inline(always)]
fn reduce<T: Number, V: Vector<T>>(x: V) -> Reduced<V> {
    let one = V::splat(T::ONE);
    let (m, e) = (one + x).split();
    let shrink = V::power_of_two(-e);
    let f = x.fused(shrink, shrink - one);
    // Where `1 + x` is `x`, the factor may be too small to be exact.
    let f = V::select(x.lt(V::splat(T::ONE / T::EPSILON)), f, m - one);
    Reduced { f, e, m, shrink }
}
