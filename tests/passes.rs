//! Loops over rows of data: any number of rows, on any number of threads.

mod check;

use approx::assert_relative_eq;
use check::{check, numbers};
use gradus::prelude::*;

#[differentiable(wrt(w, b))]
fn linear(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
    (x.matmul(w) + b).mse_loss(y)
}

#[differentiable(wrt(w, b))]
fn softmax(w: &Matrix<f64>, b: &Vector<f64>, x: &Matrix<f64>, y: &[usize]) -> f64 {
    (x.matmul(w) + b).cross_entropy(y)
}

#[differentiable(wrt(w1, b1, w2, b2))]
fn network(
    w1: &Matrix<f64>,
    b1: &Vector<f64>,
    w2: &Matrix<f64>,
    b2: &Vector<f64>,
    x: &Matrix<f64>,
    y: &[usize],
) -> f64 {
    let hidden = (x.matmul(w1) + b1).tanh();
    (hidden.matmul(w2) + b2).cross_entropy(y)
}

#[differentiable]
fn elementwise(x: &Vector<f64>, w: f64) -> f64 {
    let largest = x.iter().fold(f64::NEG_INFINITY, |most: f64, v| most.max(*v));
    let product: f64 = x.iter().map(|v| 1.0 + 0.001 * v).product();
    ((x * w).tanh().softplus() + x.sigmoid()).mean() * largest + product
}

/// The largest probability needs all rows before it can be compared with any.
#[differentiable(wrt(scores))]
fn over_rows(scores: &Vector<f64>, y: &Vector<f64>) -> f64 {
    let shares = scores.softmax(0);
    (shares - y).square().sum()
}

#[differentiable]
fn of_matrices(a: &Matrix<f64>, b: &Matrix<f64>, c: &Matrix<f64>) -> f64 {
    (a.matmul(b) - c).square().mean() + (a.exp() * 0.1).sum()
}

#[differentiable(wrt(w))]
fn with_conditions(w: f64, x: &[f64], y: &[usize], flag: bool) -> f64 {
    let mut sum = 0.0;
    for (i, &v) in x.iter().enumerate() {
        let t = v * w;
        let kept = if t > 0.0 { t.ln_1p() } else { -t * 0.5 };
        let known = if flag { kept } else { t };
        sum += if y[i] % 3 == 1 && v < 0.9 { known * i as f64 } else { known };
    }
    sum / x.len() as f64
}

/// Around the lanes of vectors, a block, and the rows that a run adds up.
const ROWS: [usize; 15] = [1, 2, 7, 8, 31, 32, 33, 63, 64, 65, 100, 128, 129, 200, 8300];

#[test]
fn any_number_of_rows() {
    for n in ROWS {
        let (x, y) = (numbers(1, [n, 5]), numbers(2, [n]));
        let params = linear::Params { w: numbers(3, [5]), b: 0.3 };
        check(&linear::objective(&x, &y), &params, |p| linear(&p.w, p.b, &x, &y));

        let labels: Vec<usize> = (0..n).map(|i| i * 7 % 3).collect();
        let params = softmax::Params { w: numbers(4, [5, 3]), b: numbers(5, [3]) };
        check(&softmax::objective(&x, &labels), &params, |p| softmax(&p.w, &p.b, &x, &labels));

        let params = network::Params {
            w1: numbers(6, [5, 4]),
            b1: numbers(7, [4]),
            w2: numbers(8, [4, 3]),
            b2: numbers(9, [3]),
        };
        let own = |p: &network::Params| network(&p.w1, &p.b1, &p.w2, &p.b2, &x, &labels);
        check(&network::objective(&x, &labels), &params, own);

        let own = |w: &f64| with_conditions(*w, y.data(), &labels, true);
        check(&with_conditions::objective(y.data(), &labels, true), &0.7, own);
    }
}

#[test]
fn any_number_of_rows_that_are_differentiated_by() {
    for n in ROWS.into_iter().filter(|&n| n <= 200) {
        let params = elementwise::Params { x: numbers(1, [n]), w: 0.8 };
        check(&elementwise::objective(), &params, |p| elementwise(&p.x, p.w));
        let (scores, y) = (numbers(2, [n]), numbers(3, [n]));
        check(&over_rows::objective(&y), &scores, |scores| over_rows(scores, &y));
        let params =
            of_matrices::Params { a: numbers(4, [n, 3]), b: numbers(5, [3, 2]), c: numbers(6, [n, 2]) };
        check(&of_matrices::objective(), &params, |p| of_matrices(&p.a, &p.b, &p.c));
    }
}

/// Numbers of which f32 has few digits left when millions are added up one after the other.
#[test]
fn a_long_sum_rounds_like_a_short_one() {
    #[differentiable(wrt(w))]
    fn squares(w: f32, x: &Vector) -> f32 {
        (x * w).square().mean()
    }
    let n = 4_000_000;
    let x: Vector = (0..n).map(|i| 1.0 + (i % 1000) as f32 / 1000.0).collect::<Vec<_>>().into();
    let exact: f64 = x.data().iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>() / n as f64;
    let (value, grad) = squares::value_and_grad(1.0, &x);
    assert_relative_eq!(f64::from(value), exact, max_relative = 1e-6);
    assert_relative_eq!(f64::from(grad), 2.0 * exact, max_relative = 1e-6);
}

#[test]
fn the_same_on_any_number_of_threads() {
    let n = 300_000;
    let (x, y) = (numbers(1, [n, 5]), numbers(2, [n]));
    let params = linear::Params { w: numbers(3, [5]), b: 0.3 };
    let run = |threads: usize| {
        let pool = rayon_core::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.expect("threads can be started");
        pool.install(|| linear::value_and_grad(&params.w, params.b, &x, &y))
    };
    let (value, grad) = run(1);
    for threads in [2, 3, 5] {
        let (other, of_others) = run(threads);
        assert_eq!(value.to_bits(), other.to_bits());
        assert_eq!(grad.b.to_bits(), of_others.b.to_bits());
        let bits = |w: &Vector<f64>| w.data().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&grad.w), bits(&of_others.w));
    }
}

#[test]
fn nothing_is_allocated_after_the_first_call() {
    let (x, labels) = (numbers(1, [2000, 5]), (0..2000).map(|i| i % 3).collect::<Vec<usize>>());
    let params = network::Params {
        w1: numbers(6, [5, 4]),
        b1: numbers(7, [4]),
        w2: numbers(8, [4, 3]),
        b2: numbers(9, [3]),
    };
    let mut grad = params.clone();
    let mut run = || {
        network::value_and_grad_into(&params.w1, &params.b1, &params.w2, &params.b2, &x, &labels, &mut grad)
    };
    let first = run();
    let mut second = 0.0;
    let counted = allocation_counter::measure(|| second = run());
    assert_eq!((counted.count_total, second), (0, first));

    // What one pass leaves to the next.
    let (scores, y) = (numbers(2, [2000]), numbers(3, [2000]));
    let mut grad = scores.clone();
    over_rows::value_and_grad_into(&scores, &y, &mut grad);
    let counted = allocation_counter::measure(|| {
        over_rows::value_and_grad_into(&scores, &y, &mut grad);
    });
    assert_eq!(counted.count_total, 0);
}
