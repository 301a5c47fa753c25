//! Two vectors at a time.

use core::ops::{
    Add, AddAssign, BitAnd, BitOr, Div, DivAssign, Mul, MulAssign, Neg, Not, Rem, Sub, SubAssign,
};

use super::vector::Vector;
use super::{Lanes, prefetch};

/// How many bytes a line of the cache has.
const LINE: usize = 64;
/// How far ahead memory is asked for what a loop loads, in bytes.
const AHEAD: usize = 4096;

/// Two vectors, of which each operation is done on the one and then on the other: a loop whose operations wait for
/// each other is unrolled by it without a change. The lanes of the first come first.
#[derive(Clone, Copy)]
pub(super) struct Unrolled<V>(V, V);

/// What is done on each of the two by itself.
macro_rules! on_both {
    ($($name:ident($($operand:ident),*) $(-> $answer:ty)?;)*) => {$(
        on_both! { @ $name($($operand),*) [$($answer)?] }
    )*};
    (@ $name:ident($($operand:ident),*) []) => { on_both! { @ $name($($operand),*) [Self] } };
    (@ $name:ident($($operand:ident),*) [$answer:ty]) => {
        #[inline(always)]
        fn $name(self $(, $operand: Self)*) -> $answer {
            Unrolled(self.0.$name($($operand.0),*), self.1.$name($($operand.1),*))
        }
    };
}

macro_rules! operators {
    ($($trait:ident $method:ident($($other:ident)?);)*) => {$(
        impl<V: $trait<Output = V>> $trait for Unrolled<V> {
            type Output = Self;

            on_both! { $method($($other)?); }
        }
    )*};
}

operators! {
    Add add(other);
    Sub sub(other);
    Mul mul(other);
    Div div(other);
    Rem rem(other);
    Neg neg();
    BitAnd bitand(other);
    BitOr bitor(other);
    Not not();
}

macro_rules! assigning_operators {
    ($($trait:ident $method:ident;)*) => {$(
        impl<V: $trait> $trait for Unrolled<V> {
            #[inline(always)]
            fn $method(&mut self, other: Self) {
                self.0.$method(other.0);
                self.1.$method(other.1);
            }
        }
    )*};
}

assigning_operators! {
    AddAssign add_assign;
    SubAssign sub_assign;
    MulAssign mul_assign;
    DivAssign div_assign;
}

macro_rules! unrolled {
    ($number:ident) => {
        impl<V: Vector<$number>> Lanes<$number> for Unrolled<V> {
            type Mask = Unrolled<V::Mask>;
            type Set = V::Set;
            const LEN: usize = 2 * V::LEN;

            #[inline(always)]
            fn splat(value: $number) -> Self {
                Self(V::splat(value), V::splat(value))
            }
            #[inline(always)]
            fn from_fn(mut f: impl FnMut(usize) -> $number) -> Self {
                let first = V::from_fn(&mut f);
                Self(first, V::from_fn(|lane| f(V::LEN + lane)))
            }
            #[inline(always)]
            fn load(data: &[$number], at: usize) -> Self {
                for line in (0..size_of::<Self>()).step_by(LINE) {
                    prefetch(data, at + (AHEAD + line) / size_of::<$number>());
                }
                let data = &data[at..][..Self::LEN];
                Self(V::load(data, 0), V::load(data, V::LEN))
            }
            #[inline(always)]
            fn store(self, data: &mut [$number], at: usize) {
                let data = &mut data[at..][..Self::LEN];
                self.0.store(data, 0);
                self.1.store(data, V::LEN);
            }
            #[inline(always)]
            fn load_strided(data: &[$number], at: usize, stride: usize) -> Self {
                let second = at + V::LEN * stride;
                Self(V::load_strided(data, at, stride), V::load_strided(data, second, stride))
            }
            #[inline(always)]
            fn store_strided(self, data: &mut [$number], at: usize, stride: usize) {
                self.0.store_strided(data, at, stride);
                self.1.store_strided(data, at + V::LEN * stride, stride);
            }
            #[inline(always)]
            fn load_up_to(data: &[$number], at: usize, len: usize, fill: $number) -> Self {
                let first = len.min(V::LEN);
                let second = V::load_up_to(data, at + first, len - first, fill);
                Self(V::load_up_to(data, at, first, fill), second)
            }
            #[inline(always)]
            fn store_up_to(self, data: &mut [$number], at: usize, len: usize) {
                let first = len.min(V::LEN);
                self.0.store_up_to(data, at, first);
                self.1.store_up_to(data, at + first, len - first);
            }
            #[inline(always)]
            fn lane(self, place: usize) -> $number {
                if place < V::LEN { self.0.lane(place) } else { self.1.lane(place - V::LEN) }
            }
            #[inline(always)]
            fn fold(self, both: impl Fn(Self, Self) -> Self) -> $number {
                let all = both(self, Self(self.1, self.0)).0;
                all.fold(|a, b| both(Self(a, a), Self(b, b)).0)
            }
            #[inline(always)]
            fn turn(vectors: &mut [Self]) {
                /// No vector has more lanes.
                const MOST: usize = 32;
                let mut all = [vectors[0]; MOST];
                all[..Self::LEN].copy_from_slice(&vectors[..Self::LEN]);
                for (place, vector) in vectors[..Self::LEN].iter_mut().enumerate() {
                    *vector = Self::from_fn(|lane| all[lane].lane(place));
                }
            }
            on_both! {
                lt(other) -> Self::Mask;
                le(other) -> Self::Mask;
                eq(other) -> Self::Mask;
            }
            #[inline(always)]
            fn mask(value: bool) -> Self::Mask {
                Unrolled(V::mask(value), V::mask(value))
            }
            #[inline(always)]
            fn any(mask: Self::Mask) -> bool {
                V::any(mask.0 | mask.1)
            }
            #[inline(always)]
            fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
                Self(V::select(mask.0, yes.0, no.0), V::select(mask.1, yes.1, no.1))
            }

            on_both! {
                fused(a, b);
                mul_add(a, b);
                sqrt();
                floor();
                ceil();
                trunc();
                abs();
                min(other);
                max(other);
            }

            $crate::simd::math::vectorised! {}
        }

        impl<V: Vector<$number>> Vector<$number> for Unrolled<V> {
            const EXACT: bool = V::EXACT;

            on_both! {
                and(other);
                or(other);
                xor(other);
                add_bits(other);
                sub_bits(other);
                up_to_exponent();
                down_from_exponent();
                up_to_sign();
                at_most(limit);
                at_least(limit);
                scale(n);
            }
            #[inline(always)]
            fn power_of_two(n: Self) -> Self {
                Self(V::power_of_two(n.0), V::power_of_two(n.1))
            }
            #[inline(always)]
            fn split(self) -> (Self, Self) {
                let (first, second) = (self.0.split(), self.1.split());
                (Self(first.0, second.0), Self(first.1, second.1))
            }
        }
    };
}

unrolled!(f32);
unrolled!(f64);
