//! Problems of the public benchmark GradBench against its reference values.

#[path = "problems/kmeans.rs"]
mod kmeans;
#[path = "problems/llsq.rs"]
mod llsq;
#[path = "problems/lse.rs"]
mod lse;
mod reference;

use gradus::prelude::*;
use kmeans::cost;
use llsq::least_squares;
use lse::{log_sum_exp, log_sum_exp_by_name};
use reference::{Case, assert_agrees, cases, flat, matrix};

#[differentiable]
fn square(x: f64) -> f64 {
    x * x
}

/// `double` asks for the derivative of `square`; the driver applies both in turn, four times.
#[test]
fn hello() {
    let mut x = 1.0;
    let mut seen = Vec::new();
    for _ in 0..4 {
        let y = square::value(x);
        seen.push((y, square::grad(y)));
        x = square::grad(y);
    }
    assert_eq!(seen, [(1.0, 2.0), (4.0, 8.0), (64.0, 128.0), (16384.0, 32768.0)]);
}

#[test]
fn lse() {
    for Case { function, input, output } in cases(include_str!("data/gradbench/lse.json")) {
        let x = Vector::from(flat(&input["x"]));
        match function.as_str() {
            "primal" => {
                assert_agrees(&[log_sum_exp::value(&x)], &output);
                assert_agrees(&[log_sum_exp_by_name::value(&x)], &output);
            }
            _ => {
                assert_agrees(log_sum_exp::grad(&x).data(), &output);
                assert_agrees(log_sum_exp_by_name::grad(&x).data(), &output);
            }
        }
    }
}

#[test]
fn llsq() {
    for Case { function, input, output } in cases(include_str!("data/gradbench/llsq.json")) {
        let x = Vector::from(flat(&input["x"]));
        let n = input["n"].as_u64().expect("a count") as usize;
        let t = Vector::linspace(-1.0, 1.0, n);
        let sign = |t: f64| if t == 0.0 { 0.0 } else { t.signum() };
        let s = t.map(sign);
        let mut powers = Matrix::ones([n, x.len()]);
        for i in 0..n {
            for j in 1..x.len() {
                powers[[i, j]] = powers[[i, j - 1]] * t[i];
            }
        }
        match function.as_str() {
            "primal" => assert_agrees(&[least_squares::value(&x, &powers, &s)], &output),
            _ => assert_agrees(least_squares::grad(&x, &powers, &s).data(), &output),
        }
    }
}

/// How many points are nearest to each centroid.
fn counts(points: &Matrix<f64>, centroids: &Matrix<f64>) -> Vec<f64> {
    let mut counts = vec![0.0; centroids.rows()];
    for point in (0..points.rows()).map(|i| points.row(i)) {
        let distance =
            |j: &usize| -> f64 { point.iter().zip(centroids.row(*j)).map(|(p, c)| (p - c).square()).sum() };
        let nearest = (0..centroids.rows()).min_by(|i, j| distance(i).total_cmp(&distance(j)));
        counts[nearest.expect("there are centroids")] += 1.0;
    }
    counts
}

/// `dir` is the gradient over the Hessian's diagonal, which is twice the number of a centroid's points.
#[test]
fn kmeans() {
    for Case { function, input, output } in cases(include_str!("data/gradbench/kmeans.json")) {
        let (points, centroids) = (matrix(&input["points"]), matrix(&input["centroids"]));
        if function == "cost" {
            assert_agrees(&[cost::value(&points, &centroids)], &output);
            continue;
        }
        let counts = counts(&points, &centroids);
        let grad = cost::grad(&points, &centroids);
        let entry = |place: usize| grad.data()[place] / (2.0 * counts[place / centroids.cols()]);
        assert_agrees(&(0..grad.len()).map(entry).collect::<Vec<_>>(), &output);
    }
}
