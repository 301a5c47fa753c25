//! The problems that take a few lines.

#[path = "../../problems/ba.rs"]
mod ba;
#[path = "../../problems/det.rs"]
mod det;
#[path = "../../problems/kmeans.rs"]
mod kmeans;
#[path = "../../problems/llsq.rs"]
mod llsq;
#[path = "../../problems/lse.rs"]
mod lse;
#[path = "../../problems/ode.rs"]
mod ode;

use std::hint::black_box;

use ba::camera;
use det::determinant;
use gradus::prelude::*;
use kmeans::cost;
use llsq::least_squares;
use lse::{log_sum_exp, log_sum_exp_by_name};
use ode::runge_kutta;

use crate::common::Case;
use crate::{case, numbers};

/// The errors of an observation, and the block of 2 x 15 derivatives with that of the weight's error.
pub(crate) fn ba(present: impl FnOnce(Case<'_>)) {
    let camera = [0.1, -0.2, 0.3, 0.5, -0.4, 0.2, 1.5, 0.1, -0.1, 0.02, -0.01];
    let observation = (&camera, &[0.7, -0.3, 4.0], 0.8, &[0.2, 0.1]);
    present(case(
        || {
            let (camera, x, w, feature) = black_box(observation);
            let [u, v] = camera::reprojection::value(camera, x, w, feature);
            u + v + camera::weight_error::value(w)
        },
        || {
            let (camera, x, w, feature) = black_box(observation);
            let ([u, v], block) = camera::reprojection::value_and_jacobian(camera, x, w, feature);
            let (error, by_weight) = camera::weight_error::value_and_grad(w);
            black_box((block, by_weight));
            u + v + error
        },
        || {
            let (camera, x, w, feature) = black_box(observation);
            let [u, v] = camera::reprojection(camera, x, w, feature);
            u + v + camera::weight_error(w)
        },
    ));
}

pub(crate) fn ode(n: usize, steps: usize, present: impl FnOnce(Case<'_>)) {
    let x = numbers(n, 1);
    let mut grad = vec![0.0; n];
    present(case(
        || runge_kutta::last::value(black_box(&x), steps),
        || runge_kutta::last::value_and_grad_into(black_box(&x), steps, &mut grad),
        || runge_kutta::last(black_box(&x), steps),
    ));
}

pub(crate) fn det(n: usize, present: impl FnOnce(Case<'_>)) {
    let a = Matrix::from_vec([n, n], numbers(n * n, 1)).expect("as many numbers");
    let mut grad = a.zeros_like();
    present(case(
        || determinant::value(black_box(&a), 0, 0),
        || determinant::value_and_grad_into(black_box(&a), 0, 0, &mut grad),
        || determinant(black_box(&a), 0, 0),
    ));
}

pub(crate) fn llsq(m: usize, n: usize, present: impl FnOnce(Case<'_>)) {
    let (x, t) = (Vector::from(numbers(m, 1)), Vector::linspace(-1.0, 1.0, n));
    let s = t.map(f64::signum);
    let powers: Vec<f64> = t.iter().flat_map(|t| (0..m as i32).map(move |power| t.powi(power))).collect();
    let powers = Matrix::from_vec([n, m], powers).expect("as many powers");
    let mut grad = x.zeros_like();
    present(case(
        || least_squares::value(black_box(&x), &powers, &s),
        || least_squares::value_and_grad_into(black_box(&x), &powers, &s, &mut grad),
        || least_squares(black_box(&x), &powers, &s),
    ));
}

pub(crate) fn lse(n: usize, present: impl FnOnce(Case<'_>)) {
    let x = Vector::from(numbers(n, 1));
    let mut grad = x.zeros_like();
    present(case(
        || log_sum_exp::value(black_box(&x)),
        || log_sum_exp::value_and_grad_into(black_box(&x), &mut grad),
        || log_sum_exp(black_box(&x)),
    ));
}

pub(crate) fn lse_by_name(n: usize, present: impl FnOnce(Case<'_>)) {
    let x = Vector::from(numbers(n, 1));
    let mut grad = x.zeros_like();
    present(case(
        || log_sum_exp_by_name::value(black_box(&x)),
        || log_sum_exp_by_name::value_and_grad_into(black_box(&x), &mut grad),
        || log_sum_exp_by_name(black_box(&x)),
    ));
}

pub(crate) fn kmeans(n: usize, k: usize, d: usize, present: impl FnOnce(Case<'_>)) {
    let points = Matrix::from_vec([n, d], numbers(n * d, 1)).expect("as many numbers");
    let centroids = Matrix::from_vec([k, d], numbers(k * d, 2)).expect("as many numbers");
    let mut grad = centroids.zeros_like();
    present(case(
        || cost::value(black_box(&points), &centroids),
        || cost::value_and_grad_into(black_box(&points), &centroids, &mut grad),
        || cost(black_box(&points), &centroids),
    ));
}
