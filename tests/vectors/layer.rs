//! What a vector is made and taken apart with, on every instruction set.

use gradus::Real;
use gradus::emitted::{InstructionSet, Kernel, Lanes, Scalar, Simd, add_rows, dispatch, dots};

/// A test that is written once for all instruction sets and for both kinds of numbers.
macro_rules! on_every_instruction_set {
    ($($(#[$attribute:meta])* fn $name:ident<$number:ident, $lanes:ident>() $body:block)*) => {$(
        $(#[$attribute])*
        #[test]
        fn $name() {
            struct Test<T>(std::marker::PhantomData<T>);

            impl<$number: Real> Kernel for Test<$number> {
                type Output = ();

                #[inline(always)]
                fn run<S: Simd>(self) {
                    test::<$number, $number::Lanes<S>>();
                    test::<$number, $number::TwiceLanes<S>>();
                }
            }

            #[inline(always)]
            fn test<$number: Real, $lanes: Lanes<$number>>() $body

            for set in InstructionSet::all() {
                set.run(Test::<f32>(std::marker::PhantomData));
                set.run(Test::<f64>(std::marker::PhantomData));
            }
            Test::<f32>(std::marker::PhantomData).run::<Scalar>();
            Test::<f64>(std::marker::PhantomData).run::<Scalar>();
        }
    )*};
}

fn counted<T: Real>(len: usize) -> Vec<T> {
    (0..len).map(|i| T::from_usize(i + 1)).collect()
}

fn lanes<T: Real, V: Lanes<T>>(vector: V) -> Vec<T> {
    (0..V::LEN).map(|place| vector.lane(place)).collect()
}

/// Where a condition holds.
fn places<T: Real, V: Lanes<T>>(mask: V::Mask) -> Vec<bool> {
    lanes(V::select(mask, V::splat(T::ONE), V::splat(T::ZERO)))
        .into_iter()
        .map(|lane| lane == T::ONE)
        .collect()
}

on_every_instruction_set! {
    fn what_is_loaded_is_stored<T, V>() {
        let data = counted::<T>(40);
        for at in [0, 1, 5] {
            let vector = V::load(&data, at);
            assert_eq!(lanes(vector), data[at..at + V::LEN]);
            assert_eq!(lanes(vector), lanes(V::from_fn(|lane| data[at + lane])));
            let mut copy = vec![T::ZERO; 40];
            vector.store(&mut copy, at);
            assert_eq!(copy[at..at + V::LEN], data[at..at + V::LEN]);
            assert!(copy[..at].iter().chain(&copy[at + V::LEN..]).all(|&x| x == T::ZERO));
        }
    }

    fn a_remainder_is_filled_up_and_nothing_else_written<T, V>() {
        for len in 0..=V::LEN + 1 {
            let part = len.min(V::LEN);
            let data = counted::<T>(len + 3);
            let fill = T::from_f64(-7.0);
            // The slice may end behind the remainder.
            let vector = V::load_up_to(&data[..3 + len], 3, len, fill);
            let all = lanes(vector);
            assert_eq!(all[..part], data[3..3 + part]);
            assert!(all[part..].iter().all(|&x| x == fill));
            let mut copy = vec![T::ZERO; len + 3];
            vector.store_up_to(&mut copy, 3, len);
            assert_eq!(copy[3..3 + part], data[3..3 + part]);
            assert!(copy[..3].iter().chain(&copy[3 + part..]).all(|&x| x == T::ZERO));
        }
    }

    fn conditions_are_of_each_lane<T, V>() {
        let nan = T::from_f64(f64::NAN);
        let x = V::from_fn(|lane| [T::ZERO, T::ONE, nan, T::from_f64(-1.0)][lane % 4]);
        let y = V::from_fn(|lane| [T::from_f64(-0.0), T::ZERO, T::ONE][lane % 3]);
        let pairs = || (0..V::LEN).map(|lane| (x.lane(lane), y.lane(lane)));
        let is = |mask: V::Mask, expected: fn((T, T)) -> bool| {
            assert_eq!(places::<T, V>(mask), pairs().map(expected).collect::<Vec<_>>());
        };
        is(x.lt(y), |(x, y)| x < y);
        is(x.le(y), |(x, y)| x <= y);
        is(x.gt(y), |(x, y)| x > y);
        is(x.ge(y), |(x, y)| x >= y);
        is(x.eq(y), |(x, y)| x == y);
        is(x.ne(y), |(x, y)| x != y);
        is(x.lt(y) & x.eq(x), |(x, y)| x < y);
        is(x.lt(y) | x.eq(y), |(x, y)| x <= y);
        is(!x.lt(y), |(x, y)| !matches!(x.partial_cmp(&y), Some(std::cmp::Ordering::Less)));
        is(V::mask(true), |_| true);
        is(V::mask(false), |_| false);
        let last = V::from_fn(|lane| T::from_usize(lane + 1)).ge(V::splat(T::from_usize(V::LEN)));
        assert!(V::any(last) && V::all(last) == (V::LEN == 1));
        assert!(V::any(V::mask(true)) && V::all(V::mask(true)));
        assert!(!V::any(V::mask(false)) && !V::all(V::mask(false)));
    }

    fn lanes_become_one_number<T, V>() {
        let x = V::from_fn(|lane| T::from_usize(lane % 3 + 1));
        let all = || lanes(x).into_iter();
        assert_eq!(x.sum(), all().sum());
        assert_eq!(x.product(), all().fold(T::ONE, |product, x| product * x));
        let nan = T::from_f64(f64::NAN);
        let some = V::from_fn(|lane| if lane % (V::LEN / 2).max(2) == 0 { nan } else { T::from_usize(lane) });
        if V::LEN > 1 {
            assert_eq!(some.largest(), T::from_usize(V::LEN - 1));
            assert_eq!(some.smallest(), T::ONE);
        }
        assert!(V::splat(nan).largest().is_nan());
    }

    fn parts_of_lanes_are_summed_repeated_and_stretched<T, V>() {
        parts_of_lanes::<T, V, 1>();
        parts_of_lanes::<T, V, 2>();
        parts_of_lanes::<T, V, 4>();
        parts_of_lanes::<T, V, 8>();
    }

    fn operators_are_those_of_numbers<T, V>() {
        let x = V::from_fn(|lane| T::from_f64(lane as f64 * 0.7 - 3.0));
        let y = V::from_fn(|lane| T::from_f64(lane as f64 * -0.4 + 1.1));
        let is = |own: V, expected: fn(T, T) -> T| {
            let expected: Vec<T> = (0..V::LEN).map(|lane| expected(x.lane(lane), y.lane(lane))).collect();
            assert_eq!(lanes(own), expected);
        };
        is(x + y, |x, y| x + y);
        is(x - y, |x, y| x - y);
        is(x * y, |x, y| x * y);
        is(x / y, |x, y| x / y);
        is(x % y, |x, y| x % y);
        is(-x, |x, _| -x);
        let mut own = x;
        own += y;
        own -= x;
        own *= x;
        own /= y;
        is(own, |x, y| (x + y - x) * x / y);
    }

    /// Of whole numbers, which are exact in any order.
    fn rows_are_multiplied_and_added<T, V>() {
        for len in (0..20).chain([31, 32, 33, 63, 64, 65, 100, 128, 129, 300]) {
            let small = |at: usize| T::from_f64((at % 7) as f64 - 3.0);
            let rows: Vec<T> = (0..V::LEN * len + 1).map(small).collect();
            let (x, before): (Vec<T>, Vec<T>) = (0..len + 1).map(|at| (small(3 * at + 1), small(at))).unzip();
            let row = |place: usize| &rows[place * len..][..len];

            let products: V = dots(&rows, len, &x);
            let sum = |place| row(place).iter().zip(&x).fold(T::ZERO, |sum, (&a, &b)| sum + a * b);
            assert_eq!(lanes(products), (0..V::LEN).map(sum).collect::<Vec<T>>(), "{len}");

            let mut sums = before.clone();
            let numbers = V::from_fn(|place| small(place + 2));
            add_rows(numbers, &rows, &mut sums[..len]);
            for (at, (&sum, &before)) in sums.iter().zip(&before).enumerate() {
                let rows = (0..V::LEN).filter(|_| at < len);
                let expected = rows.fold(before, |sum, place| sum + small(place + 2) * row(place)[at]);
                assert_eq!(sum, expected, "{at} of {len}");
            }
        }
    }
}

/// Of `L` lanes each, where there are so many.
#[inline(always)]
fn parts_of_lanes<T: Real, V: Lanes<T>, const L: usize>() {
    if L > V::LEN {
        return;
    }
    let is = |own: V, expected: &dyn Fn(usize) -> usize| {
        let expected: Vec<T> = (0..V::LEN).map(|lane| T::from_usize(expected(lane))).collect();
        assert_eq!(lanes(own), expected, "{L}");
    };
    let square = |lane: usize| lane * lane;
    let x = V::from_fn(|lane| T::from_usize(square(lane)));
    is(x.repeated::<L>(), &|lane| square(lane % L));
    for at in [0, (V::LEN / L).min(V::LEN - V::LEN / L), V::LEN - V::LEN / L] {
        is(x.stretched::<L>(at), &|lane| square(at + lane / L));
    }
    let vectors: [V; L] =
        std::array::from_fn(|vector| V::from_fn(|lane| T::from_usize(square(vector * V::LEN + lane))));
    is(V::sums_of_parts(vectors), &|lane| (lane * L..(lane + 1) * L).map(square).sum());
    let every = lanes(x.sums_of_every::<L>());
    let expected = |lane| T::from_usize((lane..V::LEN).step_by(L).map(square).sum());
    assert_eq!(every[..L], (0..L).map(expected).collect::<Vec<T>>(), "{L}");
}

/// A dot product, as a loss over data has it.
struct Dot<'a>(&'a [f32], &'a [f32]);

impl Kernel for Dot<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self) -> f32 {
        let (x, y) = (self.0, self.1);
        let mut sum = S::F32::splat(0.0);
        for at in (0..x.len()).step_by(S::F32::LEN) {
            let rest = x.len() - at;
            sum = S::F32::load_up_to(x, at, rest, 0.0).fused(S::F32::load_up_to(y, at, rest, 0.0), sum);
        }
        sum.sum()
    }
}

#[test]
fn a_kernel_runs_on_the_widest_instruction_set() {
    let x: Vec<f32> = (0..1003).map(|i| (i % 17) as f32).collect();
    let y: Vec<f32> = (0..1003).map(|i| (i % 5) as f32 - 2.0).collect();
    let expected: f32 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
    assert_eq!(dispatch(Dot(&x, &y)), expected);
    assert_eq!(InstructionSet::all().last(), Some(InstructionSet::widest()));
}

struct Load<'a>(&'a [f32], usize, usize);

impl Kernel for Load<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self) -> f32 {
        S::F32::load_up_to(self.0, self.1, self.2, 0.0).sum()
    }
}

#[test]
fn nothing_behind_the_data_is_loaded() {
    for set in InstructionSet::all() {
        for (at, len) in [(2, 2), (4, 0), (usize::MAX, 2)] {
            assert!(
                std::panic::catch_unwind(|| set.run(Load(&[1.0; 3], at, len))).is_err(),
                "{set:?}: {at}, {len}"
            );
        }
        assert_eq!(set.run(Load(&[1.0; 3], 3, 0)), 0.0);
    }
}

#[test]
fn rows_that_are_not_there_panic() {
    let (rows, x) = ([1.0_f64; 7], [1.0; 4]);
    assert!(std::panic::catch_unwind(|| dots::<f64, f64>(&rows[..3], 4, &x)).is_err());
    assert!(std::panic::catch_unwind(|| dots::<f64, f64>(&rows, 5, &x)).is_err());
    assert!(std::panic::catch_unwind(|| add_rows(1.0, &rows[..3], &mut [0.0; 4])).is_err());
}
