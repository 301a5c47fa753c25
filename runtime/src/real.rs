//! [`Real`]: the floats that everything here is generic over.

use core::fmt::{Debug, Display};
use core::iter::Sum;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

use crate::simd::{self, Simd};

mod sealed {
    pub trait Sealed: crate::matmul::Kept {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

// Each row names its first operand too: a body sees only the names that come with it, not those of these macros.

/// The type of an operand: a `real` one has the type of the number itself.
macro_rules! operand {
    (real $number:ty) => {
        $number
    };
    (int $number:ty) => {
        i32
    };
}

/// The value of a row: std's or libm's function of that name, or the expression in the table.
macro_rules! value {
    (std $name:ident $x:ident ($($operand:ident)*) { $($body:tt)* }) => { num_traits::Float::$name($x $(, $operand)*) };
    (libm $name:ident $x:ident () { $($body:tt)* }) => { libm::$name(f64::from($x)) as Self };
    ($kind:ident $name:ident $x:ident ($($operand:ident)*) { $($body:tt)* }) => { $($body)* };
}

macro_rules! real {
    ($({
        $doc:literal $kind:ident $name:ident $tensor:ident ($x:ident $(, $operand:ident : $type:ident)*)
        { $($body:tt)* } [ $($domain:tt)* ]
    })*) => {
        /// A real number as floats have it: `f32` or `f64`.
        ///
        /// It has every operation of the differentiable table as a method, also those that std's
        /// floats lack, so that a function generic over `T: Real` can be differentiated too.
        ///
        /// ```
        /// use gradus::prelude::*;
        ///
        /// fn logistic<T: Real>(x: T) -> T {
        ///     T::ONE / (T::ONE + (-x).exp())
        /// }
        /// assert_eq!(logistic(0.0_f32), 0.5);
        /// assert_eq!(0.0_f64.sigmoid(), 0.5);
        /// ```
        #[diagnostic::on_unimplemented(
            message = "`{Self}` is not a real number that gradus computes with",
            label = "this must be `f32` or `f64`",
            note = "write `2.0` in place of `2`, and convert a count with `n as f32`"
        )]
        pub trait Real:
            sealed::Sealed + Copy + PartialOrd + Debug + Display + core::fmt::LowerExp + Default + Send + Sync + 'static
            + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + Rem<Output = Self>
            + AddAssign + SubAssign + MulAssign + DivAssign + RemAssign + Neg<Output = Self> + Sum
            + for<'a> Sum<&'a Self> + crate::Parameters<Element = Self>
        {
            /// 0.
            const ZERO: Self;
            /// 1.
            const ONE: Self;
            /// The distance from 1 to the next number.
            const EPSILON: Self;

            /// Several of them, on which an instruction set does an operation at once.
            #[doc(hidden)]
            type Lanes<S: Simd>: simd::Lanes<Self>;
            /// Twice as many, where there are registers for them.
            #[doc(hidden)]
            type TwiceLanes<S: Simd>: simd::Lanes<Self>;

            /// The nearest number to an `f64`.
            fn from_f64(value: f64) -> Self;
            /// The nearest number to a count.
            fn from_usize(value: usize) -> Self;
            /// The same number as an `f64`.
            fn to_f64(self) -> f64;
            /// Whether it is neither infinite nor NaN.
            fn is_finite(self) -> bool;
            /// Whether it is NaN.
            fn is_nan(self) -> bool;

            $(
                #[doc = $doc]
                fn $name(self $(, $operand: operand!($type Self))*) -> Self;
            )*
        }

        implement! { f32 F32 TwiceF32 $({ $kind $name ($x $(, $operand : $type)*) { $($body)* } })* }
        implement! { f64 F64 TwiceF64 $({ $kind $name ($x $(, $operand : $type)*) { $($body)* } })* }
    };
}

macro_rules! implement {
    ($number:ident $lanes:ident $twice:ident $({
        $kind:ident $name:ident ($x:ident $(, $operand:ident : $type:ident)*) { $($body:tt)* }
    })*) => {
        #[allow(clippy::excessive_precision, clippy::approx_constant, reason = "the constants in the table serve f64 too")]
        #[allow(unstable_name_collisions, reason = "a body means the method of this trait where std has none that is stable")]
        impl Real for $number {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const EPSILON: Self = <$number>::EPSILON;
            type Lanes<S: Simd> = S::$lanes;
            type TwiceLanes<S: Simd> = S::$twice;

            #[inline]
            fn from_f64(value: f64) -> Self {
                value as Self
            }
            #[inline]
            fn from_usize(value: usize) -> Self {
                value as Self
            }
            #[inline]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline]
            fn is_finite(self) -> bool {
                <$number>::is_finite(self)
            }
            #[inline]
            fn is_nan(self) -> bool {
                <$number>::is_nan(self)
            }

            $(
                #[inline]
                fn $name(self $(, $operand: operand!($type $number))*) -> Self {
                    let $x = self;
                    value!($kind $name $x ($($operand)*) { $($body)* })
                }
            )*
        }
    };
}

gradus_macros::elementwise! { real }
