//! Sums of two numbers, for what one is not exact enough.

use super::{Format, Vector};

/// `hi + lo`, where `lo` is what has been rounded away from `hi`.
#[derive(Clone, Copy)]
pub(super) struct Pair<V> {
    pub(super) hi: V,
    pub(super) lo: V,
}

/// `a + b` for `a` that is 0 or not smaller than `b`.
#[inline(always)]
pub(super) fn sorted_sum<T: Format, V: Vector<T>>(a: V, b: V) -> Pair<V> {
    let hi = a + b;
    Pair { hi, lo: b - (hi - a) }
}

/// `a + b` for any two.
#[inline(always)]
pub(super) fn sum<T: Format, V: Vector<T>>(a: V, b: V) -> Pair<V> {
    let hi = a + b;
    let of_b = hi - a;
    Pair { hi, lo: (a - (hi - of_b)) + (b - of_b) }
}

/// `a b`, for numbers that are not so large that a part of them overflows.
#[inline(always)]
pub(super) fn product<T: Format, V: Vector<T>>(a: V, b: V) -> Pair<V> {
    let hi = a * b;
    if V::EXACT {
        return Pair { hi, lo: a.fused(b, -hi) };
    }
    let ((a, a_low), (b, b_low)) = (halves(a), halves(b));
    Pair { hi, lo: ((a * b - hi) + a * b_low + a_low * b) + a_low * b_low }
}

/// A number as a sum of two with half of its bits, whose products are exact (Veltkamp).
#[inline(always)]
fn halves<T: Format, V: Vector<T>>(a: V) -> (V, V) {
    let factor = T::from_usize((1 << (T::MANTISSA + 1).div_ceil(2)) + 1);
    let large = a * V::splat(factor);
    let high = large - (large - a);
    (high, a - high)
}

/// A constant.
#[inline(always)]
pub(super) fn splat<T: Format, V: Vector<T>>([hi, lo]: [T; 2]) -> Pair<V> {
    Pair { hi: V::splat(hi), lo: V::splat(lo) }
}

impl<V> Pair<V> {
    #[inline(always)]
    pub(super) fn times<T: Format>(self, other: Self) -> Self
    where
        V: Vector<T>,
    {
        let Pair { hi, lo } = product(self.hi, other.hi);
        Pair { hi, lo: self.hi.fused(other.lo, self.lo.fused(other.hi, lo)) }
    }

    /// The sum of this one and a smaller one.
    #[inline(always)]
    pub(super) fn plus<T: Format>(self, other: Self) -> Self
    where
        V: Vector<T>,
    {
        let Pair { hi, lo } = sorted_sum(self.hi, other.hi);
        Pair { hi, lo: lo + self.lo + other.lo }
    }

    #[inline(always)]
    pub(super) fn over<T: Format>(self, other: Self) -> Self
    where
        V: Vector<T>,
    {
        let inverse = V::splat(T::ONE) / other.hi;
        let hi = self.hi * inverse;
        let back = product(hi, other.hi);
        Pair { hi, lo: (self.hi - back.hi - back.lo + self.lo - hi * other.lo) * inverse }
    }

    /// The square root of a number that is not negative.
    #[inline(always)]
    pub(super) fn sqrt<T: Format>(self) -> Self
    where
        V: Vector<T>,
    {
        let hi = self.hi.sqrt();
        let square = product(hi, hi);
        let twice = (hi + hi).at_least(V::splat(T::SMALLEST));
        Pair { hi, lo: (self.hi - square.hi - square.lo + self.lo) / twice }
    }
}
