//! Vectors of 256 bits.

use core::arch::x86_64::*;

use super::vector::{Format, Vector};
use super::x86::{conditions, vector};
use super::{Lanes, Simd};

/// AVX2 with FMA, as all machines since Haswell and Zen have it.
#[derive(Clone, Copy)]
pub(super) struct Avx2;

impl super::dispatch::sealed::Sealed for Avx2 {}
impl Simd for Avx2 {
    type F32 = F32x8;
    type F64 = F64x4;
}

vector! {
    /// Eight `f32`.
    F32x8(__m256) = 8 f32, Mask8(__m256);
    set _mm256_set1_ps, load _mm256_loadu_ps, store _mm256_storeu_ps,
    add _mm256_add_ps, sub _mm256_sub_ps, mul _mm256_mul_ps, div _mm256_div_ps, fused _mm256_fmadd_ps,
    min _mm256_min_ps, max _mm256_max_ps, sqrt _mm256_sqrt_ps, round _mm256_round_ps, compare _mm256_cmp_ps,
    and _mm256_and_ps, or _mm256_or_ps, xor _mm256_xor_ps,
    to_bits _mm256_castps_si256, from_bits _mm256_castsi256_ps,
    add_bits _mm256_add_epi32, sub_bits _mm256_sub_epi32, up _mm256_slli_epi32, down _mm256_srli_epi32,
    halves of v {
        _mm256_permute2f128_ps::<0b_0000_0001>(v, v),
        _mm256_permute_ps::<0b_01_00_11_10>(v),
        _mm256_permute_ps::<0b_10_11_00_01>(v)
    }
}

vector! {
    /// Four `f64`.
    F64x4(__m256d) = 4 f64, Mask4(__m256d);
    set _mm256_set1_pd, load _mm256_loadu_pd, store _mm256_storeu_pd,
    add _mm256_add_pd, sub _mm256_sub_pd, mul _mm256_mul_pd, div _mm256_div_pd, fused _mm256_fmadd_pd,
    min _mm256_min_pd, max _mm256_max_pd, sqrt _mm256_sqrt_pd, round _mm256_round_pd, compare _mm256_cmp_pd,
    and _mm256_and_pd, or _mm256_or_pd, xor _mm256_xor_pd,
    to_bits _mm256_castpd_si256, from_bits _mm256_castsi256_pd,
    add_bits _mm256_add_epi64, sub_bits _mm256_sub_epi64, up _mm256_slli_epi64, down _mm256_srli_epi64,
    halves of v {
        _mm256_permute2f128_pd::<0b_0000_0001>(v, v),
        _mm256_permute_pd::<0b_0101>(v)
    }
}

/// Here a condition is a vector whose lanes have all bits or none.
macro_rules! wide {
    ($vector:ident $number:ident $mask:ident $len:literal $and:ident $or:ident $xor:ident $blend:ident $signs:ident) => {
        conditions! { $mask:
            // SAFETY: as in `splat`, here and below.
            BitAnd bitand(other) |a, b| unsafe { $and(a, b) };
            BitOr bitor(other) |a, b| unsafe { $or(a, b) };
            Not not() |a| unsafe { $xor(a, $vector::mask(true).0) };
        }

        impl $mask {
            #[inline(always)]
            fn any(self) -> bool {
                // SAFETY: as in `splat`.
                unsafe { $signs(self.0) != 0 }
            }
            #[inline(always)]
            fn select(self, yes: $vector, no: $vector) -> $vector {
                // SAFETY: as in `splat`.
                unsafe { $vector($blend(no.0, yes.0, self.0)) }
            }
        }

        impl $vector {
            #[inline(always)]
            fn load_part(data: &[$number], fill: $number) -> Self {
                let mut lanes = [fill; $len];
                lanes[..data.len()].copy_from_slice(data);
                Self::load(&lanes, 0)
            }
            #[inline(always)]
            fn store_part(self, data: &mut [$number]) {
                let mut lanes = [0.0; $len];
                self.store(&mut lanes, 0);
                data.copy_from_slice(&lanes[..data.len()]);
            }
        }
    };
}

wide! { F32x8 f32 Mask8 8 _mm256_and_ps _mm256_or_ps _mm256_xor_ps _mm256_blendv_ps _mm256_movemask_ps }
wide! { F64x4 f64 Mask4 4 _mm256_and_pd _mm256_or_pd _mm256_xor_pd _mm256_blendv_pd _mm256_movemask_pd }
