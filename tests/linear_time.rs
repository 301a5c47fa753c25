//! Long chains of bindings, each of which uses the one before twice: 2²⁰⁰ paths from the parameter to the
//! result, so that this file would never compile if the work were not linear in the graph.

use approx::assert_relative_eq;
use gradus::prelude::*;

const STEPS: [f64; 5] = [0.9, 0.4, 1.1, 0.7, 0.3];

/// `chain! { name doublings; steps }`: one `let` for each step.
macro_rules! chain {
    ($name:ident double $($doublings:ident)*; $($step:literal)*) => {
        chain! { $name $($doublings)*; $($step)* $($step)* }
    };
    ($name:ident; $($step:literal)*) => {
        mod $name {
            use gradus::prelude::*;

            #[differentiable]
            pub(super) fn number(x: f64) -> f64 {
                $(let x = x.sin() + x * $step;)*
                x
            }

            #[differentiable]
            pub(super) fn vector(x: &Vector<f64>) -> f64 {
                $(let x = x.sin() + x * $step;)*
                x.sum()
            }
        }
    };
}

chain! { fifty double; 0.9 0.4 1.1 0.7 0.3 0.9 0.4 1.1 0.7 0.3 0.9 0.4 1.1 0.7 0.3 0.9 0.4 1.1 0.7 0.3 0.9 0.4 1.1 0.7 0.3 }
chain! { two_hundred double double double; 0.9 0.4 1.1 0.7 0.3 0.9 0.4 1.1 0.7 0.3 0.9 0.4 1.1 0.7 0.3 0.9 0.4 1.1 0.7 0.3 0.9 0.4 1.1 0.7 0.3 }

/// The value and the derivative of a chain, step by step.
fn by_hand(x: f64, length: usize) -> (f64, f64) {
    STEPS
        .into_iter()
        .cycle()
        .take(length)
        .fold((x, 1.0), |(x, derivative), step| (x.sin() + x * step, derivative * (x.cos() + step)))
}

/// The products are taken in another order, which costs a rounding error for each step.
fn assert_agrees(ours: (f64, f64), x: f64, length: usize) {
    let expected = by_hand(x, length);
    assert_relative_eq!(ours.0, expected.0, max_relative = f64::EPSILON);
    assert_relative_eq!(ours.1, expected.1, max_relative = length as f64 * f64::EPSILON);
}

#[test]
fn chains_of_numbers() {
    for x in [0.1, 0.5, -1.2] {
        assert_agrees(fifty::number::value_and_grad(x), x, 50);
        assert_agrees(two_hundred::number::value_and_grad(x), x, 200);
    }
}

#[test]
fn chains_of_vectors() {
    for x in [0.1, 0.5, -1.2] {
        let (value, grad) = fifty::vector::value_and_grad(&Vector::from([x, x]));
        assert_agrees((value / 2.0, grad[0]), x, 50);
        let (value, grad) = two_hundred::vector::value_and_grad(&Vector::from([x, x]));
        assert_agrees((value / 2.0, grad[1]), x, 200);
    }
}
