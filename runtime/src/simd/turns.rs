//! What takes as many vectors as a vector has lanes, or a part of it: their sums and their transpose, in two shuffles
//! for each vector and step.
//!
//! Two vectors become two others, one with one half of the lanes of both and one with the other half. After as many
//! steps as it takes to halve the lanes down to one, each vector has one lane of every one. For sums the two are
//! neighbours and are added, so that half as many vectors are left after each step; after fewer steps, the sums
//! are of fewer neighbours.

use core::arch::x86_64::*;

use super::Lanes;
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
part! { neighbours_8 __m256 = _mm256_shuffle_ps::<0b10_00_10_00>, _mm256_shuffle_ps::<0b11_01_11_01> }
part! { halves_8 __m256 = _mm256_permute2f128_ps::<0x20>, _mm256_permute2f128_ps::<0x31> }

part! { numbers_4 __m256d = _mm256_unpacklo_pd, _mm256_unpackhi_pd }
part! { halves_4 __m256d = _mm256_permute2f128_pd::<0x20>, _mm256_permute2f128_pd::<0x31> }

part! { numbers_16 __m512 = _mm512_unpacklo_ps, _mm512_unpackhi_ps }
part! { pairs_16 __m512 = _mm512_shuffle_ps::<0b01_00_01_00>, _mm512_shuffle_ps::<0b11_10_11_10> }
part! { neighbours_16 __m512 = _mm512_shuffle_ps::<0b10_00_10_00>, _mm512_shuffle_ps::<0b11_01_11_01> }
part! { halves_16 __m512 = _mm512_shuffle_f32x4::<0x44>, _mm512_shuffle_f32x4::<0xEE> }
part! { quarters_16 __m512 = _mm512_shuffle_f32x4::<0x88>, _mm512_shuffle_f32x4::<0xDD> }

part! { numbers_8d __m512d = _mm512_unpacklo_pd, _mm512_unpackhi_pd }
part! { halves_8d __m512d = _mm512_shuffle_f64x2::<0x44>, _mm512_shuffle_f64x2::<0xEE> }
part! { quarters_8d __m512d = _mm512_shuffle_f64x2::<0x88>, _mm512_shuffle_f64x2::<0xDD> }

/// Where the sums of `L` neighbours in `L` vectors are after the steps, if they are to be in order. First neighbours
/// within blocks of `block` lanes have been added, then blocks.
const fn order<const LEN: usize>(l: usize, block: usize) -> [usize; LEN] {
    let parts = LEN / l;
    let mut places = [0; LEN];
    let mut lane = 0;
    // There are no parts that are longer than a vector.
    while lane < LEN && parts > 0 {
        let (vector, part) = (lane / parts, lane % parts);
        places[lane] = if l <= block {
            let in_block = block / l;
            part / in_block * block + vector * in_block + part % in_block
        } else {
            vector / block * (block * parts) + part * block + vector % block
        };
        lane += 1;
    }
    places
}

/// Lane `i % l`, or lane `i / l`.
const fn of_each<const LEN: usize>(l: usize, repeated: bool) -> [usize; LEN] {
    let mut places = [0; LEN];
    let mut lane = 0;
    while lane < LEN {
        places[lane] = if repeated { lane % l } else { lane / l };
        lane += 1;
    }
    places
}

/// The steps are listed from the first to the last, those of the transpose each with the bit of the lane by which it
/// parts. It is the high part where that bit is 1.
macro_rules! turns {
    ($($vector:ident $len:literal: sums in blocks of $block:literal: $($sum:ident)*, turn: $($part:ident $bit:literal)*;)*) => {$(
        impl $vector {
            /// Lane `i` of the answer is the sum of the lanes of vector `i`, if there are as many as lanes; of fewer, see
            /// `Lanes::sums_of_parts`.
            #[inline(always)]
            pub(super) fn sums_of<const L: usize>(vectors: &[Self]) -> Self {
                let mut joined = [vectors[0]; $len];
                let mut count = L;
                joined[..L].copy_from_slice(vectors);
                $(
                    if count > 1 {
                        count /= 2;
                        for at in 0..count {
                            let [low, high] = $sum(joined[2 * at].0, joined[2 * at + 1].0);
                            joined[at] = Self(low) + Self(high);
                        }
                    }
                )*
                joined[0].arranged(const { order(L, $block) }, 0)
            }
            #[inline(always)]
            pub(super) fn repeated_of<const L: usize>(self) -> Self {
                self.arranged(const { of_each(L, true) }, 0)
            }
            #[inline(always)]
            pub(super) fn stretched_of<const L: usize>(self, at: usize) -> Self {
                self.arranged(const { of_each(L, false) }, at)
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
    F32x8 8: sums in blocks of 4: neighbours_8 neighbours_8 halves_8, turn: numbers_8 1 pairs_8 0 halves_8 2;
    F64x4 4: sums in blocks of 2: numbers_4 halves_4, turn: numbers_4 0 halves_4 1;
    F32x16 16: sums in blocks of 4: neighbours_16 neighbours_16 quarters_16 quarters_16,
        turn: numbers_16 1 pairs_16 0 halves_16 3 quarters_16 2;
    F64x8 8: sums in blocks of 2: numbers_8d quarters_8d quarters_8d, turn: numbers_8d 0 halves_8d 2 quarters_8d 1;
}

/// Lane `i` of the answer is lane `places[i] + at`.
macro_rules! arranged {
    ($($vector:ident $len:literal $index:ident: $load:ident $set:ident $add:ident |$numbers:ident, $places:ident| $permuted:expr;)*) => {$(
        impl $vector {
            #[inline(always)]
            fn arranged(self, places: [usize; $len], at: usize) -> Self {
                let places = places.map(|place| place as $index);
                // SAFETY: as in `part`; as many numbers are read as there are.
                unsafe {
                    let $places = $add($load(places.as_ptr().cast()), $set(at as $index));
                    let $numbers = self.0;
                    Self($permuted)
                }
            }
        }
    )*};
}

arranged! {
    F32x8 8 i32: _mm256_loadu_si256 _mm256_set1_epi32 _mm256_add_epi32
        |numbers, places| _mm256_permutevar8x32_ps(numbers, places);
    F32x16 16 i32: _mm512_loadu_si512 _mm512_set1_epi32 _mm512_add_epi32
        |numbers, places| _mm512_permutexvar_ps(places, numbers);
    F64x8 8 i64: _mm512_loadu_si512 _mm512_set1_epi64 _mm512_add_epi64
        |numbers, places| _mm512_permutexvar_pd(places, numbers);
}

impl F64x4 {
    /// The same. There is no instruction for it; nothing that has to be fast needs it.
    #[inline(always)]
    fn arranged(self, places: [usize; 4], at: usize) -> Self {
        Self::from_fn(|lane| self.lane(places[lane] + at))
    }
}
