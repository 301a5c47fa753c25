//! Vectors for every machine: arrays, which the compiler puts in what registers there are.

use core::ops::{
    Add, AddAssign, BitAnd, BitOr, Div, DivAssign, Mul, MulAssign, Neg, Not, Rem, Sub, SubAssign,
};

use super::vector::{FUSED, Format, Vector};
use super::{Kernel, Lanes, Simd, math};
use crate::Real;

/// What every machine has: 128 bits, as SSE2 and NEON.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

impl super::dispatch::sealed::Sealed for Portable {}
impl Simd for Portable {
    type F32 = Pack<f32, 4>;
    type F64 = Pack<f64, 2>;
    type TwiceF32 = Pack<f32, 4>;
    type TwiceF64 = Pack<f64, 2>;

    #[inline]
    fn call<K: Kernel>(kernel: K) -> K::Output {
        kernel.run::<Self>()
    }
}

#[derive(Clone, Copy)]
#[repr(align(16))]
pub(crate) struct Pack<T, const N: usize>([T; N]);

/// A condition of each lane.
pub(super) type Flags<const N: usize> = Pack<bool, N>;

impl<T: Copy, const N: usize> Pack<T, N> {
    #[inline(always)]
    fn map<U>(self, mut f: impl FnMut(T) -> U) -> Pack<U, N> {
        Pack(core::array::from_fn(|lane| f(self.0[lane])))
    }

    #[inline(always)]
    fn zip<U>(self, other: Self, mut f: impl FnMut(T, T) -> U) -> Pack<U, N> {
        Pack(core::array::from_fn(|lane| f(self.0[lane], other.0[lane])))
    }
}

macro_rules! operator {
    ($($trait:ident $method:ident $(by $assign:ident $assign_method:ident)?;)*) => {$(
        impl<T: Real, const N: usize> $trait for Pack<T, N> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, T::$method)
            }
        }
        $(impl<T: Real, const N: usize> $assign for Pack<T, N> {
            #[inline(always)]
            fn $assign_method(&mut self, other: Self) {
                *self = self.$method(other);
            }
        })?
    )*};
}

operator! {
    Add add by AddAssign add_assign;
    Sub sub by SubAssign sub_assign;
    Mul mul by MulAssign mul_assign;
    Div div by DivAssign div_assign;
    Rem rem;
}

impl<T: Real, const N: usize> Neg for Pack<T, N> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        self.map(T::neg)
    }
}

impl<const N: usize> BitAnd for Flags<N> {
    type Output = Self;

    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        self.zip(other, bool::bitand)
    }
}

impl<const N: usize> BitOr for Flags<N> {
    type Output = Self;

    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        self.zip(other, bool::bitor)
    }
}

impl<const N: usize> Not for Flags<N> {
    type Output = Self;

    #[inline(always)]
    fn not(self) -> Self {
        self.map(bool::not)
    }
}

macro_rules! pack {
    ($number:ident) => {
        impl<const N: usize> Lanes<$number> for Pack<$number, N> {
            type Mask = Flags<N>;
            type Set = Portable;
            const LEN: usize = N;

            #[inline(always)]
            fn splat(value: $number) -> Self {
                Self([value; N])
            }
            #[inline(always)]
            fn from_fn(f: impl FnMut(usize) -> $number) -> Self {
                Self(core::array::from_fn(f))
            }
            #[inline(always)]
            fn load(data: &[$number], at: usize) -> Self {
                let data = &data[at..][..N];
                Self::from_fn(|lane| data[lane])
            }
            #[inline(always)]
            fn store(self, data: &mut [$number], at: usize) {
                data[at..][..N].copy_from_slice(&self.0);
            }
            #[inline(always)]
            fn load_up_to(data: &[$number], at: usize, len: usize, fill: $number) -> Self {
                let data = &data[at..][..len.min(N)];
                Self::from_fn(|lane| data.get(lane).copied().unwrap_or(fill))
            }
            #[inline(always)]
            fn store_up_to(self, data: &mut [$number], at: usize, len: usize) {
                let len = len.min(N);
                data[at..][..len].copy_from_slice(&self.0[..len]);
            }
            #[inline(always)]
            fn lane(self, place: usize) -> $number {
                self.0[place]
            }
            #[inline(always)]
            fn fold(self, both: impl Fn(Self, Self) -> Self) -> $number {
                let mut all = self;
                let mut half = N / 2;
                while half > 0 {
                    all = both(all, Self::from_fn(|lane| all.0[(lane + half) % N]));
                    half /= 2;
                }
                all.0[0]
            }
            #[inline(always)]
            fn turn(vectors: &mut [Self]) {
                let vectors = &mut vectors[..N];
                for i in 0..N {
                    for j in 0..i {
                        (vectors[i].0[j], vectors[j].0[i]) = (vectors[j].0[i], vectors[i].0[j]);
                    }
                }
            }
            #[inline(always)]
            fn lt(self, other: Self) -> Flags<N> {
                self.zip(other, |x, y| x < y)
            }
            #[inline(always)]
            fn le(self, other: Self) -> Flags<N> {
                self.zip(other, |x, y| x <= y)
            }
            #[inline(always)]
            fn eq(self, other: Self) -> Flags<N> {
                self.zip(other, |x, y| x == y)
            }
            #[inline(always)]
            fn mask(value: bool) -> Flags<N> {
                Pack([value; N])
            }
            #[inline(always)]
            fn any(mask: Flags<N>) -> bool {
                mask.0.iter().fold(false, |any, &lane| any | lane)
            }
            #[inline(always)]
            fn select(mask: Flags<N>, yes: Self, no: Self) -> Self {
                Self::from_fn(|lane| if mask.0[lane] { yes.0[lane] } else { no.0[lane] })
            }
            #[inline(always)]
            fn fused(self, a: Self, b: Self) -> Self {
                if FUSED { self.mul_add(a, b) } else { self * a + b }
            }
            #[inline(always)]
            fn abs(self) -> Self {
                self.map(Real::abs)
            }

            math::vectorised! {}
        }

        impl<const N: usize> Vector<$number> for Pack<$number, N> {
            const EXACT: bool = FUSED;

            #[inline(always)]
            fn and(self, other: Self) -> Self {
                self.zip(other, |x, y| $number::from_bits(x.to_bits() & y.to_bits()))
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self.zip(other, |x, y| $number::from_bits(x.to_bits() | y.to_bits()))
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                self.zip(other, |x, y| $number::from_bits(x.to_bits() ^ y.to_bits()))
            }
            #[inline(always)]
            fn add_bits(self, other: Self) -> Self {
                self.zip(other, |x, y| $number::from_bits(x.to_bits().wrapping_add(y.to_bits())))
            }
            #[inline(always)]
            fn sub_bits(self, other: Self) -> Self {
                self.zip(other, |x, y| $number::from_bits(x.to_bits().wrapping_sub(y.to_bits())))
            }
            #[inline(always)]
            fn up_to_exponent(self) -> Self {
                self.map(|x| $number::from_bits(x.to_bits() << $number::MANTISSA))
            }
            #[inline(always)]
            fn down_from_exponent(self) -> Self {
                self.map(|x| $number::from_bits(x.to_bits() >> $number::MANTISSA))
            }
            #[inline(always)]
            fn up_to_sign(self) -> Self {
                self.map(|x| $number::from_bits(x.to_bits() << ($number::SIGN_PLACE - 1)))
            }
            #[inline(always)]
            fn at_most(self, limit: Self) -> Self {
                self.zip(limit, |x, limit| if limit < x { limit } else { x })
            }
            #[inline(always)]
            fn at_least(self, limit: Self) -> Self {
                self.zip(limit, |x, limit| if limit > x { limit } else { x })
            }
        }
    };
}

pack!(f32);
pack!(f64);
