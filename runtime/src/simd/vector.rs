//! What the mathematics needs of a vector besides [`Lanes`]: its bits.

use super::Lanes;
use crate::Real;

/// Whether the target multiplies and adds in one instruction without being asked whether it can.
pub(super) const FUSED: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

/// The format of a number.
pub(super) trait Format: Real {
    /// How many bits of the significand are stored.
    const MANTISSA: u32;
    /// Which bit is the sign.
    const SIGN_PLACE: u32;
    /// What is added to an exponent where it is stored.
    const BIAS: Self;
    /// Only the sign: -0.
    const SIGN: Self;
    /// 1.5 times the number from which on all numbers are whole: a whole number added to it stands in the
    /// lowest bits, and is rounded to the nearest.
    const SHIFTER: Self;
    /// The smallest number with a full significand.
    const SMALLEST: Self;
    /// Infinity.
    const INFINITY: Self;
    /// Not a number.
    const NAN: Self;
}

macro_rules! format {
    ($number:ident, $mantissa:literal, $bias:literal) => {
        impl Format for $number {
            const MANTISSA: u32 = $mantissa;
            const SIGN_PLACE: u32 = 8 * size_of::<$number>() as u32 - 1;
            const BIAS: Self = $bias;
            const SIGN: Self = -0.0;
            const SHIFTER: Self = 1.5 * (1u64 << $mantissa) as $number;
            const SMALLEST: Self = <$number>::MIN_POSITIVE;
            const INFINITY: Self = <$number>::INFINITY;
            const NAN: Self = <$number>::NAN;
        }
    };
}

format!(f32, 23, 127.0);
format!(f64, 52, 1023.0);

/// A vector whose bits can be reached.
pub(super) trait Vector<T: Format>: Lanes<T> {
    /// Whether [`Lanes::fused`] rounds once.
    const EXACT: bool;

    /// The bits that both have.
    fn and(self, other: Self) -> Self;
    /// The bits that either has.
    fn or(self, other: Self) -> Self;
    /// The bits that one of them has.
    fn xor(self, other: Self) -> Self;
    /// The bits added as integers.
    fn add_bits(self, other: Self) -> Self;
    /// The bits subtracted as integers.
    fn sub_bits(self, other: Self) -> Self;
    /// The bits moved up, so that the lowest is the lowest of the exponent.
    fn up_to_exponent(self) -> Self;
    /// The bits moved down, so that the lowest of the exponent is the lowest.
    fn down_from_exponent(self) -> Self;
    /// The bits moved up, so that the last but one is the sign.
    fn up_to_sign(self) -> Self;
    /// The number, but at most `limit`. NaN stays.
    fn at_most(self, limit: Self) -> Self;
    /// The number, but at least `limit`. NaN stays.
    fn at_least(self, limit: Self) -> Self;

    /// `2^n` for a whole number `n` up to `BIAS`; 0 where it has not a full significand.
    #[inline(always)]
    fn power_of_two(n: Self) -> Self {
        (n.at_least(Self::splat(-T::BIAS)) + Self::splat(T::SHIFTER + T::BIAS)).up_to_exponent()
    }

    /// `self * 2^n` for a whole number `n`, rounded once where `self` is about 1. The factor is made of two, since it can
    /// be too large or too small for one.
    #[inline(always)]
    fn scale(self, n: Self) -> Self {
        let shifter = Self::splat(T::SHIFTER);
        let half = n.fused(Self::splat(T::from_f64(0.5)), shifter) - shifter;
        self * Self::power_of_two(half) * Self::power_of_two(n - half)
    }

    /// `m` and `e` with `m * 2^e = self` and `0.75 <= m < 1.5`, for positive numbers.
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        let (one, two) = (Self::splat(T::ONE), Self::splat(T::ONE + T::ONE));
        let (up, shift) = (T::ONE / T::EPSILON, T::from_usize(T::MANTISSA as usize));
        let small = self.lt(Self::splat(T::SMALLEST));
        let x = self * Self::select(small, Self::splat(up), one);
        // The exponent, and `BIAS + 1` so that it is never negative, above bits that are dropped.
        let stored = x.sub_bits(Self::splat(T::from_f64(0.75))).add_bits(two).down_from_exponent();
        let mantissa = x.sub_bits(stored.up_to_exponent()).add_bits(two);
        let whole = stored.add_bits(Self::splat(T::SHIFTER)) - Self::splat(T::SHIFTER + T::BIAS + T::ONE);
        (mantissa, whole - Self::select(small, Self::splat(shift), Self::splat(T::ZERO)))
    }
}
