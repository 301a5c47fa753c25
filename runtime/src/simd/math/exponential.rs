//! Powers of e and of 2, and what is made of them.
//!
//! `e^x = 2^n e^r` with a whole `n` and `|r| <= ln 2 / 2`, where a polynomial is `e^r - 1`.

use super::logarithm::ln_1p_unit;
use super::{Number, Pair, Vector, copysign, number, pair, polynomial};

/// `n` and `r`.
#[inline(always)]
fn reduce<T: Number, V: Vector<T>>(x: V) -> (V, V) {
    let shifter = V::splat(T::SHIFTER);
    let n = x.fused(V::splat(T::LOG2_E[0]), shifter) - shifter;
    let r = n.fused(V::splat(-T::LN_2[0]), x);
    (n, n.fused(V::splat(-T::LN_2[1]), r))
}

/// `e^r - 1`.
#[inline(always)]
fn less_one<T: Number, V: Vector<T>>(r: V) -> V {
    (r * r).fused(polynomial(r, T::EXP), r)
}

/// `n` and `e^r - 1`.
#[inline(always)]
pub(super) fn parts<T: Number, V: Vector<T>>(x: V) -> (V, V) {
    let (n, r) = reduce(x);
    (n, less_one(r))
}

/// `e^x` where it is neither 0 nor infinite.
#[inline(always)]
pub(super) fn exp_inside<T: Number, V: Vector<T>>(x: V) -> V {
    let (n, less_one) = parts(x);
    (less_one + V::splat(T::ONE)).scale(n)
}

#[inline(always)]
pub(crate) fn exp<T: Number, V: Vector<T>>(x: V) -> V {
    let [low, high] = T::EXP_ENDS;
    exp_inside(x.at_most(V::splat(high)).at_least(V::splat(low)))
}

#[inline(always)]
pub(crate) fn exp2<T: Number, V: Vector<T>>(x: V) -> V {
    exp2_sum(x, V::splat(T::ZERO))
}

/// `2^(x + more)`, where `more` is small.
#[inline(always)]
pub(super) fn exp2_sum<T: Number, V: Vector<T>>(x: V, more: V) -> V {
    let [low, high] = T::EXP2_ENDS;
    let x = x.at_most(V::splat(high)).at_least(V::splat(low));
    let shifter = V::splat(T::SHIFTER);
    let n = (x + shifter) - shifter;
    let r = ((x - n) + more) * number(core::f64::consts::LN_2);
    (less_one(r) + V::splat(T::ONE)).scale(n)
}

#[inline(always)]
pub(crate) fn exp_m1<T: Number, V: Vector<T>>(x: V) -> V {
    let (low, high) = (V::splat(T::EXP_M1_END), V::splat(T::EXP_ENDS[1]));
    let (n, less_one) = parts(x.at_most(high).at_least(low));
    // 2^n ((e^r - 1) + (1 - 2^-n)): nothing is lost where n is 0, nor where 2^n alone would overflow.
    let rest = V::splat(T::ONE) - V::power_of_two(-n);
    copysign((less_one + rest).scale(n), x)
}

/// `n` and `e^r`, where what has been rounded away from `r` is kept too.
#[inline(always)]
pub(super) fn pair_parts<T: Number, V: Vector<T>>(x: V) -> (V, Pair<V>) {
    let (ln_2, ln_2_low) = (V::splat(-T::LN_2[0]), V::splat(-T::LN_2[1]));
    let shifter = V::splat(T::SHIFTER);
    let n = x.fused(V::splat(T::LOG2_E[0]), shifter) - shifter;
    let first = n.fused(ln_2, x);
    let r = n.fused(ln_2_low, first);
    let r_low = n.fused(ln_2_low, first - r);
    let linear = pair::sorted_sum(V::splat(T::ONE), r);
    (n, pair::sorted_sum(linear.hi, (r * r).fused(polynomial(r, T::EXP), linear.lo + r_low)))
}

/// `e^-|x|`, which does not overflow, for `1 / (1 + e^x)` and its integral: a gradient has both, and has this
/// only once.
#[inline(always)]
fn exp_negative<T: Number, V: Vector<T>>(x: V) -> V {
    exp_inside((-x.abs()).at_least(V::splat(T::EXP_ENDS[0])))
}

/// `1 / (1 + e^-|x|)`, or that much of 1 less: `e - e² / (1 + e)`, in which only the last rounding is of a number as
/// large as the answer.
#[inline(always)]
pub(crate) fn sigmoid<T: Number, V: Vector<T>>(x: V) -> V {
    let one = V::splat(T::ONE);
    let exp = exp_negative(x);
    let above = one / (one + exp);
    V::select(x.lt(V::splat(T::ZERO)), (exp * exp).fused(-above, exp), above)
}

#[inline(always)]
pub(crate) fn softplus<T: Number, V: Vector<T>>(x: V) -> V {
    x.at_least(V::splat(T::ZERO)) + ln_1p_unit(exp_negative(x))
}
