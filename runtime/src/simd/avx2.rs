//! Vectors of 256 bits.

use core::arch::x86_64::*;

use super::unrolled::Unrolled;
use super::vector::{Format, Vector};
use super::x86::{conditions, vector};
use super::{Kernel, Lanes, Simd};

/// AVX2 with FMA, as all machines since Haswell and Zen have it.
#[derive(Clone, Copy)]
pub(super) struct Avx2;

impl super::dispatch::sealed::Sealed for Avx2 {}
impl Simd for Avx2 {
    type F32 = F32x8;
    type F64 = F64x4;
    type TwiceF32 = Unrolled<F32x8>;
    type TwiceF64 = Unrolled<F64x4>;

    #[inline(always)]
    fn call<K: Kernel>(kernel: K) -> K::Output {
        // SAFETY: this type is only named where there are its instructions.
        unsafe { super::dispatch::avx2(kernel) }
    }
}

vector! {
    /// Eight `f32`.
    F32x8(__m256) = 8 f32, Mask8(__m256) of Avx2;
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
    F64x4(__m256d) = 4 f64, Mask4(__m256d) of Avx2;
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
    ($vector:ident $number:ident $mask:ident $len:literal $and:ident $or:ident $xor:ident $blend:ident $signs:ident
     $bits:ident $cast:ident $load:ident $store:ident) => {
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
            /// The first lanes, as the instructions that load and store some of them want it.
            #[inline(always)]
            fn first(len: usize) -> __m256i {
                // A window of the signs moves with the length.
                const SIGNS: [$bits; 2 * $len] = {
                    let mut signs = [0; 2 * $len];
                    let mut place = 0;
                    while place < $len {
                        signs[place] = -1;
                        place += 1;
                    }
                    signs
                };
                let window = &SIGNS[$len - len.min($len)..][..$len];
                // SAFETY: as in `splat`; the window has as many numbers as are read.
                unsafe { _mm256_loadu_si256(window.as_ptr().cast()) }
            }
            #[inline(always)]
            fn load_part(data: &[$number], fill: $number) -> Self {
                let first = Self::first(data.len());
                // SAFETY: as in `splat`; only the lanes that the slice has are read.
                let (some, first) = unsafe { ($load(data.as_ptr(), first), $cast(first)) };
                $mask(first).select(Self(some), Self::splat(fill))
            }
            #[inline(always)]
            fn store_part(self, data: &mut [$number]) {
                // SAFETY: as in `splat`; only the lanes that the slice has are written.
                unsafe { $store(data.as_mut_ptr(), Self::first(data.len()), self.0) }
            }
        }
    };
}

wide! { F32x8 f32 Mask8 8 _mm256_and_ps _mm256_or_ps _mm256_xor_ps _mm256_blendv_ps _mm256_movemask_ps
i32 _mm256_castsi256_ps _mm256_maskload_ps _mm256_maskstore_ps }
wide! { F64x4 f64 Mask4 4 _mm256_and_pd _mm256_or_pd _mm256_xor_pd _mm256_blendv_pd _mm256_movemask_pd
i64 _mm256_castsi256_pd _mm256_maskload_pd _mm256_maskstore_pd }
