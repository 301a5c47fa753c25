//! The language of differentiable functions (parameters, bindings, constants, calls) against central differences.

mod check;

use approx::assert_relative_eq;
use check::{check, differences, numbers};
use gradus::prelude::*;

#[differentiable]
fn array(a: [f64; 3]) -> f64 {
    a[0] * a[1] + a[2].sin() * a.sum() + a.norm() * a.dot(&a) + a.max() * a.mean() + a.min() * a.prod()
}

#[differentiable]
fn nested_array(m: &[[f64; 2]; 3], i: usize) -> f64 {
    m[0][1] * m[2][0] + m[1][1].exp() + m[i][i - 1].square() * 0.5
}

#[differentiable]
fn slices(a: &[f64], b: &[f64]) -> f64 {
    a.dot(b) + a.mean() * b.max() * a[1] + b.len() as f64 * b[0]
}

#[differentiable]
fn any_length<const N: usize>(a: &[f64; N], s: f64) -> f64 {
    a.sum() * s + N as f64 * a[0].cos()
}

#[test]
fn arrays_and_slices() {
    check(&array::objective(), &[0.3, -1.2, 0.8], |a| array(*a));
    let m = [[0.3, 1.2], [-0.8, 0.1], [0.5, -0.4]];
    check(&nested_array::objective(2), &m, |m| nested_array(m, 2));
    let params = slices::Params { a: vec![0.3, -0.7, 1.1], b: vec![0.2, 0.9, -0.4] };
    check(&slices::objective(), &params, |p| slices(&p.a, &p.b));
    let params = any_length::Params { a: [0.3, -0.7, 1.1, 0.4], s: 0.6 };
    check(&any_length::objective(), &params, |p| any_length(&p.a, p.s));
}

#[differentiable]
fn elements(m: &Matrix<f64>, v: &Vector<f64>, t: &Tensor<f64, 3>, i: usize) -> f64 {
    let corner = m[[0, 1]] * v[0];
    let repeated = t[[1, 0, i]] * t[[i, i, 1]] * t[[1, 1, 1]];
    corner + m[[i, i]].sin() * v[i] + repeated
}

#[test]
fn indexed_elements() {
    let params = elements::Params { m: numbers(1, [2, 3]), v: numbers(2, [3]), t: numbers(3, [2, 2, 2]) };
    for i in 0..2 {
        check(&elements::objective(i), &params, |p| elements(&p.m, &p.v, &p.t, i));
    }
}

#[differentiable(wrt(m))]
fn embedding(m: &Matrix<f64>, rows: &[usize], c: &Matrix<f64>) -> f64 {
    (m.select_rows(rows).tanh() * c).sum()
}

#[test]
fn selected_rows_some_of_them_twice() {
    let (rows, c) = ([2, 0, 2, 2], numbers(2, [4, 3]));
    check(&embedding::objective(&rows, &c), &numbers(1, [4, 3]), |m| embedding(m, &rows, &c));
}

#[differentiable]
fn generic<T: Real>(w: &Vector<T>, x: &Matrix<T>) -> T {
    let half = T::from_f64(0.5);
    (x.matmul(w).tanh() * half).mean() + w.square().sum() * T::from_f64(0.1)
}

#[test]
fn generic_over_the_float() {
    let params = generic::Params { w: numbers(1, [3]), x: numbers(2, [4, 3]) };
    check(&generic::objective(), &params, |p| generic(&p.w, &p.x));
    let single = |number: f64| number as f32;
    let grad: generic::Params<f32> = generic::grad(&params.w.map(single), &params.x.map(single));
    let expected = generic::grad(&params.w, &params.x);
    // Rounding of f32 in a sum of a dozen terms.
    approx::assert_abs_diff_eq!(grad.w, expected.w.map(single), epsilon = 8.0 * f32::EPSILON);
}

#[differentiable]
fn generic_numbers<T: Real>(x: T, y: T) -> T {
    (x * y).sin() + x / y * T::from_f64(0.5) + T::ONE
}

#[test]
fn generic_over_the_float_of_numbers() {
    let params = generic_numbers::Params { x: 0.7_f64, y: -1.3 };
    check(&generic_numbers::objective(), &params, |p| generic_numbers(p.x, p.y));
}

const SCALE: f64 = 2.5;
const COUNT: usize = 3;

mod constants {
    pub(crate) const SHIFT: f64 = 0.25;
}

#[differentiable]
fn with_constants(x: f64, a: &[f64; COUNT]) -> f64 {
    const INNER: f64 = 1.5;
    let wave = (x * std::f64::consts::PI).cos() * constants::SHIFT;
    SCALE * x + wave + INNER * x * x + a.sum() * COUNT as f64 + f64::EPSILON
}

#[test]
fn constants_in_scope() {
    let params = with_constants::Params { x: 0.3, a: [0.1, 0.2, -0.3] };
    check(&with_constants::objective(), &params, |p| with_constants(p.x, &p.a));
}

#[expect(clippy::needless_return, reason = "a `return` at the end is one of the forms")]
#[differentiable]
fn bindings(x: f64, y: f64) -> f64 {
    let x = x * y;
    let (a, b): (f64, f64) = (x.sin(), y.cos());
    let (c, (d, _)) = (a + b, (a * b, x));
    let x = {
        let c = c * x;
        x + c * d
    };
    let pair = (x * a, b);
    return pair.0 + (-pair.1 * 2.0) % 3.0 - 2e-1;
}

#[test]
fn shadowed_names_tuples_and_blocks() {
    check(&bindings::objective(), &bindings::Params { x: 0.7, y: 1.3 }, |p| bindings(p.x, p.y));
}

#[differentiable]
fn patterns_of_arrays(start: [f64; 2], points: &[[f64; 2]; 3], turns: usize) -> f64 {
    let [mut x, mut y] = start;
    for _ in 0..turns {
        (x, y) = (y, x * y + 0.5);
    }
    let [[a, _], middle, last] = points;
    for &[u, v] in points {
        x += u * v.sin();
    }
    let [b, c] = [x * middle[0], y * last[1]];
    let lengths: f64 = points.iter().map(|[u, v]| u * u + v).sum();
    a * b + c.cos() * lengths
}

#[test]
fn patterns_of_arrays_bind_their_elements() {
    for turns in [0, 3] {
        let points = [[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6]];
        let params = patterns_of_arrays::Params { start: [0.7, 0.3], points };
        check(&patterns_of_arrays::objective(turns), &params, |p| {
            patterns_of_arrays(p.start, &p.points, turns)
        });
    }
}

/// The type of `term` is known from what it is passed to.
#[differentiable]
fn series(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 0.0;
    let mut k = 1;
    while f64::abs(term) > 1e-20 {
        sum += term;
        term *= -x / (k * k) as f64;
        k += 1;
    }
    sum * f64::sqrt(2.0)
}

#[test]
fn functions_of_a_type_tell_it() {
    check(&series::objective(), &1.3, |x| series(*x));
}

#[differentiable]
fn references(x: &Vector<f64>, y: f64) -> f64 {
    let borrowed = &(x * y);
    let number = &y;
    (borrowed + x.clone()).sum() * *number + (*number).sin()
}

#[test]
fn references_as_rustc_demands_them() {
    let params = references::Params { x: numbers(1, [3]), y: 0.4 };
    check(&references::objective(), &params, |p| references(&p.x, p.y));
}

#[differentiable]
fn lengths(x: &Matrix<f64>, n: usize) -> f64 {
    let mean = x.sum() / x.len() as f64;
    mean * x.rows() as f64 + x[[0, 0]] / x.cols() as f64 * (n + 1) as f64
}

#[test]
fn lengths_are_numbers() {
    check(&lengths::objective(3), &numbers(1, [2, 5]), |x| lengths(x, 3));
}

#[differentiable]
fn ignores(x: f64, y: f64, v: &Vector<f64>) -> f64 {
    let _ = no_grad(y * v.sum());
    x * 2.0
}

#[differentiable]
fn nothing_but_a_number(x: f64) -> f64 {
    let _ = no_grad(x);
    3.0
}

#[test]
fn what_is_not_used_has_a_gradient_of_zeros() {
    let grad = ignores::grad(1.0, 2.0, &numbers(1, [3]));
    assert_eq!((grad.x, grad.y, grad.v), (2.0, 0.0, Vector::zeros([3])));
    let mut grad = ignores::Params { x: 9.0, y: 9.0, v: Vector::full([3], 9.0) };
    ignores::value_and_grad_into(1.0, 2.0, &numbers(1, [3]), &mut grad);
    assert_eq!((grad.x, grad.y, grad.v), (2.0, 0.0, Vector::zeros([3])));
    assert_eq!(nothing_but_a_number::value_and_grad(1.0), (3.0, 0.0));
}

#[differentiable]
fn widths(x: f32, y: f32) -> f32 {
    let wide = x as f64 * y as f64;
    (wide.sin() * f64::from(x)) as f32
}

#[test]
fn casts_between_the_floats() {
    let grad = widths::grad(0.7, 1.3);
    let params = [0.7_f32, 1.3].map(f64::from);
    let expected = differences(&params, |[x, y]| (x * y).sin() * x);
    // The derivative is computed in f64 and rounded once or twice to f32.
    assert_relative_eq!(grad.x, expected[0] as f32, max_relative = 2.0 * f32::EPSILON);
    assert_relative_eq!(grad.y, expected[1] as f32, max_relative = 2.0 * f32::EPSILON);
}

mod elsewhere {
    use gradus::prelude::*;

    #[differentiable]
    pub(crate) fn waves(x: f64, y: &Vector<f64>) -> f64 {
        (y * x).sin().sum()
    }

    pub(crate) mod deeper {
        use gradus::prelude::*;

        #[differentiable(wrt(x))]
        pub(crate) fn scaled(x: f64, n: usize, y: &[f64; 2]) -> f64 {
            let inner: f64 = super::super::helper(x);
            inner * n as f64 + y[1] * x
        }
    }
}

#[differentiable]
fn helper(x: f64) -> f64 {
    x.sin() * x
}

#[differentiable]
fn calls(x: f64, y: &Vector<f64>) -> f64 {
    let a: f64 = helper(x);
    let b: f64 = elsewhere::waves(a, y);
    let c: f64 = elsewhere::waves(x, &(y * a));
    let e: f64 = helper(b);
    let d: f64 = helper(e);
    a * b + c * d
}

#[differentiable(wrt(x))]
fn calls_with_data(x: f64, y: &[f64; 2]) -> f64 {
    let scaled: f64 = elsewhere::deeper::scaled(x * 2.0, 3, y);
    scaled * x
}

#[test]
fn calls_of_other_annotated_functions() {
    let params = calls::Params { x: 0.7, y: numbers(1, [3]) };
    check(&calls::objective(), &params, |p| calls(p.x, &p.y));
}

#[test]
fn calls_with_arguments_that_are_data() {
    check(&calls_with_data::objective(&[0.3, 0.4]), &0.7, |x| calls_with_data(*x, &[0.3, 0.4]));
}
