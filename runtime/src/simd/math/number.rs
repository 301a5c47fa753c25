//! Numbers that the mathematics needs, for `f32` in `single.rs` and for `f64` in `double.rs`.
//!
//! The polynomials are minimax ones, found by Remez exchange in 70 digits for the error relative to
//! the function they are used in (`LN_ERFC`: to `erf`, `TAIL`: to itself), and then rounded. The errors
//! written there are those before rounding. The lowest coefficient comes first.

use super::Format;

/// A number with what its elementary functions are made of.
pub(crate) trait Number: Format {
    /// Below the first `e^x` is 0, above the second infinite.
    const EXP_ENDS: [Self; 2];
    /// The same for `2^x`.
    const EXP2_ENDS: [Self; 2];
    /// Below it `e^x - 1` is -1.
    const EXP_M1_END: Self;
    /// Above it `tanh x` is 1.
    const TANH_END: Self;
    /// Above it `erf x` is 1.
    const ERF_END: Self;
    /// Above it `Φ(-x)` is 0.
    const TAIL_END: Self;
    /// See `TAIL`.
    const TAIL_MIDDLE: Self;
    /// How far from 0 an angle is reduced for all lanes at once.
    const ANGLE_END: Self;
    /// From here on `x² + 1` is `x²`.
    const LARGE: Self;
    /// As an exponent it makes a power 0, 1 or infinite.
    const HUGE: Self;

    /// `ln 2`, of which the first part times an exponent is exact.
    const LN_2: [Self; 2];
    /// `log10 2`, of which the first part times an exponent is exact.
    const LOG10_2: [Self; 2];
    /// `log2 e`, twice as exact as one number.
    const LOG2_E: [Self; 2];
    /// `log10 e`, twice as exact as one number.
    const LOG10_E: [Self; 2];
    /// `2 log2 e`, twice as exact as one number.
    const TWO_LOG2_E: [Self; 2];
    /// `2/3 log2 e`, twice as exact as one number.
    const TWO_THIRDS_LOG2_E: [Self; 2];
    /// `π/2`, twice as exact as one number.
    const HALF_PI: [Self; 2];
    /// `π/2`, of which the first three parts times a whole number up to `ANGLE_END / (π/2)` are exact.
    const HALF_PI_PARTS: [Self; 4];
    /// `(e^r - 1 - r) / r²` for `|r| <= ln 2 / 2`.
    const EXP: &'static [Self];
    /// `(ln(1 + f) - f + f²/2) / f³` for `-1/4 <= f <= 1/2`.
    const LOG: &'static [Self];
    /// `(ln(1 + x) - x) / x²` for `0 <= x <= 1`.
    const LOG_1P: &'static [Self];
    /// `(sin r - r) / r³`, by `r²` for `|r| <= π/4`.
    const SIN: &'static [Self];
    /// `(cos r - 1 + r²/2) / r⁴`, by `r²` for `|r| <= π/4`.
    const COS: &'static [Self];
    /// `(tan r - r) / r³`, by `r²` for `|r| <= π/4`.
    const TAN: &'static [Self];
    /// `(sinh x - x) / x³`, by `x²` for `|x| <= 1`.
    const SINH: &'static [Self];
    /// `(tanh x - x) / x³`, by `x²` for `|x| <= 0.26`.
    const TANH: &'static [Self];
    /// `(atan x - x) / x³`, by `x²` for `|x| <= 1`.
    const ATAN: &'static [Self];
    /// `(asin x - x) / x³`, by `x²` for `|x| <= 1/2`.
    const ASIN: &'static [Self];
    /// `((log2((1 + s) / (1 - s)) / s - 2 log2 e) / s² - 2/3 log2 e) / s²`, by `s²` for `|s| <= 1/5`.
    const LOG2: &'static [Self];
    /// `m^(-1/3)` for `3/8 <= m <= 3`, to start from.
    const CBRT: &'static [Self];
    /// `erf x / x - 1`, by `x²` for `|x| <= 1`.
    const ERF: &'static [Self];
    /// `ln(erfc x)` for `1 <= x <= ERF_END`.
    const LN_ERFC: &'static [Self];
    /// `Φ(-a) e^(a²/2) (a + k)`, by `(a - k) / (a + k)` for `0 <= a <= TAIL_END`, where `k` is
    /// `TAIL_MIDDLE` and `Φ` the normal distribution function.
    const TAIL: &'static [Self];
    /// What has been rounded away from the first two of `TAIL`.
    const TAIL_LOW: [Self; 2];
}
