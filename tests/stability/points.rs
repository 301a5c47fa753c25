//! Formulas as people write them, at 1000, -1000, 0 and around, against exact arithmetic.

use crate::exact::{Exact, ExactVector, evaluate};
use crate::numbers_of;
use gradus::prelude::*;

/// By the exact number.
const RELATIVE: f64 = 1e-12;

const POINTS: [f64; 17] = [
    -1001.0, -1000.0, -999.5, -3.0, -2.0, -1.0, -0.5, -1e-3, 0.0, 1e-3, 0.5, 1.0, 2.0, 3.0, 999.5, 1000.0,
    1001.0,
];

/// Prints a line of the table, and compares.
fn compare(title: &str, point: &[f64], own: (f64, Vec<f64>), exact: (f64, Vec<f64>)) {
    println!("{title:34} {point:?}: {:e} {:?}, exactly {:e} {:?}", own.0, own.1, exact.0, exact.1);
    let close = |own: f64, exact: f64| (own - exact).abs() <= RELATIVE * exact.abs();
    assert!(close(own.0, exact.0), "the value is {:e}", own.0);
    assert_eq!(own.1.len(), exact.1.len());
    for (own, exact) in own.1.iter().zip(exact.1) {
        assert!(close(*own, exact), "a derivative is {own:e}, not {exact:e}");
    }
}

/// A number, or the numbers beside it as a vector.
macro_rules! formulas {
    ($($name:ident $title:literal |$x:ident| $body:expr;)*) => {$(
        #[test]
        fn $name() {
            #[differentiable]
            fn formula($x: f64) -> f64 {
                $body
            }

            for point in POINTS {
                let (own, slope) = formula::value_and_grad(point);
                let exact = evaluate(&[point], |numbers| {
                    let $x = numbers[0];
                    $body
                });
                compare($title, &[point], (own, vec![slope]), exact);
            }
        }
    )*};
}

formulas! {
    softplus "(1 + e^x).ln()" |x| (1.0 + x.exp()).ln();
    softplus_of_negative "(1 + e^-x).ln()" |x| (1.0 + (-x).exp()).ln();
    log_sigmoid "sigmoid(x).ln()" |x| x.sigmoid().ln();
    log_sigmoid_in_full "(1 / (1 + e^-x)).ln()" |x| (1.0 / (1.0 + (-x).exp())).ln();
    rising "1 / (1 + e^-x)" |x| 1.0 / (1.0 + (-x).exp());
    rising_in_another_way "e^x / (1 + e^x)" |x| x.exp() / (1.0 + x.exp());
    falling "1 / (1 + e^x)" |x| 1.0 / (1.0 + x.exp());
    complement "1 - sigmoid(x)" |x| 1.0 - x.sigmoid();
    tanh "(e^x - e^-x) / (e^x + e^-x)" |x| (x.exp() - (-x).exp()) / (x.exp() + (-x).exp());
    tanh_of_twice "(e^2x - 1) / (e^2x + 1)" |x| ((2.0 * x).exp() - 1.0) / ((2.0 * x).exp() + 1.0);
    tanh_of_minus_twice "(1 - e^-2x) / (1 + e^-2x)" |x| (1.0 - (-2.0 * x).exp()) / (1.0 + (-2.0 * x).exp());
}

/// Three numbers beside each point, and what is written about them.
macro_rules! formulas_of_several {
    ($($name:ident $title:literal |$v:ident| { $($body:tt)* } { $($of_vector:tt)* } [$($offset:expr),*];)*) => {$(
        #[test]
        fn $name() {
            #[differentiable]
            fn formula($v: &Vector<f64>) -> f64 {
                $($body)*
            }

            for point in POINTS {
                let numbers = [$(point + $offset),*];
                let (own, grad) = formula::value_and_grad(&Vector::from(numbers));
                let exact = evaluate(&numbers, |numbers| {
                    let $v = ExactVector::new(numbers);
                    $($of_vector)*
                });
                compare($title, &numbers, (own, numbers_of(&grad)), exact);
            }
        }
    )*};
}

formulas_of_several! {
    logsumexp "e^x.sum().ln()" |v| { v.exp().sum().ln() } { v.exp().sum().ln() } [0.25, -0.5, 1.0];
    logsumexp_of_an_iterator "Σ e^x by an iterator" |v|
        { v.iter().map(|x| x.exp()).sum::<f64>().ln() } { v.exp().sum().ln() } [0.25, -0.5, 1.0];
    softmax "e^x / e^x.sum(), the first" |v|
        { let e = v.exp(); let p = &e / e.sum(); p[[0]] } { v.exp().first() / v.exp().sum() } [0.25, -0.5, 1.0];
    log_softmax "(e^x / e^x.sum()).ln(), the first" |v|
        { let e = v.exp(); let p = &e / e.sum(); let l = p.ln(); l[[0]] }
        { (v.exp().first() / v.exp().sum()).ln() } [0.25, -0.5, 1.0];
    variance "x².mean() - x.mean()²" |v| { v.square().mean() - v.mean().square() }
        { v.square().mean() - v.mean().square() } [1e6, 1e6 + 0.5, 1e6 - 2.0];
    variance_of_an_iterator "Σ x² / n - (Σ x / n)²" |v|
        {
            let n = v.len() as f64;
            let mean = v.iter().sum::<f64>() / n;
            v.iter().map(|x| x * x).sum::<f64>() / n - mean * mean
        }
        { v.square().mean() - v.mean().square() } [1e6, 1e6 + 0.5, 1e6 - 2.0];
}

#[differentiable(wrt(z))]
fn cross_entropy(z: f64, y: f64) -> f64 {
    let p = 1.0 / (1.0 + (-z).exp());
    -(y * p.ln() + (1.0 - y) * (1.0 - p).ln())
}

#[test]
fn binary_cross_entropy() {
    for z in POINTS {
        for y in [0.0, 0.25, 1.0] {
            let (own, slope) = cross_entropy::value_and_grad(z, y);
            let exact = evaluate(&[z], |numbers| {
                let p = 1.0 / (1.0 + (-numbers[0]).exp());
                -(y * p.ln() + (1.0 - y) * (1.0 - p).ln())
            });
            compare("-(y ln p + (1 - y) ln(1 - p))", &[z], (own, vec![slope]), exact);
        }
    }
}

#[differentiable(wrt(z))]
fn cross_entropies(z: &Vector<f64>, y: &Vector<f64>) -> f64 {
    let p = 1.0 / (1.0 + (-z).exp());
    -(y * p.ln() + (1.0 - y) * (1.0 - &p).ln()).sum()
}

#[differentiable]
fn logsumexp_of_rows(x: &Matrix<f64>) -> f64 {
    x.exp().sum_axis(1).ln().sum()
}

#[test]
fn many_at_once() {
    let z: Vec<f64> = (0..40).flat_map(|_| POINTS).collect();
    let y: Vec<f64> = (0..z.len()).map(|place| [0.0, 0.25, 1.0][place % 3]).collect();
    let (value, grad) = cross_entropies::value_and_grad(&Vector::from(&z[..]), &Vector::from(&y[..]));
    let each: Vec<(f64, f64)> =
        z.iter().zip(&y).map(|(&z, &y)| cross_entropy::value_and_grad(z, y)).collect();
    let total: f64 = each.iter().map(|(value, _)| value).sum();
    assert!((value - total).abs() <= RELATIVE * total);
    for (own, (_, one)) in grad.iter().zip(&each) {
        assert!((own - one).abs() <= RELATIVE * one.abs(), "{own:e}, not {one:e}");
    }

    let rows = Matrix::from([[1000.0, 999.0, 1001.0], [-1000.0, -999.0, -1001.0], [0.0, 1.0, -1.0]]);
    let (value, grad) = logsumexp_of_rows::value_and_grad(&rows);
    let one = evaluate(&[0.0, 1.0, -1.0], |numbers| ExactVector::new(numbers).exp().sum().ln());
    assert!((value - 3.0 * one.0).abs() <= 1e-12, "{value:e}");
    assert!((grad.row(2).iter().zip(&one.1)).all(|(own, exact)| (own - exact).abs() <= RELATIVE * exact));
    assert!((grad.row(0).sum() - 1.0).abs() <= RELATIVE);
}

#[differentiable]
fn in_single_precision(x: &Vector, z: f32) -> f32 {
    x.exp().sum().ln() + (1.0 + z.exp()).ln() + 1.0 / (1.0 + (-z).exp())
}

#[test]
fn the_same_in_single_precision() {
    let (value, grad) = in_single_precision::value_and_grad(&Vector::from([100.0, 100.0]), 100.0);
    assert!((value - 201.693_15).abs() < 1e-4, "{value}");
    assert_eq!((grad.x, grad.z), (Vector::from([0.5, 0.5]), 1.0));
}

#[differentiable]
fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

#[differentiable]
fn size(x: f64) -> f64 {
    (x * x).sqrt()
}

#[differentiable]
fn length_of_vector(v: &Vector<f64>) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[test]
fn roots_of_squares_at_the_origin() {
    let (value, grad) = length::value_and_grad(0.0, 0.0);
    assert_eq!((value, grad.x, grad.y), (0.0, 0.0, 0.0));
    assert_eq!(length_of_vector::value_and_grad(&Vector::zeros([3])), (0.0, Vector::zeros([3])));
    assert_eq!(length_of_vector::value_and_grad(&Vector::from([0.0, 4.0])), (4.0, Vector::from([0.0, 1.0])));
    assert_eq!(
        [0.0, -0.0, 1000.0, -1000.0].map(size::value_and_grad),
        [(0.0, 0.0), (0.0, 0.0), (1000.0, 1.0), (1000.0, -1.0)]
    );
}

#[differentiable]
fn weighted_length(w: &Vector<f64>, v: &Vector<f64>) -> f64 {
    (w * v.square()).sum().sqrt()
}

#[differentiable(wrt(v))]
fn length_under_mask(mask: &Vector<f64>, v: &Vector<f64>) -> f64 {
    v.iter().zip(mask.iter()).map(|(v, mask)| v * (v * mask)).sum::<f64>().sqrt()
}

#[test]
fn weights_of_squares_at_zero() {
    let (zeros, ones) = (Vector::zeros([2]), Vector::ones([2]));
    // The length is 0 whatever the weights are, but rises infinitely fast with a weight that leaves 0.
    let (value, grad) = weighted_length::value_and_grad(&ones, &zeros);
    assert_eq!((value, grad.w, grad.v), (0.0, zeros.clone(), zeros.clone()));
    let (value, grad) = weighted_length::value_and_grad(&zeros, &ones);
    assert_eq!((value, grad.w), (0.0, Vector::from([f64::INFINITY; 2])));

    assert_eq!(length_under_mask::value_and_grad(&zeros, &ones), (0.0, zeros.clone()));
    assert_eq!(length_under_mask::value_and_grad(&ones, &zeros), (0.0, zeros));
}

#[differentiable]
fn entropy(p: &Vector<f64>) -> f64 {
    -(p * p.ln()).sum()
}

#[differentiable]
fn entropy_of_softmax(z: &Vector<f64>) -> f64 {
    let p = z.softmax(0);
    -(&p * p.ln()).sum()
}

#[test]
fn x_ln_x_at_zero() {
    let (value, grad) = entropy::value_and_grad(&Vector::from([0.0, 1.0]));
    assert_eq!((value, grad), (0.0, Vector::from([0.0, -1.0])));
    let (value, grad) = entropy_of_softmax::value_and_grad(&Vector::from([0.0, 1000.0]));
    assert_eq!((value, grad), (0.0, Vector::from([0.0, 0.0])));
}

#[test]
fn near_zero_no_digit_is_lost() {
    #[differentiable]
    fn logarithm(x: f64) -> f64 {
        (1.0 + x).ln()
    }
    #[differentiable]
    fn exponential(x: f64) -> f64 {
        x.exp() - 1.0
    }
    for point in [-0.5, -1e-3, -1e-9, -1e-17, 1e-300, 1e-17, 1e-9, 1e-3, 0.5, 1.0] {
        let of = |number: &dyn Fn(Exact) -> Exact| evaluate(&[point], |numbers| number(numbers[0]));
        let (own, slope) = logarithm::value_and_grad(point);
        compare("(1 + x).ln()", &[point], (own, vec![slope]), of(&|x| (1.0 + x).ln()));
        let (own, slope) = exponential::value_and_grad(point);
        compare("e^x - 1", &[point], (own, vec![slope]), of(&|x| x.exp() - 1.0));
    }
    assert_eq!((logarithm::value_and_grad(0.0), exponential::value_and_grad(0.0)), ((0.0, 1.0), (0.0, 1.0)));
    assert_eq!(exponential::value_and_grad(-1000.0), (-1.0, 0.0));
}

#[differentiable]
fn branch(x: f64) -> f64 {
    if x > 0.0 { x.sqrt() } else { 0.0 }
}

#[differentiable]
fn branches(x: &Vector<f64>) -> f64 {
    x.iter().map(|&x| if x > 0.0 { x.sqrt() } else { 0.0 }).sum()
}

#[test]
fn a_root_under_a_condition() {
    assert_eq!([-1.0, 0.0, 4.0].map(branch::value_and_grad), [(0.0, 0.0), (0.0, 0.0), (2.0, 0.25)]);
    assert_eq!(
        branches::value_and_grad(&Vector::from([-1.0, 0.0, 4.0])),
        (2.0, Vector::from([0.0, 0.0, 0.25]))
    );
}

#[differentiable]
fn smallest_and_largest(x: &Vector<f64>) -> f64 {
    x.exp().sum().ln()
}

#[test]
fn infinite_and_missing_exponents() {
    let value = |x: &[f64]| smallest_and_largest::value(&Vector::from(x));
    let (all, none) = (f64::INFINITY, f64::NEG_INFINITY);
    assert_eq!(
        (value(&[]), value(&[none, none]), value(&[none, 1.0]), value(&[all, 1.0])),
        (none, none, 1.0, all)
    );
    let (_, grad) = smallest_and_largest::value_and_grad(&Vector::from([none, 1.0]));
    assert_eq!(grad, Vector::from([0.0, 1.0]));
}

mod as_written {
    use super::*;

    #[differentiable(as_written)]
    fn softplus(x: f64) -> f64 {
        (1.0 + x.exp()).ln()
    }

    #[differentiable(as_written, wrt(v))]
    fn logsumexp(v: &Vector<f64>) -> f64 {
        v.exp().sum().ln()
    }

    #[differentiable(as_written)]
    mod inside {
        #[differentiable]
        pub(super) fn size(x: f64) -> f64 {
            (x * x).sqrt()
        }
    }

    #[test]
    fn nothing_is_rewritten() {
        let (value, grad) = softplus::value_and_grad(1000.0);
        assert!(value == f64::INFINITY && grad.is_nan());
        let (value, grad) = logsumexp::value_and_grad(&Vector::from([1000.0, 0.0]));
        assert!(value == f64::INFINITY && grad[[0]].is_nan());
        assert!(inside::size::grad(0.0).is_nan());
    }
}
