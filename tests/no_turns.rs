//! What the turns of a loop need is not needed where the loop has none: the derivative does not panic where
//! the function does not.

#![allow(clippy::needless_range_loop, reason = "loops over indices are what is tried")]

use gradus::prelude::*;

/// The number is the same for all rows, and does not exist where it is not asked for.
#[differentiable]
fn repeated(x: &[f64], n: usize) -> f64 {
    let mut sum = 0.0;
    for _ in 0..n {
        sum += x[3].sin();
    }
    sum
}

#[differentiable]
fn factor(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..y.len() {
        sum += x[3] * y[i];
    }
    sum
}

#[differentiable]
fn before_rows(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..y.len() {
        sum += (x[3].exp() * y[i]).tanh();
    }
    sum
}

#[differentiable(wrt(y))]
fn condition(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..y.len() {
        if x[3] > 0.5 {
            sum += y[i] * y[i];
        }
    }
    sum
}

#[differentiable]
fn condition_of_sum(x: &[f64], y: &[f64], w: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..y.len() {
        if x[3] > 0.5 {
            sum += w * y[i] * x[2];
        }
    }
    sum
}

/// The distance of each from the last.
#[differentiable]
fn last(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += (x[i] - x[x.len() - 1]).powi(2) / (x.len() - 1) as f64;
    }
    sum
}

#[differentiable]
fn first(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 1..x.len() {
        sum += (x[i] * x[0]).sin();
    }
    sum
}

#[differentiable(wrt(y))]
fn whole(y: &[f64], m: usize, k: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..y.len() {
        sum += y[i] * (m / k) as f64 + (y[i] * (m % k) as f64).sin() * ((m - k) as f64).sqrt();
    }
    sum
}

#[differentiable]
fn in_order(x: &[f64], y: &[f64]) -> f64 {
    let mut state = 1.0;
    for i in 0..y.len() {
        state = (state * x[3].exp() + y[i]).tanh();
    }
    state
}

#[differentiable]
fn nested(x: &[f64], y: &[f64], z: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..y.len() {
        let mut inner = 0.0;
        for j in 0..z.len() {
            inner += (z[j] * y[i] * x[3].exp()).sin() * x[2];
        }
        sum += inner * inner;
    }
    sum
}

#[differentiable]
fn empty_array(x: &[f64], n: usize) -> f64 {
    let mut products = vec![0.0; n];
    for i in 0..n {
        products[i] = x[i] * x[1];
    }
    let mut sum = 0.0;
    for i in 0..n {
        sum += products[0] * x[i];
    }
    sum
}

/// A count is an integer.
#[differentiable(wrt(w))]
fn counted(w: f64, x: &[f64], y: &[f64]) -> f64 {
    w * y.windows(3).filter(|_| x[3] > 0.5).count() as f64
}

macro_rules! agrees {
    ($($function:ident($($argument:expr),*) is $value:literal)*) => {$(
        assert_eq!($function($($argument),*), $value);
        assert_eq!($function::value($($argument),*), $value);
        let (value, grad) = $function::value_and_grad($($argument),*);
        assert_eq!(value, $value);
        grad.for_each(&mut |run| assert!(run.iter().all(|d| *d == 0.0)));
    )*};
}

#[test]
fn what_no_turn_asks_for_need_not_exist() {
    let (x, y) = ([1.0], [1.0]);
    agrees! {
        repeated(&x, 0) is 0.0
        factor(&x, &[]) is 0.0
        before_rows(&x, &[]) is 0.0
        condition(&x, &[]) is 0.0
        condition_of_sum(&x, &[], 2.0) is 0.0
        counted(2.0, &x, &[]) is 0.0
        last(&[]) is 0.0
        first(&[]) is 0.0
        first(&[1.0]) is 0.0
        whole(&[], 1, 0) is 0.0
        whole(&[], 0, 1) is 0.0
        in_order(&x, &[]) is 1.0
        nested(&x, &[], &[]) is 0.0
        nested(&x, &y, &[]) is 0.0
        nested(&x, &[], &y) is 0.0
        empty_array(&[], 0) is 0.0
    }
}

macro_rules! checked {
    ($($function:ident($params:expr $(, $data:expr)*))*) => {$(
        gradus::check::gradient(&$function::objective($($data),*), &$params).expect(stringify!($function));
    )*};
}

#[test]
fn what_turns_ask_for_has_its_derivative() {
    let (x, y) = (vec![0.3, 0.7, -0.4, 0.9], vec![0.5, -1.2, 0.8]);
    let z = vec![0.2, 1.1];
    checked! {
        repeated(x.clone(), 3)
        factor(factor::Params { x: x.clone(), y: y.clone() })
        before_rows(before_rows::Params { x: x.clone(), y: y.clone() })
        condition(y.clone(), &x)
        condition_of_sum(condition_of_sum::Params { x: x.clone(), y: y.clone(), w: 0.6 })
        counted(0.4, &x, &y)
        last(x.clone())
        first(x.clone())
        whole(y.clone(), 7, 2)
        in_order(in_order::Params { x: x.clone(), y: y.clone() })
        nested(nested::Params { x: x.clone(), y: y.clone(), z: z.clone() })
        empty_array(x.clone(), 3)
    }
}
