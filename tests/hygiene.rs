//! Names that emitted code could use itself: of parameters, functions, modules and of the runtime.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]
#![deny(missing_debug_implementations, elided_lifetimes_in_paths, unused_results, trivial_casts)]
#![deny(unused_lifetimes, single_use_lifetimes, trivial_numeric_casts, unused_qualifications)]

extern crate gradus as renamed;

use gradus::prelude::*;

/// Parameters, and names bound in the body, as emitted code might name its own.
mod names {
    use gradus::prelude::*;

    #[differentiable]
    pub(super) fn loops(sum: &Vector<f64>, n: f64, d: f64, i: f64, j: f64, k: f64, t: f64) -> f64 {
        let t_2 = (sum * n).sum();
        let sum_2 = (sum.square() * d * t_2).sum() + i * j;
        (sum * sum_2).sum() * k + t * t_2
    }

    #[differentiable]
    pub(super) fn functions(value: f64, grad: f64, params: &[f64; 2], objective: f64, x: f64, f: f64) -> f64 {
        let value_and_grad = value * grad;
        let value_and_grad_into = params[0] * params[1];
        value_and_grad * objective + value_and_grad_into * x * f
    }

    #[differentiable]
    pub(super) fn paths(
        core: f64,
        std: f64,
        alloc: f64,
        gradus: f64,
        emitted: f64,
        view: &Vector<f64>,
    ) -> f64 {
        let ops = core * std;
        let buffer = view.sum() * gradus;
        ops * alloc + buffer * emitted
    }

    #[differentiable]
    pub(super) fn keywords(r#type: f64, r#fn: &Vector<f64>, r#self_: f64) -> f64 {
        let r#match = r#type * r#self_;
        (r#fn * r#match).sum()
    }

    #[differentiable]
    pub(super) fn calls(taken: f64, pullback: f64, forward: &[f64], function: f64, n: usize) -> f64 {
        let d_value: f64 = ruled(taken, pullback);
        let derivative: f64 = helper(n);
        if n == 0 {
            forward[0] * d_value
        } else {
            calls(taken, function, forward, pullback, n - 1) * d_value * derivative + forward[1]
        }
    }

    pub(super) fn helper(n: usize) -> f64 {
        n as f64
    }

    pub(super) fn ruled(function: f64, derivative: f64) -> f64 {
        function * derivative
    }

    #[derivative(of = ruled)]
    pub(super) fn value(function: f64, derivative: f64) -> (f64, (f64, f64)) {
        (function * derivative, (derivative, function))
    }

    #[allow(non_snake_case, reason = "matrices are upper case in many books")]
    #[differentiable]
    pub(super) fn capitals(W: &Matrix<f64>, X: &Matrix<f64>, T: f64) -> f64 {
        let H = X.matmul(W).tanh();
        (H * T).sum()
    }

    #[allow(non_snake_case, reason = "these are names of items that are emitted")]
    #[differentiable(wrt(Params, R))]
    pub(super) fn items(
        Params: f64,
        Objective: f64,
        Strided: f64,
        R: f64,
        Batch: &Vector<f64>,
        rows: usize,
    ) -> f64 {
        Params * Objective * Strided * R * Batch.sum() * rows as f64
    }

    #[differentiable]
    pub(super) fn several(
        value: f64,
        vjp: &Vector<f64>,
        cotangent: f64,
        result: f64,
        number: f64,
        start_1: f64,
        count: f64,
    ) -> (f64, Vector<f64>, Vector<f64>) {
        let vjp_into = vjp * (value * cotangent * result * number * count);
        (start_1, vjp_into.clone(), vjp_into)
    }

    #[differentiable(wrt(a))]
    pub(super) fn marker(a: f64, marker: f64, batch: &Vector<f64>, rows: &[f64]) -> f64 {
        a * marker * batch.sum() + a * rows.sum()
    }
}

#[test]
fn names_of_the_user_are_not_captured() {
    let sum = Vector::from([1.0, 2.0]);
    let grad = names::loops::grad(&sum, 2.0, 3.0, 5.0, 7.0, 11.0, 13.0);
    // t_2 = 3 n = 6, sum_2 = 5 d t_2 + i j = 125; f = 3 sum_2 k + t t_2.
    assert_eq!((grad.i, grad.j, grad.k, grad.t), (7.0 * 33.0, 5.0 * 33.0, 3.0 * 125.0, 6.0));
    assert_eq!((grad.d, grad.n), (33.0 * 30.0, 33.0 * 45.0 + 39.0));
    // By sum: 33 (2 sum d t_2 + Σ sum² d n) + 125 k + t n.
    assert_eq!(grad.sum, Vector::from([33.0 * 66.0 + 1375.0 + 26.0, 33.0 * 102.0 + 1375.0 + 26.0]));

    // calls(t, p, [f0, f1], g, 1) = f0 · t g · t p + f1
    let grad = names::calls::grad(2.0, 3.0, &[5.0, 7.0], 11.0, 1);
    assert_eq!((grad.taken, grad.pullback, grad.function), (660.0, 220.0, 60.0));
    assert_eq!(grad.forward, [132.0, 1.0]);
    let grad = names::functions::grad(2.0, 3.0, &[5.0, 7.0], 11.0, 13.0, 17.0);
    assert_eq!((grad.value, grad.grad, grad.params), (33.0, 22.0, [7.0 * 221.0, 5.0 * 221.0]));
    assert_eq!((grad.objective, grad.x, grad.f), (6.0, 35.0 * 17.0, 35.0 * 13.0));

    let grad = names::paths::grad(2.0, 3.0, 5.0, 7.0, 11.0, &sum);
    assert_eq!((grad.core, grad.std, grad.alloc), (15.0, 10.0, 6.0));
    assert_eq!((grad.gradus, grad.emitted, grad.view), (33.0, 21.0, Vector::from([77.0, 77.0])));

    let grad = names::keywords::grad(2.0, &sum, 3.0);
    assert_eq!((grad.r#type, grad.r#fn, grad.self_), (9.0, Vector::from([6.0, 6.0]), 6.0));

    let grad = names::capitals::grad(&Matrix::zeros([2, 2]), &Matrix::ones([1, 2]), 3.0);
    assert_eq!((grad.W, grad.T), (Matrix::full([2, 2], 3.0), 0.0));

    let params = names::items::Params { Params: 2.0, R: 3.0 };
    let objective = names::items::objective(5.0, 7.0, &sum, 2);
    assert_eq!(objective.value(&params), 2.0 * 5.0 * 7.0 * 3.0 * 3.0 * 2.0);
    assert_eq!(names::marker::objective(2.0, &sum, &[4.0]).value(&3.0), 30.0);
}

/// An import that nothing but attributes are for, which the outer one takes off.
#[differentiable]
mod import_for_the_attribute {
    use gradus::differentiable;

    #[differentiable]
    pub(super) fn square(x: f64) -> f64 {
        x * x
    }
}

#[test]
fn imports_for_the_attribute_are_used() {
    assert_eq!(import_for_the_attribute::square::grad(3.0), 6.0);
}

/// Functions with the names of what is emitted beside them.
mod own_names {
    use gradus::prelude::*;

    #[differentiable]
    pub(super) fn value(x: f64) -> f64 {
        x * x
    }

    #[differentiable]
    pub(super) fn grad(x: f64, grad: f64) -> f64 {
        let value: f64 = value(x);
        value * grad
    }

    #[differentiable]
    pub(super) fn objective(x: &Vector<f64>) -> f64 {
        let value: f64 = value(x.sum());
        let grad: f64 = grad(value, 2.0);
        grad
    }
}

#[test]
fn functions_can_have_the_names_of_emitted_ones() {
    assert_eq!(own_names::value::value_and_grad(3.0), (9.0, 6.0));
    assert_eq!(own_names::grad::grad(3.0, 2.0), own_names::grad::Params { x: 12.0, grad: 9.0 });
    // 2 (x + y)⁴
    assert_eq!(
        own_names::objective::value_and_grad(&Vector::from([1.0, 1.0])),
        (32.0, Vector::from([64.0, 64.0]))
    );
}

mod another_name {
    use renamed::differentiable;

    #[differentiable(crate = renamed)]
    pub(super) fn by_name(x: &renamed::Vector<f64>, s: f64) -> f64 {
        (x * s).sum()
    }

    #[differentiable(wrt(s), crate = ::renamed)]
    pub(super) fn by_absolute_path(x: &renamed::Vector<f64>, s: f64) -> f64 {
        x.sum() * s
    }
}

#[test]
fn the_runtime_can_have_another_name() {
    assert_eq!(another_name::by_name::grad(&Vector::zeros([2]), 3.0).x, Vector::from([3.0, 3.0]));
    assert_eq!(another_name::by_absolute_path::grad(&Vector::ones([2]), 3.0), 2.0);
}

/// Neither std's names nor the prelude's mean what they usually do.
#[allow(dead_code, reason = "they only have to be in scope")]
mod shadowed {
    use ::gradus::differentiable;

    #[derive(Debug)]
    pub(super) struct Vec;
    #[derive(Debug)]
    pub(super) struct Option;
    pub(super) trait Into {}
    pub(super) trait Clone {}
    pub(super) mod core {}
    pub(super) mod gradus {}

    impl Into for (Vec, Option) {}
    impl Clone for Vec {}

    #[differentiable]
    pub(super) fn of_slices(x: &[f64], y: f64, v: &::gradus::Vector<f64>) -> f64 {
        x[0] * y * v[1]
    }

    #[differentiable]
    pub(super) fn several(x: &[f64], y: f64) -> (f64, ::gradus::Vector<f64>, ::std::vec::Vec<f64>) {
        (x[0] * y, ::gradus::Vector::from([y, y]), x.to_vec())
    }

    #[differentiable(wrt(y))]
    pub(super) fn with_rows(y: f64, v: &::gradus::Vector<f64>) -> f64 {
        v.sum() * y
    }
}

#[test]
fn emitted_paths_do_not_depend_on_what_is_in_scope() {
    let v = Vector::from([1.0, 2.0]);
    assert_eq!(shadowed::of_slices::grad(&[3.0], 5.0, &v).x, [10.0]);
    assert_eq!(shadowed::several::jacobian(&[3.0], 5.0).len(), 4);
    let jacobian = names::several::jacobian(2.0, &v, 3.0, 5.0, 7.0, 11.0, 13.0);
    assert_eq!(jacobian[4].vjp, Vector::from([0.0, 2.0 * 3.0 * 5.0 * 7.0 * 13.0]));
    assert_eq!(shadowed::with_rows::objective(&v).rows(), Some(2));
}
