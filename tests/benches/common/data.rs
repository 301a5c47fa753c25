//! Data that any language can make again.

use gradus::Vector;

/// `count` numbers from -1 to 1: each is a hash of its place. They are in the storage of a
/// tensor, which asks for huge pages as NumPy's arrays do.
pub(crate) fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let number = |place: u32| {
        let mut hash = place.wrapping_add(seed.wrapping_mul(0x9E37_79B9)).wrapping_mul(0x85EB_CA6B);
        hash ^= hash >> 16;
        hash = hash.wrapping_mul(0xC2B2_AE35);
        hash ^= hash >> 15;
        (hash >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count as u32).map(number).collect::<Vector>().into_vec()
}
