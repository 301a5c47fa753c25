//! The conventions where a function has no derivative, one test for each.

use gradus::prelude::*;

macro_rules! unary {
    ($($name:ident)*) => {$(
        mod $name {
            use gradus::prelude::*;

            /// `w` is the incoming adjoint. Where the derivative is 0 everywhere, that is meant.
            #[differentiable]
            pub(super) fn number(x: f64, w: f64) -> f64 {
                let _ = no_grad(x);
                w * x.$name()
            }

            #[differentiable(wrt(x))]
            pub(super) fn tensor(x: &Vector<f64>, w: &Vector<f64>) -> f64 {
                let _ = no_grad(x);
                (x.$name() * w).sum()
            }

            /// The derivative at `x`, with the incoming adjoint `w`.
            pub(super) fn derivative(x: f64, w: f64) -> f64 {
                let derivative = number::grad(x, w).x;
                let of_tensor = tensor::grad(&Vector::from([x, x]), &Vector::from([w, w]));
                assert_eq!(of_tensor, Vector::from([derivative, derivative]));
                derivative
            }
        }
    )*};
}

unary! { abs relu signum floor ceil round trunc sqrt cbrt asin acos acosh atanh }

#[test]
fn abs_and_relu_have_derivative_zero_at_zero() {
    for zero in [0.0, -0.0] {
        assert_eq!((abs::derivative(zero, 2.0), relu::derivative(zero, 2.0)), (0.0, 0.0));
    }
    assert_eq!((abs::derivative(-1.0, 2.0), relu::derivative(-1.0, 2.0)), (-2.0, 0.0));
    assert_eq!((abs::derivative(1.0, 2.0), relu::derivative(1.0, 2.0)), (2.0, 2.0));
}

#[test]
fn steps_have_derivative_zero_everywhere() {
    for x in [-1.0, -0.5, 0.0, 0.3, 0.5, 1.0] {
        let steps =
            [signum::derivative, floor::derivative, ceil::derivative, round::derivative, trunc::derivative];
        assert_eq!(steps.map(|derivative| derivative(x, 2.0)), [0.0; 5]);
    }
}

#[test]
fn an_infinite_derivative_is_zero_where_the_adjoint_is_zero() {
    assert_eq!((sqrt::derivative(0.0, 2.0), sqrt::derivative(0.0, -2.0)), (f64::INFINITY, f64::NEG_INFINITY));
    assert_eq!(sqrt::derivative(0.0, 0.0), 0.0);
    assert_eq!((cbrt::derivative(0.0, 2.0), cbrt::derivative(0.0, 0.0)), (f64::INFINITY, 0.0));
    for end in [-1.0, 1.0] {
        assert_eq!((asin::derivative(end, 2.0), asin::derivative(end, 0.0)), (f64::INFINITY, 0.0));
        assert_eq!((acos::derivative(end, 2.0), acos::derivative(end, 0.0)), (f64::NEG_INFINITY, 0.0));
        assert_eq!((atanh::derivative(end, 2.0), atanh::number::grad(end, 0.0).x), (f64::INFINITY, 0.0));
    }
    assert_eq!((acosh::derivative(1.0, 2.0), acosh::derivative(1.0, 0.0)), (f64::INFINITY, 0.0));
}

#[differentiable(wrt(x))]
fn masked(x: &Vector<f64>, mask: &Vector<f64>) -> f64 {
    (x.sqrt() * mask).sum()
}

#[test]
fn a_masked_root_does_not_poison_the_gradient() {
    let grad = masked::grad(&Vector::from([0.0, 4.0]), &Vector::from([0.0, 1.0]));
    assert_eq!(grad, Vector::from([0.0, 0.25]));
}

#[differentiable]
fn larger(x: f64, y: f64) -> f64 {
    3.0 * x.max(y)
}

#[differentiable]
fn smaller(x: f64, y: f64) -> f64 {
    3.0 * x.min(y)
}

#[differentiable]
fn larger_elements(x: &Vector<f64>, y: &Vector<f64>, s: f64) -> f64 {
    (x.maximum(y) + x.minimum(s)).sum()
}

#[test]
fn each_of_a_tie_has_half() {
    let halves = (larger::grad(2.0, 2.0), smaller::grad(2.0, 2.0));
    assert_eq!(((halves.0.x, halves.0.y), (halves.1.x, halves.1.y)), ((1.5, 1.5), (1.5, 1.5)));
    assert_eq!((larger::grad(2.0, 1.0).x, larger::grad(2.0, 1.0).y), (3.0, 0.0));
    let grad = larger_elements::grad(&Vector::from([1.0, 2.0]), &Vector::from([1.0, 3.0]), 2.0);
    assert_eq!((grad.x, grad.y, grad.s), (Vector::from([1.5, 0.5]), Vector::from([0.5, 1.0]), 0.5));
}

#[differentiable]
fn clamped(x: f64, low: f64, high: f64) -> f64 {
    3.0 * x.clamp(low, high)
}

#[test]
fn a_limit_of_clamp_counts_as_inside() {
    let grad = |x| clamped::grad(x, -1.0, 1.0);
    for limit in [-1.0, 1.0] {
        assert_eq!((grad(limit).x, grad(limit).low, grad(limit).high), (3.0, 0.0, 0.0));
    }
    assert_eq!((grad(2.0).x, grad(2.0).low, grad(2.0).high), (0.0, 0.0, 3.0));
    assert_eq!((grad(-2.0).x, grad(-2.0).low, grad(-2.0).high), (0.0, 3.0, 0.0));
}

#[differentiable]
fn extremes(x: &Matrix<f64>) -> f64 {
    6.0 * x.max() + 0.6 * x.min()
}

#[differentiable(wrt(x))]
fn extremes_of_axes(x: &Matrix<f64>, a: &Vector<f64>, b: &Vector<f64>) -> f64 {
    (x.max_axis(0) * a).sum() + (x.min_axis(1) * b).sum()
}

#[test]
fn tied_elements_share_equally() {
    let x = Matrix::from([[5.0, 1.0, 5.0], [1.0, 5.0, 2.0]]);
    assert_eq!(extremes::grad(&x), Matrix::from([[2.0, 0.3, 2.0], [0.3, 2.0, 0.0]]));

    let x = Matrix::from([[5.0, 1.0, 1.0], [5.0, 5.0, 2.0]]);
    let (a, b) = (Vector::from([6.0, 60.0, 600.0]), Vector::from([0.6, 0.06]));
    let expected = Matrix::from([[3.0, 0.3, 0.3], [3.0, 60.0, 600.06]]);
    assert_eq!(extremes_of_axes::grad(&x, &a, &b), expected);
}

#[differentiable]
fn lengths(v: &Vector<f64>, x: f64, y: f64) -> f64 {
    v.norm() + x.hypot(y)
}

#[differentiable]
fn angle(y: f64, x: f64) -> f64 {
    y.atan2(x)
}

#[differentiable]
fn lengths_of_elements(x: &Vector<f64>, y: &Vector<f64>) -> f64 {
    (x.hypot(y) + x.atan2(y)).sum()
}

#[test]
fn norm_hypot_and_atan2_have_derivative_zero_at_the_origin() {
    let grad = lengths::grad(&Vector::zeros([2]), 0.0, 0.0);
    assert_eq!((grad.v, grad.x, grad.y), (Vector::zeros([2]), 0.0, 0.0));
    assert_eq!((angle::grad(0.0, 0.0).x, angle::grad(0.0, 0.0).y), (0.0, 0.0));
    let grad = lengths_of_elements::grad(&Vector::from([0.0, 0.0]), &Vector::from([0.0, 2.0]));
    assert_eq!((grad.x, grad.y), (Vector::from([0.0, 0.5]), Vector::from([0.0, 1.0])));
}

#[differentiable]
fn power(x: f64, p: f64) -> f64 {
    x.powf(p)
}

#[differentiable]
fn powers(x: &Vector<f64>, p: &Vector<f64>) -> f64 {
    x.powf(p).sum()
}

#[differentiable(wrt(x))]
fn weighted_power(x: f64, p: f64, w: f64) -> f64 {
    x.powf(p) * w
}

#[test]
fn a_real_power_of_zero() {
    let exponents = [2.0, 1.0, 0.5, 0.0];
    // p 0^(p - 1), and 0 by p.
    let expected = [0.0, 1.0, f64::INFINITY, 0.0];
    for (p, expected) in exponents.into_iter().zip(expected) {
        assert_eq!((power::grad(0.0, p).x, power::grad(0.0, p).p), (expected, 0.0));
    }
    let grad = powers::grad(&Vector::zeros([4]), &Vector::from(exponents));
    assert_eq!((grad.x, grad.p), (Vector::from(expected), Vector::zeros([4])));
    assert_eq!(weighted_power::grad(0.0, 0.5, 0.0), 0.0);
}

#[differentiable(wrt(x))]
fn integer_power(x: f64, n: i32) -> f64 {
    x.powi(n)
}

#[differentiable]
fn literal_power(x: f64) -> f64 {
    let _ = no_grad(x);
    x.powi(0) + x.powf(0.0)
}

#[test]
fn the_power_zero_has_derivative_zero() {
    for x in [0.0, -0.0, 2.0, -3.0, f64::INFINITY] {
        assert_eq!((integer_power::grad(x, 0), literal_power::grad(x)), (0.0, 0.0));
    }
    assert_eq!((integer_power::grad(0.0, 1), integer_power::grad(0.0, 2)), (1.0, 0.0));
}

#[differentiable]
fn product(x: &Vector<f64>) -> f64 {
    x.prod()
}

#[test]
fn the_product_with_zeros_is_not_divided_by_them() {
    assert_eq!(product::grad(&Vector::from([2.0, 0.0, 5.0])), Vector::from([0.0, 10.0, 0.0]));
    assert_eq!(product::grad(&Vector::from([2.0, 0.0, 0.0])), Vector::from([0.0, 0.0, 0.0]));
}

#[differentiable]
fn detached(x: f64) -> f64 {
    x * x.detach()
}

#[test]
fn what_is_detached_is_a_constant() {
    assert_eq!(detached::value_and_grad(3.0), (9.0, 3.0));
}

#[differentiable]
fn branch(x: f64) -> f64 {
    if x > 1.0 { x * x } else { 3.0 * x }
}

#[test]
fn a_branch_has_the_derivative_of_the_side_taken() {
    assert_eq!([0.0, 1.0, 2.0].map(branch::grad), [3.0, 3.0, 4.0]);
}

#[differentiable]
fn frozen(x: f64) -> f64 {
    x * no_grad(x * x)
}

#[test]
fn no_grad_is_a_constant() {
    assert_eq!(frozen::value_and_grad(3.0), (27.0, 9.0));
}

#[differentiable]
fn total(x: &[f64]) -> f64 {
    x.iter().sum::<f64>()
}

#[test]
fn the_sum_of_nothing_is_positive_zero() {
    assert!(total::value(&[]).is_sign_positive());
}

#[differentiable(wrt(p))]
fn entropy(y: f64, p: f64) -> f64 {
    y * p.ln()
}

#[differentiable(wrt(p))]
fn entropy_of_some(y: f64, p: f64) -> f64 {
    if y == 0.0 { 0.0 } else { y * p.ln() }
}

#[differentiable(wrt(p))]
fn entropies(y: &Vector<f64>, p: &Vector<f64>) -> f64 {
    (y * p.maximum(1e-300).ln()).sum()
}

#[test]
fn the_logarithm_of_zero_times_zero() {
    let (value, derivative) = entropy::value_and_grad(0.0, 0.0);
    assert!(entropy(0.0, 0.0).is_nan() && value.is_nan() && derivative.is_nan());
    assert_eq!(entropy_of_some::value_and_grad(0.0, 0.0), (0.0, 0.0));
    assert_eq!(entropy_of_some::value_and_grad(2.0, 1.0), (0.0, 2.0));
    let (y, p) = (Vector::from([0.0, 2.0]), Vector::from([0.0, 1.0]));
    assert_eq!(entropies::value_and_grad(&y, &p), (0.0, Vector::from([0.0, 2.0])));
}
