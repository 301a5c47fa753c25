//! Vectors of numbers on every instruction set the machine has: each row of the table of elementwise
//! operations against the method of numbers, and what a vector is made and taken apart with. A new row is
//! tested without a change here.

use gradus::Real;
use gradus::emitted::{InstructionSet, Kernel, Lanes, Simd, dispatch};

/// Inputs of a row, one slice for each of its operands that is a number.
struct Inputs<'a, T>(&'a [Vec<T>]);

/// `points` numbers for each operand, inside its domain.
fn inside<T: Real>(domains: &[(f64, f64)], points: usize) -> Vec<Vec<T>> {
    let of = |place: usize, point: usize| {
        let (low, high) = domains[place];
        let part = ((point + 1) as f64 * 0.618_033_988_749_895 + place as f64 * 0.754_877).fract();
        T::from_f64(low + (high - low) * part)
    };
    (0..domains.len()).map(|place| (0..points).map(|point| of(place, point)).collect()).collect()
}

/// How far apart two numbers are, in units in the last place of the second.
fn ulps<T: Real>(own: T, expected: T) -> f64 {
    if own == expected || (own.is_nan() && expected.is_nan()) {
        return 0.0;
    }
    let (own, expected) = (own.to_f64(), expected.to_f64());
    let unit = if T::EPSILON.to_f64() > f64::EPSILON {
        f64::from((expected as f32).abs().next_up()) - f64::from((expected as f32).abs())
    } else {
        expected.abs().next_up() - expected.abs()
    };
    ((own - expected) / unit).abs()
}

macro_rules! rows {
    ($({
        $doc:literal $kind:ident $name:ident $tensor:ident
        ($x:ident $(, $operand:ident: $type:ident)*) $body:tt [$($domain:expr),*]
    })*) => {
        $(row! { $name ($x $(, $operand: $type)*) [$($domain),*] })*
    };
}

macro_rules! row {
    ($name:ident ($x:ident $(, $operand:ident: $type:ident)*) [$($domain:expr),*]) => {
        mod $name {
            use super::*;

            struct Row<'a, T>(Inputs<'a, T>, i32);

            impl<T: Real> Kernel for Row<'_, T> {
                type Output = Vec<T>;

                #[inline(always)]
                fn run<S: Simd>(self) -> Vec<T> {
                    let Row(Inputs(inputs), _n) = self;
                    let len = inputs[0].len();
                    let mut answers = vec![T::ZERO; len];
                    for at in (0..len).step_by(T::Lanes::<S>::LEN) {
                        let rest = len - at;
                        let mut inputs = inputs.iter();
                        let mut next = || {
                            let input = inputs.next().expect("an input for each operand");
                            T::Lanes::<S>::load_up_to(input, at, rest, T::ONE)
                        };
                        let $x = next();
                        $(operand!(let $operand: $type = next, _n);)*
                        T::Lanes::<S>::$name($x $(, $operand)*).store_up_to(&mut answers, at, rest);
                    }
                    answers
                }
            }

            fn scalar<T: Real>(inputs: &[Vec<T>], _n: i32) -> Vec<T> {
                let answer = |place: usize| {
                    let mut inputs = inputs.iter();
                    let mut next = || inputs.next().expect("an input for each operand")[place];
                    let $x = next();
                    $(operand!(let $operand: $type = next, _n);)*
                    T::$name($x $(, $operand)*)
                };
                (0..inputs[0].len()).map(answer).collect()
            }

            fn agree<T: Real>() {
                let domains: &[(f64, f64)] = &[$($domain),*];
                let domains = if domains.is_empty() { &[(-2.0, 2.0)] } else { domains };
                for n in [0, 1, 2, 3, 5, -1, -2] {
                    for len in [1, 3, 64, 75] {
                        let inputs = inside::<T>(domains, len);
                        let expected = scalar(&inputs, n);
                        for set in InstructionSet::all() {
                            let own = set.run(Row(Inputs(&inputs), n));
                            for (place, (&own, &expected)) in own.iter().zip(&expected).enumerate() {
                                let far = ulps(own, expected);
                                assert!(far <= 4.0, "{set:?}: {own:e}, not {expected:e}, for number {place}: {far} ulps");
                            }
                        }
                    }
                }
            }

            #[test]
            fn agrees_with_numbers() {
                agree::<f32>();
                agree::<f64>();
            }
        }
    };
}

macro_rules! operand {
    (let $operand:ident: real = $next:ident, $n:ident) => {
        let $operand = $next();
    };
    (let $operand:ident: int = $next:ident, $n:ident) => {
        let $operand = $n;
    };
}

gradus_macros::elementwise!(rows);

/// A dot product, as a loss over data has it.
struct Dot<'a, T>(&'a [T], &'a [T]);

impl<T: Real> Kernel for Dot<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run<S: Simd>(self) -> T {
        let (x, y) = (self.0, self.1);
        let mut sum = T::Lanes::<S>::splat(T::ZERO);
        let whole = x.len() / T::Lanes::<S>::LEN * T::Lanes::<S>::LEN;
        for at in (0..whole).step_by(T::Lanes::<S>::LEN) {
            sum = T::Lanes::<S>::load(x, at).fused(T::Lanes::<S>::load(y, at), sum);
        }
        let rest = x.len() - whole;
        let rest_x = T::Lanes::<S>::load_up_to(x, whole, rest, T::ZERO);
        sum += rest_x * T::Lanes::<S>::load_up_to(y, whole, rest, T::ZERO);
        sum.sum()
    }
}

#[test]
fn a_kernel_runs_on_every_instruction_set() {
    let x: Vec<f32> = (0..1003).map(|i| (i % 17) as f32).collect();
    let y: Vec<f32> = (0..1003).map(|i| (i % 5) as f32 - 2.0).collect();
    let expected: f32 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
    assert_eq!(dispatch(Dot(&x, &y)), expected);
    for set in InstructionSet::all() {
        assert_eq!(set.run(Dot(&x, &y)), expected, "{set:?}");
    }
}
