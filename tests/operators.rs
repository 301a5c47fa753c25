//! The operators in every form: numbers and tensors on either side, owned and borrowed, of equal and of
//! different ranks.

mod check;

use check::{check, numbers};
use gradus::prelude::*;

macro_rules! forms {
    ($($name:ident $operator:tt)*) => {$(
        mod $name {
            use super::*;

            #[differentiable]
            fn of_numbers(a: f64, b: f64) -> f64 {
                (a $operator b) * 1.1 + (&a $operator b) * 0.3 + (a $operator &b).sin() + (2.5 $operator a) * (b $operator 2.5)
            }

            #[test]
            fn numbers_with_numbers() {
                let params = of_numbers::Params { a: 0.8, b: 1.7 };
                check(&of_numbers::objective(), &params, |p| of_numbers(p.a, p.b));
            }

            #[differentiable]
            fn of_tensors(a: &Matrix<f64>, b: &Matrix<f64>, weights: &Matrix<f64>) -> f64 {
                let borrowed = (a $operator b) * weights;
                let left = (a.clone() $operator b).square() * weights;
                let right = (a $operator b.clone()).sin() * weights;
                let owned = (a.clone() $operator b.clone()).exp() * weights;
                (borrowed + left * right - owned).sum()
            }

            #[test]
            fn tensors_with_tensors() {
                let (a, b) = (numbers(1, [2, 3]) + 2.0, numbers(2, [2, 3]) + 2.0);
                let params = of_tensors::Params { a, b, weights: numbers(3, [2, 3]) };
                check(&of_tensors::objective(), &params, |p| of_tensors(&p.a, &p.b, &p.weights));
            }

            #[differentiable]
            fn of_both(a: &Vector<f64>, s: f64, weights: &Vector<f64>) -> f64 {
                let left = (s $operator a) * weights + (s $operator a.clone()).sin();
                let right = (a $operator s) * weights + (a.clone() $operator s).exp();
                let literals = (a $operator 1.5) * (1.5 $operator a) + (a.clone() $operator 1.5) * (1.5 $operator a.clone());
                (left * right - literals * weights).sum()
            }

            #[test]
            fn tensors_with_numbers() {
                let params = of_both::Params { a: numbers(1, [4]) + 2.0, s: 1.3, weights: numbers(3, [4]) };
                check(&of_both::objective(), &params, |p| of_both(&p.a, p.s, &p.weights));
            }

            #[differentiable]
            fn of_ranks(a: &Tensor<f64, 3>, b: &Matrix<f64>, c: &Vector<f64>) -> f64 {
                let long = (a $operator b).sin() * (b.clone() $operator a) + (a.clone() $operator c) * (c $operator a.clone());
                let short = (b $operator c).sin() * (c.clone() $operator b.clone());
                (long - short).sum()
            }

            #[test]
            fn tensors_of_different_ranks() {
                let (a, b, c) = (numbers(1, [2, 3, 4]) + 2.0, numbers(2, [3, 4]) + 2.0, numbers(3, [4]) + 2.0);
                check(&of_ranks::objective(), &of_ranks::Params { a, b, c }, |p| of_ranks(&p.a, &p.b, &p.c));
                let (a, b, c) = (numbers(1, [3, 3, 3]) + 2.0, numbers(2, [3, 3]) + 2.0, numbers(3, [3]) + 2.0);
                check(&of_ranks::objective(), &of_ranks::Params { a, b, c }, |p| of_ranks(&p.a, &p.b, &p.c));
            }
        }
    )*};
}

forms! { add + sub - mul * div / }

#[differentiable]
fn remainders(a: f64, b: f64) -> f64 {
    (a % b) * 1.1 + (a % b).sin() + (7.3 % a) * (b % 0.4)
}

#[test]
fn remainder() {
    // 7.3 % 1.7, 1.7 % 0.6 and 0.6 % 0.4 are all far from a jump, on either side of zero.
    for (a, b) in [(1.7, 0.6), (-1.7, 0.6), (1.7, -0.6)] {
        check(&remainders::objective(), &remainders::Params { a, b }, |p| remainders(p.a, p.b));
    }
}

#[differentiable]
fn negated(x: f64, a: &Matrix<f64>) -> f64 {
    let inner = -(x * -a);
    ((-inner.clone()).exp() + -&inner * -x).sum() - -x.sin()
}

#[test]
fn negation() {
    let params = negated::Params { x: 0.7, a: numbers(1, [2, 3]) };
    check(&negated::objective(), &params, |p| negated(p.x, &p.a));
}

#[differentiable]
fn literal_powers(x: f64, v: &Vector<f64>) -> f64 {
    let number = x.powi(3) * x.powi(2) + x.powi(1) - x.powi(0) / x.powi(-1) + x.powi(-2);
    let vector = v.powi(3) * v.powi(2) + v.powi(1) - v.powi(0) / v.powi(-1) + v.powi(-2);
    let real = x.powf(2.0) + x.powf(0.5) * x.powf(-1.0) + x.powf(1.0) + x.powf(0.0) + 2.0_f64.powf(x);
    number + (vector * (v.powf(2.5) + v.powf(0.0))).sum() * real
}

#[test]
fn powers_with_literal_exponents() {
    let params = literal_powers::Params { x: 0.7, v: numbers(1, [3]) + 1.5 };
    check(&literal_powers::objective(), &params, |p| literal_powers(p.x, &p.v));
}
