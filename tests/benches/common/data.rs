//! Data that any language can make again.

/// `count` numbers from -1 to 1: each is a hash of its place.
pub(crate) fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let number = |place: u32| {
        let mut hash = place.wrapping_add(seed.wrapping_mul(0x9E37_79B9)).wrapping_mul(0x85EB_CA6B);
        hash ^= hash >> 16;
        hash = hash.wrapping_mul(0xC2B2_AE35);
        hash ^= hash >> 15;
        (hash >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count as u32).map(number).collect()
}

/// A number from -2 to 2 for each row of `x`, which depends on the row's first number and on chance.
pub(crate) fn targets(x: &[f32], cols: usize) -> Vec<f32> {
    let chance = numbers(x.len() / cols, 2);
    x.iter().step_by(cols).zip(chance).map(|(first, chance)| first + chance).collect()
}
