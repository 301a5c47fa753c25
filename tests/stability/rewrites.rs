//! Each row of the table of rewrites against the expression as it was written, in exact arithmetic.

use crate::exact::{ExactVector, evaluate};
use crate::{numbers_of, random::Random};
use gradus::prelude::*;

/// How many points are tried for each row: exact arithmetic takes long where it is not optimised.
const POINTS: usize = if cfg!(debug_assertions) { 200 } else { 2000 };

/// How far a derivative may be off, by the exact one: the rules of `sigmoid` and `tanh` take 1 less a number
/// near 1, so by 1 where it is smaller.
const OF_DERIVATIVE: f64 = 1e-12;
const OF_ONE: f64 = 4.0 * f64::EPSILON;

/// Below these the last place stands for more than `f64::EPSILON`.
const SUBNORMAL: f64 = 1e-322;

macro_rules! rows {
    ($({ $name:ident $written:literal |$($parameter:ident: $ty:tt),*| { $example:expr } $domain:tt $ulps:literal $of:ident })*) => {
        $(row! { $name $written |$($parameter: $ty),*| { $example } $domain $ulps $of })*
    };
}

macro_rules! row {
    ($name:ident $written:literal |$($parameter:ident: { $($ty:tt)* }),*| { $example:expr } ($low:expr, $high:expr) $ulps:literal $of:ident) => {
        mod $name {
            use super::*;

            #[differentiable]
            fn safe($($parameter: $($ty)*),*) -> f64 {
                $example
            }

            #[differentiable(as_written)]
            fn written($($parameter: $($ty)*),*) -> f64 {
                $example
            }

            fn exact(point: &[f64]) -> (f64, Vec<f64>) {
                evaluate(point, |numbers| {
                    let mut _next = 0;
                    $(parameter!(let $parameter $parameter = ExactVector::new, numbers[_next]);)*
                    $example
                })
            }

            #[test]
            fn is_the_same_function() {
                let count = 0 $(+ parameter!(count $parameter))*;
                let mut random = Random::new(stringify!($name));
                let (mut farthest, mut slope) = (0.0_f64, 0.0_f64);
                for _ in 0..POINTS {
                    let point: Vec<f64> = (0..count).map(|_| random.between($low, $high)).collect();
                    let (value, partials) = exact(&point);
                    let mut _next = 0;
                    $(parameter!(let $parameter $parameter = |part: &[f64]| Vector::from(part), point[_next]);)*
                    let (own, grad) = safe::value_and_grad($($parameter),*);
                    if value.is_infinite() {
                        assert_eq!(own, value, "{point:?}");
                        continue;
                    }
                    let largest = point.iter().fold(1.0_f64, |largest, x| largest.max(x.abs()));
                    let unit = f64::EPSILON * match stringify!($of) {
                        "value" => value.abs(),
                        "one" => value.abs().max(1.0),
                        "operands" => largest,
                        "exponents" => value.abs() * (1.0 + largest),
                        other => unreachable!("no unit is called {other}"),
                    };
                    let far = (own - value).abs();
                    let allowed = $ulps * unit + SUBNORMAL;
                    assert!(far <= allowed, "{point:?}: {own:e}, not {value:e}, which is {:.1} units", far / unit);
                    if far > SUBNORMAL {
                        farthest = farthest.max(far / unit);
                    }
                    let grad = numbers_of(&grad);
                    assert_eq!(grad.len(), partials.len());
                    for (own, exact) in grad.iter().zip(&partials) {
                        let far = (own - exact).abs();
                        assert!(
                            far <= OF_DERIVATIVE * exact.abs() + OF_ONE.max(OF_ONE * exact.abs()),
                            "{point:?}: the derivative is {grad:?}, not {partials:?}"
                        );
                        slope = slope.max(far / exact.abs().max(1.0));
                    }
                }
                println!("{:38} {POINTS} points, {farthest:.2} of {} ulps of {}, derivative {slope:.1e}", $written, $ulps, stringify!($of));
            }

            #[test]
            fn a_nan_stays_one() {
                let count = 0 $(+ parameter!(count $parameter))*;
                for place in 0..count {
                    let point: Vec<f64> = (0..count).map(|own| if own == place { f64::NAN } else { 0.5 }).collect();
                    let mut _next = 0;
                    $(parameter!(let $parameter $parameter = |part: &[f64]| Vector::from(part), point[_next]);)*
                    assert!(safe($($parameter),*).is_nan());
                    assert!(safe::value($($parameter),*).is_nan());
                }
            }

            /// Where what is written gives a number or an infinity, the safe form gives the same.
            #[test]
            fn infinities_are_as_written() {
                let count = 0 $(+ parameter!(count $parameter))*;
                let ends = [f64::NEG_INFINITY, 0.5, f64::INFINITY];
                for case in 0..ends.len().pow(count as u32) {
                    let point: Vec<f64> =
                        (0..count).map(|place| ends[case / ends.len().pow(place as u32) % ends.len()]).collect();
                    let mut _next = 0;
                    $(parameter!(let $parameter $parameter = |part: &[f64]| Vector::from(part), point[_next]);)*
                    let written = written::value($($parameter),*);
                    let safe = safe::value($($parameter),*);
                    let same = (safe - written).abs() <= 1e-15 * written.abs() || safe == written;
                    assert!(same || written.is_nan(), "{point:?}: {safe}, not {written}");
                }
            }
        }
    };
}

macro_rules! parameter {
    (count v) => {
        3
    };
    (count $name:ident) => {
        1
    };
    (let v $name:ident = $new:expr, $from:ident[$next:ident]) => {
        let $name = &$new(&$from[$next..$next + 3]);
        $next += 3;
    };
    (let $same:ident $name:ident = $new:expr, $from:ident[$next:ident]) => {
        let $name = $from[$next];
        $next += 1;
    };
}

gradus_macros::rewrites!(rows);
