//! What takes as many vectors as a vector has lanes: their sums and their transpose, in two shuffles for each
//! vector and step.
//!
//! Two vectors become two others, one with one half of the lanes of both and one with the other half. After as many
//! steps as it takes to halve the lanes down to one, each vector has one lane of every one. For sums the two are
//! added, so that half as many are left after each step.

use core::arch::x86_64::*;

use super::avx2::{F32x8, F64x4};
use super::avx512::{F32x16, F64x8};

/// Two arrangements of parts of two vectors.
macro_rules! part {
    ($part:ident $raw:ident = $low:expr, $high:expr) => {
        #[inline(always)]
        fn $part(a: $raw, b: $raw) -> [$raw; 2] {
            // SAFETY: only called with the content of vectors, which exist where there are their instructions.
            unsafe { [$low(a, b), $high(a, b)] }
        }
    };
}

part! { numbers_8 __m256 = _mm256_unpacklo_ps, _mm256_unpackhi_ps }
part! { pairs_8 __m256 = _mm256_shuffle_ps::<0b01_00_01_00>, _mm256_shuffle_ps::<0b11_10_11_10> }
part! { halves_8 __m256 = _mm256_permute2f128_ps::<0x20>, _mm256_permute2f128_ps::<0x31> }

part! { numbers_4 __m256d = _mm256_unpacklo_pd, _mm256_unpackhi_pd }
part! { halves_4 __m256d = _mm256_permute2f128_pd::<0x20>, _mm256_permute2f128_pd::<0x31> }

part! { numbers_16 __m512 = _mm512_unpacklo_ps, _mm512_unpackhi_ps }
part! { pairs_16 __m512 = _mm512_shuffle_ps::<0b01_00_01_00>, _mm512_shuffle_ps::<0b11_10_11_10> }
part! { halves_16 __m512 = _mm512_shuffle_f32x4::<0x44>, _mm512_shuffle_f32x4::<0xEE> }
part! { quarters_16 __m512 = _mm512_shuffle_f32x4::<0x88>, _mm512_shuffle_f32x4::<0xDD> }

part! { numbers_8d __m512d = _mm512_unpacklo_pd, _mm512_unpackhi_pd }
part! { halves_8d __m512d = _mm512_shuffle_f64x2::<0x44>, _mm512_shuffle_f64x2::<0xEE> }
part! { quarters_8d __m512d = _mm512_shuffle_f64x2::<0x88>, _mm512_shuffle_f64x2::<0xDD> }

/// The steps are listed from the first to the last, each with the bit of the lane by which it parts. It is the high
/// part where that bit is 1.
macro_rules! turns {
    ($($vector:ident $len:literal: $($part:ident $bit:literal)*;)*) => {$(
        impl $vector {
            /// Lane `i` of the answer is the sum of the lanes of vector `i`.
            #[inline(always)]
            pub(super) fn sums_of(vectors: &[Self]) -> Self {
                let mut joined = [vectors[0]; $len];
                let mut count = $len;
                joined.copy_from_slice(vectors);
                $(
                    count /= 2;
                    for at in 0..count {
                        let [low, high] = $part(joined[2 * at].0, joined[2 * at + 1].0);
                        joined[at] = Self(low) + Self(high);
                    }
                )*
                joined[0]
            }

            /// Lane `i` of vector `j` of the answer is lane `j` of vector `i`.
            #[inline(always)]
            pub(super) fn turned(vectors: [Self; $len]) -> [Self; $len] {
                let mut parted = vectors;
                $(
                    let before = parted;
                    for at in 0..$len / 2 {
                        let [low, high] = $part(before[2 * at].0, before[2 * at + 1].0);
                        (parted[at], parted[$len / 2 + at]) = (Self(low), Self(high));
                    }
                )*
                // Each step has moved the bits of the place down, and put its own on top.
                let bits = [$($bit),*];
                let mut turned = parted;
                for (place, vector) in parted.into_iter().enumerate() {
                    let mut lane = 0;
                    for (step, bit) in bits.iter().enumerate() {
                        lane |= (place >> step & 1) << bit;
                    }
                    turned[lane] = vector;
                }
                turned
            }
        }
    )*};
}

turns! {
    F32x8 8: numbers_8 1 pairs_8 0 halves_8 2;
    F64x4 4: numbers_4 0 halves_4 1;
    F32x16 16: numbers_16 1 pairs_16 0 halves_16 3 quarters_16 2;
    F64x8 8: numbers_8d 0 halves_8d 2 quarters_8d 1;
}
