//! What the mathematics needs of a vector besides [`Lanes`]: its bits.

#![expect(dead_code, reason = "the mathematics that needs it follows")]

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
    /// What is added to the stored exponent.
    const BIAS: i32;
    /// Only the sign: -0.
    const SIGN: Self;
    /// 1.5 times the number from which on all numbers are whole: a small integer added to it
    /// stands in the lowest bits.
    const SHIFTER: Self;
    /// The smallest number with a full significand.
    const SMALLEST: Self;
}

macro_rules! format {
    ($number:ident, $mantissa:literal, $bias:literal) => {
        impl Format for $number {
            const MANTISSA: u32 = $mantissa;
            const SIGN_PLACE: u32 = 8 * size_of::<$number>() as u32 - 1;
            const BIAS: i32 = $bias;
            const SIGN: Self = -0.0;
            const SHIFTER: Self = 1.5 * (1u64 << $mantissa) as $number;
            const SMALLEST: Self = <$number>::MIN_POSITIVE;
        }
    };
}

format!(f32, 23, 127);
format!(f64, 52, 1023);

/// A vector whose bits can be reached.
pub(super) trait Vector<T: Format>: Lanes<T> {
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
    /// The bits moved up, so that the lowest is the sign.
    fn up_to_sign(self) -> Self;
    /// The number, but at most `limit`. NaN stays.
    fn at_most(self, limit: Self) -> Self;
    /// The number, but at least `limit`. NaN stays.
    fn at_least(self, limit: Self) -> Self;
}
