//! Loops and iterators whose turns can be taken in any order, against central differences.

#![allow(clippy::needless_range_loop, reason = "loops over indices are what is tried")]

mod check;

use check::{check, numbers};
use gradus::prelude::*;

fn slice(seed: u64, len: usize) -> Vec<f64> {
    numbers(seed, [len]).into_vec()
}

#[differentiable]
fn accumulators(x: &[f64], w: f64) -> f64 {
    let mut sum = w;
    let mut product = 1.0;
    let mut largest = f64::NEG_INFINITY;
    let mut smallest = x[0];
    let mut count = 0_usize;
    for i in 0..x.len() {
        let square = x[i] * x[i];
        sum += square * w;
        sum -= x[i].sin();
        product *= x[i] + 2.0;
        largest = largest.max(x[i] * w);
        smallest = smallest.min(square);
        count += 1;
    }
    sum * product + largest / smallest * count as f64
}

#[test]
fn each_kind_of_accumulator() {
    let params = accumulators::Params { x: slice(1, 5), w: 0.7 };
    check(&accumulators::objective(), &params, |p| accumulators(&p.x, p.w));
}

#[differentiable]
fn ranges(x: &[f64; 6], n: usize) -> f64 {
    let mut total = 0.0;
    for i in 1..=n {
        total += x[i] * x[i - 1];
    }
    for i in (0..5).rev() {
        total += x[i + 1] * i as f64;
    }
    for i in (0..6).step_by(2) {
        total *= x[i] + 1.5;
    }
    for i in -2..n as i32 {
        total += x[0] * (i * i) as f64;
    }
    for _ in 0..3 {
        total += x[5].cos();
    }
    for i in n..3 {
        total += x[i].exp();
    }
    total
}

#[test]
fn ranges_of_every_kind() {
    // Up to 3 turns of the last loop, and none; with n = 0 the first one has none.
    for n in [0, 1, 3, 5] {
        let x = [0.3, -0.8, 0.5, 1.1, -0.2, 0.6];
        check(&ranges::objective(n), &x, |x| ranges(x, n));
    }
}

#[differentiable]
fn nested(a: &Matrix<f64>, b: &Matrix<f64>, x: &Vector<f64>) -> f64 {
    let mut total = 0.0;
    for i in 0..a.rows() {
        let mut row = x[i];
        for j in 0..b.cols() {
            let mut element = 0.0;
            for k in 0..a.cols() {
                element += a[[i, k]] * b[[k, j]];
            }
            row += element.tanh() * (i + j) as f64;
        }
        total += row * row;
    }
    total
}

#[test]
fn loops_inside_loops() {
    let params = nested::Params { a: numbers(1, [3, 4]), b: numbers(2, [4, 2]), x: numbers(3, [3]) };
    check(&nested::objective(), &params, |p| nested(&p.a, &p.b, &p.x));
    let params = nested::Params { a: numbers(1, [3, 3]), b: numbers(2, [3, 3]), x: numbers(3, [3]) };
    check(&nested::objective(), &params, |p| nested(&p.a, &p.b, &p.x));
}

#[differentiable]
fn conditional(x: &[f64], limit: f64) -> f64 {
    let mut inside = 0.0;
    let mut outside = 1.0;
    for i in 0..x.len() {
        if x[i] > 0.0 {
            inside += x[i].sqrt() * limit;
        } else if i % 2 == 0 {
            inside -= x[i];
            outside *= x[i] + 2.0;
        } else {
            let y = x[i] * x[i];
            outside *= y + limit;
        }
        if i > 0 && i < 3 {
            inside += x[i] * x[i - 1];
        }
    }
    inside * outside
}

#[test]
fn branches_inside_a_loop() {
    let params = conditional::Params { x: slice(1, 7), limit: 0.7 };
    assert!(params.x.iter().any(|x| *x > 0.0) && params.x.iter().any(|x| *x < 0.0));
    check(&conditional::objective(), &params, |p| conditional(&p.x, p.limit));
    // A root in the branch that is not taken has an infinite derivative at zero; -x (x + 2) has -2.
    assert_eq!(conditional::grad(&[0.0], 1.0).x, [-2.0]);
}

#[differentiable]
fn replaced(x: &[f64], start: f64) -> f64 {
    let mut last = start;
    let mut total = 0.0;
    for i in 0..x.len() {
        last = x[i] * x[i] + i as f64;
        total += last * start;
    }
    total * last
}

#[test]
fn variables_that_each_turn_replaces() {
    for len in [4, 1, 0] {
        let params = replaced::Params { x: slice(1, len), start: 0.7 };
        check(&replaced::objective(), &params, |p| replaced(&p.x, p.start));
    }
}

#[differentiable]
fn of_vectors(x: &Matrix<f64>, w: &Vector<f64>, n: usize) -> f64 {
    let mut sum = Vector::zeros([4]);
    let mut penalty = 0.0;
    for k in 0..n {
        sum += w * (k + 1) as f64;
        penalty += (x.matmul(w) * k as f64).tanh().sum();
    }
    (x.matmul(&sum)).square().sum() + penalty
}

#[test]
fn tensors_in_a_loop() {
    for n in [0, 1, 3] {
        let params = of_vectors::Params { x: numbers(1, [3, 4]), w: numbers(2, [4]) };
        check(&of_vectors::objective(n), &params, |p| of_vectors(&p.x, &p.w, n));
    }
}

#[differentiable]
fn chains(x: &[f64], y: &[f64]) -> f64 {
    let squares: f64 = x.iter().map(|v| v * v).sum();
    let products: f64 = x.iter().zip(y).map(|(a, b)| a * b.sin()).sum();
    let weighted: f64 = x.iter().enumerate().map(|(i, v)| v * i as f64).sum();
    let positive: f64 = y.iter().filter(|v| **v > 0.0).map(|v| v.sqrt()).sum();
    let product: f64 = y.iter().skip(1).map(|v| v + 2.0).product();
    let strided: f64 = x.iter().step_by(2).zip(y.iter().rev()).map(|(a, b)| a * b).sum();
    let differences: f64 = x.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum();
    let pairs: f64 = y.chunks_exact(2).map(|c| c[0] * c[1]).sum();
    let first: f64 = x.iter().take(2).copied().sum();
    let count = y.iter().filter(|v| **v > 0.0).count();
    squares * products + weighted * positive + product * strided + differences * pairs + first * count as f64
}

#[test]
fn chains_of_iterators() {
    // As long as each other, the first or the second longer, and very short ones.
    for (m, n) in [(5, 5), (6, 3), (3, 6), (1, 1), (2, 1)] {
        let params = chains::Params { x: slice(1, m), y: slice(2, n) };
        check(&chains::objective(), &params, |p| chains(&p.x, &p.y));
    }
}

#[differentiable]
fn empty(x: &[f64], w: f64) -> f64 {
    let sum: f64 = x.iter().map(|v| v * w).sum();
    let product: f64 = x.iter().map(|v| v * w).product();
    let largest = x.iter().fold(w, |largest: f64, v| largest.max(v * 2.0));
    let windows: f64 = x.windows(3).map(|v| v[0] * v[2]).sum();
    let skipped: f64 = x.iter().skip(4).sum();
    sum + product * w + largest + windows + skipped
}

#[test]
fn iterators_over_nothing() {
    assert_eq!(empty::value_and_grad(&[], 3.0), (6.0, empty::Params { x: vec![], w: 2.0 }));
    for len in [1, 2, 3, 4, 5] {
        let params = empty::Params { x: slice(1, len), w: 0.7 };
        check(&empty::objective(), &params, |p| empty(&p.x, p.w));
    }
}

#[differentiable]
fn folds(x: &[f64; 4], m: &[[f64; 3]; 2]) -> f64 {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let product = x.iter().fold(2.0, |product, v| product * (v + 2.0));
    let sum = m.iter().map(|row| row.iter().map(|v| v * v).product::<f64>()).sum::<f64>();
    let mut total = 0.0;
    for row in m {
        for v in row.iter() {
            total += v.exp() * largest;
        }
        total += row[0] * row[2];
    }
    for (i, v) in x.iter().enumerate() {
        total += v * i as f64;
    }
    largest * product + sum * total
}

#[test]
fn folds_and_rows_of_arrays() {
    let params = folds::Params { x: [0.3, -0.7, 1.1, 0.4], m: [[0.2, -0.5, 0.9], [1.2, 0.3, -0.4]] };
    check(&folds::objective(), &params, |p| folds(&p.x, &p.m));
}

#[differentiable(wrt(points, centroids))]
fn nearest(points: &[[f64; 2]; 4], centroids: &[[f64; 2]; 3], weights: &[f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..4 {
        let mut smallest = f64::INFINITY;
        for c in centroids {
            let distance: f64 = c.iter().zip(points[i]).map(|(a, b)| (a - b).powi(2)).sum();
            smallest = smallest.min(distance);
        }
        total += smallest * weights[i];
    }
    total
}

#[test]
fn minimum_of_sums_in_a_sum() {
    let points = [[0.1, 0.9], [-0.4, 0.3], [0.7, -0.6], [-0.9, -0.8]];
    let centroids = [[0.3, 0.4], [-0.5, -0.2], [0.9, -0.9]];
    let weights = [1.0, 0.5, -0.3, 2.0];
    check(&nearest::objective(&weights), &nearest::Params { points, centroids }, |p| {
        nearest(&p.points, &p.centroids, &weights)
    });
}

#[differentiable(wrt(x))]
fn by_labels(x: &Matrix<f64>, labels: &[usize]) -> f64 {
    let mut total = 0.0;
    for (i, &label) in labels.iter().enumerate() {
        let row: f64 = (0..x.cols()).map(|j| x[[i, j]].exp()).sum();
        total += row.ln() - x[[i, label]];
    }
    total / labels.len() as f64
}

#[test]
fn indices_from_data() {
    let labels = [2, 0, 2];
    check(&by_labels::objective(&labels), &numbers(1, [3, 4]), |x| by_labels(x, &labels));
    // The same as the method of tensors.
    let x = numbers(1, [3, 4]);
    approx::assert_relative_eq!(
        by_labels::value(&x, &labels),
        x.cross_entropy(&labels),
        max_relative = 4.0 * f64::EPSILON
    );
}

#[differentiable]
fn generic<T: Real, const N: usize>(x: &[T; N], y: T) -> T {
    let mut total = T::ZERO;
    for i in 0..N {
        total += x[i] * y.powi(i as i32);
    }
    total
}

#[test]
fn loops_of_generic_functions() {
    let params = generic::Params { x: [0.3, -0.7, 1.1, 0.4], y: 0.7 };
    check(&generic::objective(), &params, |p| generic(&p.x, p.y));
}
