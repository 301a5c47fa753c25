//! The sums of as many vectors as a vector has lanes, in two shuffles for each.
//!
//! Step by step two vectors become one, which has sums of half as many lanes of both, until one vector has a
//! sum of each.

use core::arch::x86_64::*;

use super::avx2::{F32x8, F64x4};
use super::avx512::{F32x16, F64x8};

/// Two vectors become one: two arrangements of parts of both, added.
macro_rules! join {
    ($join:ident $raw:ident = $add:ident $low:expr, $high:expr) => {
        #[inline(always)]
        fn $join(a: $raw, b: $raw) -> $raw {
            // SAFETY: only called with the content of vectors, which exist where there are their instructions.
            unsafe { $add($low(a, b), $high(a, b)) }
        }
    };
}

join! { numbers_8 __m256 = _mm256_add_ps _mm256_unpacklo_ps, _mm256_unpackhi_ps }
join! { pairs_8 __m256 = _mm256_add_ps _mm256_shuffle_ps::<0b01_00_01_00>, _mm256_shuffle_ps::<0b11_10_11_10> }
join! { halves_8 __m256 = _mm256_add_ps _mm256_permute2f128_ps::<0x20>, _mm256_permute2f128_ps::<0x31> }

join! { numbers_4 __m256d = _mm256_add_pd _mm256_unpacklo_pd, _mm256_unpackhi_pd }
join! { halves_4 __m256d = _mm256_add_pd _mm256_permute2f128_pd::<0x20>, _mm256_permute2f128_pd::<0x31> }

join! { numbers_16 __m512 = _mm512_add_ps _mm512_unpacklo_ps, _mm512_unpackhi_ps }
join! { pairs_16 __m512 = _mm512_add_ps _mm512_shuffle_ps::<0b01_00_01_00>, _mm512_shuffle_ps::<0b11_10_11_10> }
join! { halves_16 __m512 = _mm512_add_ps _mm512_shuffle_f32x4::<0x44>, _mm512_shuffle_f32x4::<0xEE> }
join! { quarters_16 __m512 = _mm512_add_ps _mm512_shuffle_f32x4::<0x88>, _mm512_shuffle_f32x4::<0xDD> }

join! { numbers_8d __m512d = _mm512_add_pd _mm512_unpacklo_pd, _mm512_unpackhi_pd }
join! { halves_8d __m512d = _mm512_add_pd _mm512_shuffle_f64x2::<0x44>, _mm512_shuffle_f64x2::<0xEE> }
join! { quarters_8d __m512d = _mm512_add_pd _mm512_shuffle_f64x2::<0x88>, _mm512_shuffle_f64x2::<0xDD> }

/// Lane `i` of the answer is the sum of the lanes of vector `i`; the steps are listed from the first to the last.
macro_rules! sums {
    ($($vector:ident $len:literal: $($join:ident)*;)*) => {$(
        impl $vector {
            #[inline(always)]
            pub(super) fn sums_of(vectors: &[Self]) -> Self {
                let mut joined = [vectors[0].0; $len];
                let mut count = $len;
                for (joined, vector) in joined.iter_mut().zip(vectors) {
                    *joined = vector.0;
                }
                $(
                    count /= 2;
                    for at in 0..count {
                        joined[at] = $join(joined[2 * at], joined[2 * at + 1]);
                    }
                )*
                Self(joined[0])
            }
        }
    )*};
}

sums! {
    F32x8 8: numbers_8 pairs_8 halves_8;
    F64x4 4: numbers_4 halves_4;
    F32x16 16: numbers_16 pairs_16 halves_16 quarters_16;
    F64x8 8: numbers_8d halves_8d quarters_8d;
}
