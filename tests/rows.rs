//! Every row of the table of elementwise operations: values against the plain function, derivatives against
//! central differences over the row's own domain. A new row is tested without a change here.

#![allow(unstable_name_collisions, reason = "std has an unstable `erf` of its own")]

mod check;

use approx::{assert_abs_diff_eq, assert_relative_eq};
use check::{check, differences, numbers};
use gradus::prelude::*;

const POINTS: usize = 8;

/// The `point`-th number for the operand at `place`, inside its domain.
fn inside(domains: &[(f64, f64)], place: usize, point: usize) -> f64 {
    let (low, high) = domains[place];
    let part = ((point + 1) as f64 * 0.618_033_988_749_895 + place as f64 * 0.754_877).fract();
    low + (high - low) * (0.02 + 0.96 * part)
}

/// The same for every element of a tensor.
fn all_inside<const R: usize>(domains: &[(f64, f64)], place: usize, shape: [usize; R]) -> Tensor<f64, R> {
    let data = (0..shape.iter().product()).map(|point| inside(domains, place, point)).collect();
    Tensor::from_vec(shape, data).expect("as many numbers as the shape takes")
}

macro_rules! rows {
    ($({
        $doc:literal $kind:ident $name:ident $tensor:ident
        ($x:ident $(, $operand:ident: $type:ident)*) $body:tt [$($domain:expr),*]
    })*) => {
        $(row! { $name $tensor ($x $(, $operand: $type)*) [$($domain),*] })*
    };
}

macro_rules! row {
    // Without a domain there is no derivative to compare: that of `detach` is not the function's.
    ($name:ident $tensor:ident ($x:ident) []) => {};

    ($name:ident $tensor:ident ($x:ident, $n:ident: int) [$domain:expr]) => {
        mod $name {
            use super::*;

            #[differentiable(wrt($x, weight))]
            fn number($x: f64, $n: i32, weight: f64) -> f64 {
                weight * $x.$name($n) + $x * weight
            }

            #[differentiable(wrt($x, weights))]
            fn vector($x: &Vector<f64>, $n: i32, weights: &Vector<f64>) -> f64 {
                ($x.$tensor($n) * weights).sum() + $x.sum()
            }

            #[test]
            fn of_numbers_and_vectors() {
                for n in [3, 2, 1, 0, -1, -2] {
                    for point in 0..POINTS {
                        let params = number::Params { $x: inside(&[$domain], 0, point), weight: -1.7 };
                        check(&number::objective(n), &params, |p| number(p.$x, n, p.weight));
                    }
                    let params = vector::Params { $x: all_inside(&[$domain], 0, [5]), weights: numbers(1, [5]) };
                    check(&vector::objective(n), &params, |p| vector(&p.$x, n, &p.weights));
                }
            }
        }
    };

    ($name:ident $tensor:ident ($x:ident $(, $operand:ident: real)*) [$($domain:expr),+]) => {
        mod $name {
            use super::*;

            const DOMAINS: &[(f64, f64)] = &[$($domain),+];

            #[differentiable]
            fn number($x: f64, $($operand: f64,)* weight: f64) -> f64 {
                weight * $x.$name($($operand),*) + $x * weight
            }

            #[test]
            fn of_numbers() {
                for point in 0..POINTS {
                    let mut places = 0..;
                    let mut next = || inside(DOMAINS, places.next().unwrap_or(0), point);
                    let params = number::Params { $x: next(), $($operand: next(),)* weight: -1.7 };
                    check(&number::objective(), &params, |p| number(p.$x, $(p.$operand,)* p.weight));
                }
            }

            #[differentiable]
            fn single($x: f32, $($operand: f32,)* weight: f32) -> f32 {
                weight * $x.$name($($operand),*) + $x * weight
            }

            /// The row's value and derivative are a few operations, each rounded to 24 bits, and none of
            /// the domains amplifies errors by more than 10: 32 ulps, relative to the largest entry.
            #[test]
            fn of_single_precision() {
                for point in 0..POINTS {
                    let mut places = 0..;
                    let mut next = || inside(DOMAINS, places.next().unwrap_or(0), point) as f32;
                    let params = single::Params { $x: next(), $($operand: next(),)* weight: -1.7 };
                    let wide = number::Params {
                        $x: params.$x.into(),
                        $($operand: params.$operand.into(),)*
                        weight: params.weight.into(),
                    };
                    let expected = differences(&wide, |p| number(p.$x, $(p.$operand,)* p.weight));
                    let (value, grad) = single::value_and_grad(params.$x, $(params.$operand,)* params.weight);
                    let grad = [grad.$x, $(grad.$operand,)* grad.weight].map(f64::from);
                    let scale = expected.iter().fold(1.0, |scale: f64, entry| scale.max(entry.abs()));
                    let epsilon = 32.0 * f64::from(f32::EPSILON) * scale;
                    assert_abs_diff_eq!(grad.as_slice(), expected.as_slice(), epsilon = epsilon);
                    let own = single(params.$x, $(params.$operand,)* params.weight);
                    assert_relative_eq!(value, own, max_relative = 2.0 * f32::EPSILON);
                }
            }

            #[differentiable]
            fn vector($x: &Vector<f64>, $($operand: &Vector<f64>,)* weights: &Vector<f64>) -> f64 {
                ($x.$tensor($($operand),*) * weights).sum() + $x.sum()
            }

            #[test]
            fn of_vectors() {
                let mut places = 0..;
                let mut next = || all_inside(DOMAINS, places.next().unwrap_or(0), [5]);
                let params = vector::Params { $x: next(), $($operand: next(),)* weights: numbers(1, [5]) };
                check(&vector::objective(), &params, |p| vector(&p.$x, $(&p.$operand,)* &p.weights));
            }

            #[differentiable]
            fn matrix($x: &Matrix<f64>, $($operand: f64,)* weights: &Matrix<f64>) -> f64 {
                ($x.$tensor($($operand),*) * weights).sum() + $x.sum()
            }

            #[test]
            fn of_matrices_and_numbers() {
                let mut places = 0..;
                let $x = all_inside(DOMAINS, places.next().unwrap_or(0), [2, 3]);
                $(let $operand = inside(DOMAINS, places.next().unwrap_or(0), 0);)*
                let params = matrix::Params { $x, $($operand,)* weights: numbers(1, [2, 3]) };
                check(&matrix::objective(), &params, |p| matrix(&p.$x, $(p.$operand,)* &p.weights));
            }
        }
    };
}

gradus_macros::elementwise!(rows);
