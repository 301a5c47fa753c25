//! One lane: plain numbers.

use super::{Kernel, Lanes, dispatch::Simd};
use crate::Real;

/// One number at a time: short data and remainders, inlined into the caller.
#[derive(Clone, Copy, Debug)]
pub struct Scalar;

impl super::dispatch::sealed::Sealed for Scalar {}
impl Simd for Scalar {
    type F32 = f32;
    type F64 = f64;
    type TwiceF32 = f32;
    type TwiceF64 = f64;

    #[inline]
    fn call<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<Self>()
    }
}

macro_rules! scalar {
    ($number:ident) => {
        /// Every operation of the table is the one of `Real`, done on the single lane.
        impl Lanes<$number> for $number {
            type Mask = bool;
            type Set = Scalar;
            const LEN: usize = 1;

            #[inline(always)]
            fn splat(value: $number) -> Self {
                value
            }
            #[inline(always)]
            fn from_fn(mut f: impl FnMut(usize) -> $number) -> Self {
                f(0)
            }
            #[inline(always)]
            fn load(data: &[$number], at: usize) -> Self {
                data[at]
            }
            #[inline(always)]
            fn store(self, data: &mut [$number], at: usize) {
                data[at] = self;
            }
            #[inline(always)]
            fn load_up_to(data: &[$number], at: usize, len: usize, fill: $number) -> Self {
                if len == 0 { fill } else { data[at] }
            }
            #[inline(always)]
            fn store_up_to(self, data: &mut [$number], at: usize, len: usize) {
                if len != 0 {
                    data[at] = self;
                }
            }
            #[inline(always)]
            fn lane(self, place: usize) -> $number {
                debug_assert!(place == 0, "there is one lane, but lane {place} was asked for");
                self
            }
            #[inline(always)]
            fn fold(self, _: impl Fn(Self, Self) -> Self) -> $number {
                self
            }
            #[inline(always)]
            fn turn(_: &mut [Self]) {}
            #[inline(always)]
            fn lt(self, other: Self) -> bool {
                self < other
            }
            #[inline(always)]
            fn le(self, other: Self) -> bool {
                self <= other
            }
            #[inline(always)]
            fn eq(self, other: Self) -> bool {
                self == other
            }
            #[inline(always)]
            fn mask(value: bool) -> bool {
                value
            }
            #[inline(always)]
            fn any(mask: bool) -> bool {
                mask
            }
            #[inline(always)]
            fn select(mask: bool, yes: Self, no: Self) -> Self {
                if mask { yes } else { no }
            }
            #[inline(always)]
            fn fused(self, a: Self, b: Self) -> Self {
                if super::vector::FUSED { Real::mul_add(self, a, b) } else { self * a + b }
            }
        }
    };
}

scalar!(f32);
scalar!(f64);
