//! What the vectors of AVX2 and of AVX-512 have in common: the same functions under other names.

/// A vector and its condition. `select`, `load_up_to`, `store_up_to` and `any` differ between the
/// instruction sets and are functions beside the macro's call.
macro_rules! vector {
    (
        $(#[$doc:meta])* $vector:ident($raw:ident) = $len:literal $number:ident, $mask:ident($bits:ident) of $set_of:ident;
        set $set:ident, load $load:ident, store $store:ident,
        add $add:ident, sub $sub:ident, mul $mul:ident, div $div:ident, fused $fused:ident,
        min $min:ident, max $max:ident, sqrt $sqrt:ident, round $round:ident, compare $compare:ident,
        and $and:ident, or $or:ident, xor $xor:ident, to_bits $to_bits:ident, from_bits $from_bits:ident,
        add_bits $add_bits:ident, sub_bits $sub_bits:ident, up $up:ident, down $down:ident,
        halves of $whole:ident { $($half:expr),* }
        $($more:item)*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        #[repr(transparent)]
        pub(super) struct $vector(pub(super) $raw);

        /// A condition of each lane.
        #[derive(Clone, Copy)]
        #[repr(transparent)]
        pub(super) struct $mask($bits);

        $crate::simd::x86::operators! {
            $vector $raw $number;
            Add add $add AddAssign add_assign;
            Sub sub $sub SubAssign sub_assign;
            Mul mul $mul MulAssign mul_assign;
            Div div $div DivAssign div_assign;
        }

        impl core::ops::Rem for $vector {
            type Output = Self;

            #[inline(always)]
            fn rem(self, other: Self) -> Self {
                Self::from_fn(|lane| self.lane(lane) % other.lane(lane))
            }
        }

        impl core::ops::Neg for $vector {
            type Output = Self;

            #[inline(always)]
            fn neg(self) -> Self {
                self.xor(Self::splat(-0.0))
            }
        }

        impl Lanes<$number> for $vector {
            type Mask = $mask;
            type Set = $set_of;
            const LEN: usize = $len;

            #[inline(always)]
            fn splat(value: $number) -> Self {
                // SAFETY: a kernel got this type only where there are its instructions; so everywhere here.
                unsafe { Self($set(value)) }
            }
            #[inline(always)]
            fn from_fn(f: impl FnMut(usize) -> $number) -> Self {
                let lanes: [$number; $len] = core::array::from_fn(f);
                Self::load(&lanes, 0)
            }
            #[inline(always)]
            fn load(data: &[$number], at: usize) -> Self {
                let data = &data[at..][..$len];
                // SAFETY: as in `splat`; the slice has as many numbers as are read.
                unsafe { Self($load(data.as_ptr())) }
            }
            #[inline(always)]
            fn store(self, data: &mut [$number], at: usize) {
                let data = &mut data[at..][..$len];
                // SAFETY: as in `splat`; the slice has as many numbers as are written.
                unsafe { $store(data.as_mut_ptr(), self.0) }
            }
            #[inline(always)]
            fn load_up_to(data: &[$number], at: usize, len: usize, fill: $number) -> Self {
                Self::load_part(&data[at..][..len.min($len)], fill)
            }
            #[inline(always)]
            fn store_up_to(self, data: &mut [$number], at: usize, len: usize) {
                self.store_part(&mut data[at..][..len.min($len)]);
            }
            #[inline(always)]
            fn lane(self, place: usize) -> $number {
                let mut lanes = [0.0; $len];
                self.store(&mut lanes, 0);
                lanes[place]
            }
            #[inline(always)]
            fn fold(self, both: impl Fn(Self, Self) -> Self) -> $number {
                let all = self;
                $(
                    let $whole = all.0;
                    // SAFETY: as in `splat`.
                    let all = both(all, Self(unsafe { $half }));
                )*
                all.lane(0)
            }
            #[inline(always)]
            fn sums(vectors: &[Self]) -> Self {
                Self::sums_of::<$len>(&vectors[..$len])
            }
            #[inline(always)]
            fn sums_of_parts<const L: usize>(vectors: [Self; L]) -> Self {
                Self::sums_of::<L>(&vectors)
            }
            #[inline(always)]
            fn sums_of_every<const L: usize>(self) -> Self {
                let mut left = $len;
                let all = self;
                $(
                    left /= 2;
                    let $whole = all.0;
                    // SAFETY: as in `splat`.
                    let all = if left >= L { all + Self(unsafe { $half }) } else { all };
                )*
                all
            }
            #[inline(always)]
            fn repeated<const L: usize>(self) -> Self {
                self.repeated_of::<L>()
            }
            #[inline(always)]
            fn stretched<const L: usize>(self, at: usize) -> Self {
                assert!(at + $len / L <= $len, "there are not so many lanes behind lane {at}");
                self.stretched_of::<L>(at)
            }
            #[inline(always)]
            fn turn(vectors: &mut [Self]) {
                let mut all = [vectors[0]; $len];
                all.copy_from_slice(&vectors[..$len]);
                vectors[..$len].copy_from_slice(&Self::turned(all));
            }
            #[inline(always)]
            fn lt(self, other: Self) -> $mask {
                // SAFETY: as in `splat`.
                unsafe { $mask($compare::<_CMP_LT_OQ>(self.0, other.0)) }
            }
            #[inline(always)]
            fn le(self, other: Self) -> $mask {
                // SAFETY: as in `splat`.
                unsafe { $mask($compare::<_CMP_LE_OQ>(self.0, other.0)) }
            }
            #[inline(always)]
            fn eq(self, other: Self) -> $mask {
                // SAFETY: as in `splat`.
                unsafe { $mask($compare::<_CMP_EQ_OQ>(self.0, other.0)) }
            }
            #[inline(always)]
            fn mask(value: bool) -> $mask {
                let number = Self::splat(if value { 0.0 } else { $number::NAN });
                number.eq(number)
            }
            #[inline(always)]
            fn any(mask: $mask) -> bool {
                mask.any()
            }
            #[inline(always)]
            fn select(mask: $mask, yes: Self, no: Self) -> Self {
                mask.select(yes, no)
            }
            #[inline(always)]
            fn fused(self, a: Self, b: Self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($fused(self.0, a.0, b.0)) }
            }

            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                self.fused(a, b)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($sqrt(self.0)) }
            }
            #[inline(always)]
            fn floor(self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($round::<{ _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC }>(self.0)) }
            }
            #[inline(always)]
            fn ceil(self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($round::<{ _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC }>(self.0)) }
            }
            #[inline(always)]
            fn trunc(self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($round::<{ _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC }>(self.0)) }
            }
            #[inline(always)]
            fn abs(self) -> Self {
                self.and(Self::splat($number::from_bits(!(-0.0 as $number).to_bits())))
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                // The instruction answers its second operand where either is NaN.
                Self::select(other.eq(other), self.swapped_at_most(other), self)
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                Self::select(other.eq(other), self.swapped_at_least(other), self)
            }

            $crate::simd::math::vectorised! {}
        }

        impl $vector {
            #[inline(always)]
            fn swapped_at_most(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($min(self.0, other.0)) }
            }
            #[inline(always)]
            fn swapped_at_least(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($max(self.0, other.0)) }
            }
        }

        impl Vector<$number> for $vector {
            const EXACT: bool = true;

            $($more)*

            #[inline(always)]
            fn and(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($and(self.0, other.0)) }
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($or(self.0, other.0)) }
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($xor(self.0, other.0)) }
            }
            #[inline(always)]
            fn add_bits(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($from_bits($add_bits($to_bits(self.0), $to_bits(other.0)))) }
            }
            #[inline(always)]
            fn sub_bits(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($from_bits($sub_bits($to_bits(self.0), $to_bits(other.0)))) }
            }
            #[inline(always)]
            fn up_to_exponent(self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($from_bits($up::<{ $number::MANTISSA as _ }>($to_bits(self.0)))) }
            }
            #[inline(always)]
            fn down_from_exponent(self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($from_bits($down::<{ $number::MANTISSA as _ }>($to_bits(self.0)))) }
            }
            #[inline(always)]
            fn up_to_sign(self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($from_bits($up::<{ ($number::SIGN_PLACE - 1) as _ }>($to_bits(self.0)))) }
            }
            #[inline(always)]
            fn at_most(self, limit: Self) -> Self {
                limit.swapped_at_most(self)
            }
            #[inline(always)]
            fn at_least(self, limit: Self) -> Self {
                limit.swapped_at_least(self)
            }
        }
    };
}
pub(super) use vector;

macro_rules! operators {
    ($vector:ident $raw:ident $number:ident; $($trait:ident $method:ident $intrinsic:ident $assign:ident $assign_method:ident;)*) => {$(
        impl core::ops::$trait for $vector {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                unsafe { Self($intrinsic(self.0, other.0)) }
            }
        }

        impl core::ops::$assign for $vector {
            #[inline(always)]
            fn $assign_method(&mut self, other: Self) {
                *self = core::ops::$trait::$method(*self, other);
            }
        }
    )*};
}
pub(super) use operators;

/// And, or, not of a condition.
macro_rules! conditions {
    ($mask:ident: $($trait:ident $method:ident($($other:ident)?) |$a:ident $(, $b:ident)?| $value:expr;)*) => {$(
        impl core::ops::$trait for $mask {
            type Output = Self;

            #[inline(always)]
            fn $method(self $(, $other: Self)?) -> Self {
                let $a = self.0;
                $(let $b = $other.0;)?
                Self($value)
            }
        }
    )*};
}
pub(super) use conditions;
