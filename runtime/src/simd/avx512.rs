//! Vectors of 512 bits.

use core::arch::x86_64::*;

use super::unrolled::Unrolled;
use super::vector::{Format, Vector};
use super::x86::{conditions, vector};
use super::{Kernel, Lanes, Simd};

/// AVX-512 with the parts F, BW, DQ and VL, as all machines since Skylake have it.
#[derive(Clone, Copy)]
pub(super) struct Avx512;

impl super::dispatch::sealed::Sealed for Avx512 {}
impl Simd for Avx512 {
    type F32 = F32x16;
    type F64 = F64x8;
    type TwiceF32 = Unrolled<F32x16>;
    type TwiceF64 = Unrolled<F64x8>;

    #[inline(always)]
    fn call<K: Kernel>(kernel: K) -> K::Output {
        // SAFETY: this type is only named where there are its instructions.
        unsafe { super::dispatch::avx512(kernel) }
    }
}

vector! {
    /// Sixteen `f32`.
    F32x16(__m512) = 16 f32, Mask16(__mmask16) of Avx512;
    set _mm512_set1_ps, load _mm512_loadu_ps, store _mm512_storeu_ps,
    add _mm512_add_ps, sub _mm512_sub_ps, mul _mm512_mul_ps, div _mm512_div_ps, fused _mm512_fmadd_ps,
    min _mm512_min_ps, max _mm512_max_ps, sqrt _mm512_sqrt_ps, round _mm512_roundscale_ps,
    compare _mm512_cmp_ps_mask,
    and _mm512_and_ps, or _mm512_or_ps, xor _mm512_xor_ps,
    to_bits _mm512_castps_si512, from_bits _mm512_castsi512_ps,
    add_bits _mm512_add_epi32, sub_bits _mm512_sub_epi32, up _mm512_slli_epi32, down _mm512_srli_epi32,
    halves of v {
        _mm512_shuffle_f32x4::<0b_01_00_11_10>(v, v),
        _mm512_shuffle_f32x4::<0b_10_11_00_01>(v, v),
        _mm512_permute_ps::<0b_01_00_11_10>(v),
        _mm512_permute_ps::<0b_10_11_00_01>(v)
    }

    #[inline(always)]
    fn power_of_two(n: Self) -> Self {
        Self::splat(1.0).scale(n)
    }
    #[inline(always)]
    fn scale(self, n: Self) -> Self {
        // SAFETY: as in `splat`.
        unsafe { Self(_mm512_scalef_ps(self.0, n.0)) }
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        // SAFETY: as in `splat`.
        unsafe {
            let one = Self::splat(1.0);
            let mantissa = Self(_mm512_getmant_ps::<_MM_MANT_NORM_P75_1P5, _MM_MANT_SIGN_ZERO>(self.0));
            // The exponent of the number itself, whose significand is from 1 to 2.
            let exponent = _mm512_getexp_ps(self.0);
            (mantissa, Self(_mm512_mask_add_ps(exponent, mantissa.lt(one).0, exponent, one.0)))
        }
    }
}

vector! {
    /// Eight `f64`.
    F64x8(__m512d) = 8 f64, Mask8(__mmask8) of Avx512;
    set _mm512_set1_pd, load _mm512_loadu_pd, store _mm512_storeu_pd,
    add _mm512_add_pd, sub _mm512_sub_pd, mul _mm512_mul_pd, div _mm512_div_pd, fused _mm512_fmadd_pd,
    min _mm512_min_pd, max _mm512_max_pd, sqrt _mm512_sqrt_pd, round _mm512_roundscale_pd,
    compare _mm512_cmp_pd_mask,
    and _mm512_and_pd, or _mm512_or_pd, xor _mm512_xor_pd,
    to_bits _mm512_castpd_si512, from_bits _mm512_castsi512_pd,
    add_bits _mm512_add_epi64, sub_bits _mm512_sub_epi64, up _mm512_slli_epi64, down _mm512_srli_epi64,
    halves of v {
        _mm512_shuffle_f64x2::<0b_01_00_11_10>(v, v),
        _mm512_shuffle_f64x2::<0b_10_11_00_01>(v, v),
        _mm512_permute_pd::<0b_0101_0101>(v)
    }

    #[inline(always)]
    fn power_of_two(n: Self) -> Self {
        Self::splat(1.0).scale(n)
    }
    #[inline(always)]
    fn scale(self, n: Self) -> Self {
        // SAFETY: as in `splat`.
        unsafe { Self(_mm512_scalef_pd(self.0, n.0)) }
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        // SAFETY: as in `splat`.
        unsafe {
            let one = Self::splat(1.0);
            let mantissa = Self(_mm512_getmant_pd::<_MM_MANT_NORM_P75_1P5, _MM_MANT_SIGN_ZERO>(self.0));
            // The exponent of the number itself, whose significand is from 1 to 2.
            let exponent = _mm512_getexp_pd(self.0);
            (mantissa, Self(_mm512_mask_add_pd(exponent, mantissa.lt(one).0, exponent, one.0)))
        }
    }
}

/// Here a condition is a bit for each lane, and loads and stores take one.
macro_rules! masked {
    ($vector:ident $number:ident $mask:ident $bits:ident $blend:ident $load:ident $store:ident) => {
        conditions! { $mask:
            BitAnd bitand(other) |a, b| a & b;
            BitOr bitor(other) |a, b| a | b;
            Not not() |a| !a;
        }

        impl $mask {
            #[inline(always)]
            fn first(len: usize) -> $bits {
                ((1u32 << len) - 1) as $bits
            }
            #[inline(always)]
            fn any(self) -> bool {
                self.0 != 0
            }
            #[inline(always)]
            fn select(self, yes: $vector, no: $vector) -> $vector {
                // SAFETY: as in `splat`.
                unsafe { $vector($blend(self.0, no.0, yes.0)) }
            }
        }

        impl $vector {
            #[inline(always)]
            fn load_part(data: &[$number], fill: $number) -> Self {
                // SAFETY: as in `splat`; only the lanes that the slice has are read.
                unsafe { Self($load(Self::splat(fill).0, $mask::first(data.len()), data.as_ptr())) }
            }
            #[inline(always)]
            fn store_part(self, data: &mut [$number]) {
                // SAFETY: as in `splat`; only the lanes that the slice has are written.
                unsafe { $store(data.as_mut_ptr(), $mask::first(data.len()), self.0) }
            }
        }
    };
}

masked! { F32x16 f32 Mask16 __mmask16 _mm512_mask_blend_ps _mm512_mask_loadu_ps _mm512_mask_storeu_ps }
masked! { F64x8 f64 Mask8 __mmask8 _mm512_mask_blend_pd _mm512_mask_loadu_pd _mm512_mask_storeu_pd }
