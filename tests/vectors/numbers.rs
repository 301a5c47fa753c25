//! Which numbers the rows are tested with, and how far an answer is from the exact one.

use gradus::Real;

/// How far from the exact value a row may be, in units in the last place.
pub(crate) const ULPS: f64 = 2.0;

/// `points` numbers for each operand, inside its domain.
pub(crate) fn inside<T: Real>(domains: &[(f64, f64)], points: usize) -> Vec<Vec<T>> {
    let of = |place: usize, point: usize| {
        let (low, high) = domains[place];
        let part = ((point + 1) as f64 * 0.618_033_988_749_895 + place as f64 * 0.754_877).fract();
        T::from_f64(low + (high - low) * part)
    };
    (0..domains.len()).map(|place| (0..points).map(|point| of(place, point)).collect()).collect()
}

/// The numbers with these bits, one slice for each operand. Operands behind the first are of the size
/// that is common, or at an edge, or any number at all.
pub(crate) fn with_bits(operands: usize, bits: impl Iterator<Item = u32> + Clone) -> Vec<Vec<f32>> {
    let of = |place: usize, bits: u32| {
        if place == 0 {
            return f32::from_bits(bits);
        }
        let mixed = bits.wrapping_add(place as u32).wrapping_mul(0x9e37_79b1);
        let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca6b);
        match mixed % 8 {
            0 => f32::from_bits(mixed.rotate_left(11)),
            1 => [0.0, -0.0, 1.0, -1.0, 2.0, 3.0, 0.5, f32::INFINITY, f32::NAN][mixed as usize / 8 % 9],
            _ => (mixed >> 8) as f32 / 1e6 - 8.0,
        }
    };
    (0..operands).map(|place| bits.clone().map(|bits| of(place, bits)).collect()).collect()
}

/// Numbers at which something begins or ends.
#[rustfmt::skip]
pub(crate) const EDGES: [f32; 42] = [
    0.0, 1e-45, 1e-40, f32::MIN_POSITIVE, 1e-30, 1e-10, 2.4e-4, 0.25, 0.259_999_96, 0.26, 0.499_999_97, 0.5, 0.75,
    0.999_999_94, 1.0, 1.000_000_1, 1.25, 1.5, 2.0, 2.5, 3.0, 3.999, 4.0, 8.5, 10.0, 14.0, 17.0, 18.1, 38.5, 64.0, 87.4,
    88.8, 89.5, 103.9, 104.1, 128.0, 3200.0, 8_388_609.0, 1e18, 2e38, f32::MAX, f32::INFINITY,
];

/// How far a number is from the exact one, in units in the last place of numbers of that size. Zeros differ
/// by their sign, unless `either_zero` will do.
pub(crate) fn ulps(own: f32, exact: f64, either_zero: bool) -> f64 {
    if own.is_nan() || exact.is_nan() {
        return if own.is_nan() && exact.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if f64::from(own) == exact {
        let same = own != 0.0 || either_zero || own.is_sign_negative() == exact.is_sign_negative();
        return if same { 0.0 } else { f64::INFINITY };
    }
    // Infinity stands for all that are too large, and is as far from the last number as that from the one before.
    let next = 2.0_f64.powi(128);
    let (own, exact) = (f64::from(own).clamp(-next, next), exact.clamp(-next, next));
    let exponent = (exact.to_bits() >> 52 & 0x7ff).clamp(1023 - 126, 1023 + 127);
    (own - exact).abs() / f64::from_bits((exponent - 23) << 52)
}

/// The same in double precision, where of the exact one the nearest number is known.
pub(crate) fn ulps_between(own: f64, exact: f64) -> f64 {
    (own - exact).abs() / (exact.abs().next_up() - exact.abs())
}

/// Operands and values of a row from `exact.txt`: numbers all over its range, around 0, where its
/// vector form changes its way, and for angles next to a multiple of π/2. The values were computed with
/// 60 digits and rounded to the nearest number.
pub(crate) fn exact_values(row: &str, operands: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let (mut inputs, mut exact) = (vec![Vec::new(); operands], Vec::new());
    for line in include_str!("exact.txt").lines() {
        let mut words = line.split(' ');
        if words.next() != Some(row) {
            continue;
        }
        let number = |word| f64::from_bits(u64::from_str_radix(word, 16).expect("the bits of a number"));
        let mut numbers = words.map(number);
        for input in &mut inputs {
            input.push(numbers.next().expect("an operand"));
        }
        exact.push(numbers.next().expect("a value"));
    }
    (inputs, exact)
}
