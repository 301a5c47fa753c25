//! [`Lanes`]: several numbers on which an operation is done at once.

use core::ops::{
    Add, AddAssign, BitAnd, BitOr, Div, DivAssign, Mul, MulAssign, Neg, Not, Rem, Sub, SubAssign,
};

use super::Simd;
use crate::Real;

/// The type of an operand: a `real` one has lanes of its own, an `int` is the same for all lanes.
macro_rules! operand {
    (real) => {
        Self
    };
    (int) => {
        i32
    };
}

/// An operand of one lane.
macro_rules! of_lane {
    (real $operand:ident $lane:ident) => {
        $operand.lane($lane)
    };
    (int $operand:ident $lane:ident) => {
        $operand
    };
}

macro_rules! lanes {
    ($({
        $doc:literal $kind:ident $name:ident $tensor:ident ($x:ident $(, $operand:ident : $type:ident)*)
        { $($body:tt)* } [ $($domain:tt)* ]
    })*) => {
        /// Several numbers on which an operation is done at once.
        ///
        /// It has every operation of the differentiable table as a method. One that no vector form has been
        /// written for is computed lane by lane, by the method of `Real`. The others agree with that to
        /// two units in the last place, and exactly where an operation is exact.
        pub trait Lanes<T: Real>:
            Copy
            + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Rem<Output = Self>
            + Neg<Output = Self> + AddAssign + SubAssign + MulAssign + DivAssign
        {
            /// A condition of each lane.
            type Mask: Copy + BitAnd<Output = Self::Mask> + BitOr<Output = Self::Mask> + Not<Output = Self::Mask>;
            /// The instruction set that these are the vectors of.
            type Set: Simd;
            /// How many numbers there are.
            const LEN: usize;

            /// The same number in every lane.
            fn splat(value: T) -> Self;
            /// A number for each lane, by its place.
            fn from_fn(f: impl FnMut(usize) -> T) -> Self;
            /// `data[at..at + LEN]`.
            ///
            /// # Panics
            /// If there are not so many.
            fn load(data: &[T], at: usize) -> Self;
            /// Writes the lanes to `data[at..at + LEN]`.
            ///
            /// # Panics
            /// If there are not so many.
            fn store(self, data: &mut [T], at: usize);
            /// Every `stride`th number from `data[at]` on.
            ///
            /// # Panics
            /// If there are not so many.
            #[inline(always)]
            fn load_strided(data: &[T], at: usize, stride: usize) -> Self {
                Self::from_fn(|lane| data[at + lane * stride])
            }
            /// Writes the lanes to every `stride`th number from `data[at]` on.
            ///
            /// # Panics
            /// If there are not so many.
            #[inline(always)]
            fn store_strided(self, data: &mut [T], at: usize, stride: usize) {
                for lane in 0..Self::LEN {
                    data[at + lane * stride] = self.lane(lane);
                }
            }
            /// `data[at..at + len]` in the first lanes, at most all of them, and `fill` in the others.
            ///
            /// # Panics
            /// If there are not so many.
            fn load_up_to(data: &[T], at: usize, len: usize, fill: T) -> Self;
            /// Writes the first lanes to `data[at..at + len]`.
            ///
            /// # Panics
            /// If there are not so many.
            fn store_up_to(self, data: &mut [T], at: usize, len: usize);
            /// The number in one lane.
            ///
            /// # Panics
            /// If there are not so many lanes.
            fn lane(self, place: usize) -> T;

            /// One number of all lanes, by halves: each lane of the first with the one of the second half, until
            /// one is left.
            fn fold(self, both: impl Fn(Self, Self) -> Self) -> T;
            /// The sum of the lanes, added by halves.
            #[inline(always)]
            fn sum(self) -> T {
                self.fold(|a, b| a + b)
            }
            /// The sums of the lanes of as many vectors as there are lanes: lane `i` is the one of `vectors[i]`.
            ///
            /// # Panics
            /// If there are not so many.
            #[inline(always)]
            fn sums(vectors: &[Self]) -> Self {
                Self::from_fn(|lane| vectors[lane].sum())
            }
            /// Of `L` lanes, the sums in `L` vectors: lane `i` is the sum of the `i`th `L` lanes of all of them, one vector
            /// behind the other. `L` is a power of two.
            ///
            /// # Panics
            /// If there are not so many lanes.
            #[inline(always)]
            fn sums_of_parts<const L: usize>(vectors: [Self; L]) -> Self {
                let parts = Self::LEN / L;
                Self::from_fn(|lane| {
                    let lanes = (0..L).map(|place| vectors[lane / parts].lane(lane % parts * L + place));
                    lanes.fold(T::ZERO, |sum, number| sum + number)
                })
            }
            /// The sums of every `L`th lane: of lane `i` and those a multiple of `L` behind it, in the first `L` lanes. In the
            /// others may be anything.
            #[inline(always)]
            fn sums_of_every<const L: usize>(self) -> Self {
                Self::from_fn(|lane| {
                    (lane % L..Self::LEN).step_by(L).fold(T::ZERO, |sum, place| sum + self.lane(place))
                })
            }
            /// The first `L` lanes, again and again: lane `i` is lane `i % L`.
            #[inline(always)]
            fn repeated<const L: usize>(self) -> Self {
                Self::from_fn(|lane| self.lane(lane % L))
            }
            /// Each lane from the one at a place on, `L` times: lane `i` is lane `at + i / L`.
            ///
            /// # Panics
            /// If there are not so many lanes.
            #[inline(always)]
            fn stretched<const L: usize>(self, at: usize) -> Self {
                Self::from_fn(|lane| self.lane(at + lane / L))
            }
            /// The transpose of as many vectors as there are lanes: lane `i` of vector `j` is lane `j` of `vectors[i]`.
            ///
            /// # Panics
            /// If there are not so many.
            fn turn(vectors: &mut [Self]);
            /// The product of the lanes, multiplied by halves.
            #[inline(always)]
            fn product(self) -> T {
                self.fold(|a, b| a * b)
            }
            /// The largest lane. NaN is passed over, as by `f32::max`.
            #[inline(always)]
            fn largest(self) -> T {
                self.fold(|a, b| a.max(b))
            }
            /// The smallest lane. NaN is passed over, as by `f32::min`.
            #[inline(always)]
            fn smallest(self) -> T {
                self.fold(|a, b| a.min(b))
            }

            /// Where a lane is less.
            fn lt(self, other: Self) -> Self::Mask;
            /// Where a lane is less or equal.
            fn le(self, other: Self) -> Self::Mask;
            /// Where a lane is greater.
            #[inline(always)]
            fn gt(self, other: Self) -> Self::Mask {
                other.lt(self)
            }
            /// Where a lane is greater or equal.
            #[inline(always)]
            fn ge(self, other: Self) -> Self::Mask {
                other.le(self)
            }
            /// Where lanes are equal.
            fn eq(self, other: Self) -> Self::Mask;
            /// Where lanes are not equal.
            #[inline(always)]
            fn ne(self, other: Self) -> Self::Mask {
                !self.eq(other)
            }
            /// The same condition in every lane.
            fn mask(value: bool) -> Self::Mask;
            /// A condition for each lane, by its place.
            #[inline(always)]
            fn mask_from_fn(mut f: impl FnMut(usize) -> bool) -> Self::Mask {
                Self::from_fn(|lane| if f(lane) { T::ONE } else { T::ZERO }).ne(Self::splat(T::ZERO))
            }
            /// Whether the condition holds in any lane.
            fn any(mask: Self::Mask) -> bool;
            /// Whether the condition holds in every lane.
            #[inline(always)]
            fn all(mask: Self::Mask) -> bool {
                !Self::any(!mask)
            }
            /// The lanes of `yes` where the condition holds, those of `no` elsewhere.
            fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;

            /// `self * a + b`, with a single rounding where that is quick and two where it is not: for sums whose
            /// last digit nobody relies on. `mul_add` always rounds once.
            fn fused(self, a: Self, b: Self) -> Self;

            $(
                #[doc = $doc]
                #[inline(always)]
                fn $name(self $(, $operand: operand!($type))*) -> Self {
                    Self::from_fn(|lane| T::$name(self.lane(lane) $(, of_lane!($type $operand lane))*))
                }
            )*
        }
    };
}

gradus_macros::elementwise! { lanes }
