//! The posterior of a Gaussian mixture.

#[path = "../../problems/gmm.rs"]
mod problem;

use std::f64::consts::PI;
use std::hint::black_box;

use gradus::prelude::*;
use problem::mixture::log_posterior;
use problem::wishart_constant;

use crate::common::{Case, Contender};
use crate::{Call, case as timed, numbers};

const M: usize = 0;
const GAMMA: f64 = 1.0;

struct Mixture {
    params: log_posterior::Params,
    x: Matrix<f64>,
}

/// `ln Σ exp(v)`.
fn log_sum_exp(v: &[f64]) -> f64 {
    let largest = v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + v.iter().map(|v| (v - largest).exp()).sum::<f64>().ln()
}

impl Mixture {
    /// The same by hand, over rows of numbers.
    fn by_hand(&self) -> f64 {
        let Mixture { params: log_posterior::Params { alpha, means, q, l }, x } = self;
        let (n, d, k) = (x.rows(), x.cols(), alpha.len());
        let diagonals = q.map(f64::exp);
        let sums: Vec<f64> = (0..k).map(|j| alpha[j] + q.row(j).iter().sum::<f64>()).collect();
        let (mut terms, mut centred, mut z) = (vec![0.0; k], vec![0.0; d], vec![0.0; d]);
        let mut likelihood = 0.0;
        for i in 0..n {
            for j in 0..k {
                for ((centred, x), mean) in centred.iter_mut().zip(x.row(i)).zip(means.row(j)) {
                    *centred = x - mean;
                }
                for ((z, diagonal), centred) in z.iter_mut().zip(diagonals.row(j)).zip(&centred) {
                    *z = diagonal * centred;
                }
                // Column by column, as the numbers lie in memory.
                let mut below = l.row(j);
                for c in 0..d {
                    let (column, rest) = below.split_at(d - c - 1);
                    for (z, l) in z[c + 1..].iter_mut().zip(column) {
                        *z += l * centred[c];
                    }
                    below = rest;
                }
                terms[j] = sums[j] - 0.5 * z.iter().map(|z| z * z).sum::<f64>();
            }
            likelihood += log_sum_exp(&terms);
        }
        let constant = -0.5 * (n * d) as f64 * (2.0 * PI).ln() - n as f64 * log_sum_exp(alpha);
        let squares: f64 = diagonals.iter().chain(l.iter()).map(|number| number * number).sum();
        let prior = k as f64 * wishart_constant(d, M, GAMMA) - 0.5 * GAMMA * GAMMA * squares;
        likelihood + constant + prior + M as f64 * q.iter().sum::<f64>()
    }
}

pub(crate) fn case(n: usize, d: usize, k: usize, present: impl FnOnce(Case<'_>)) {
    let matrix = |rows, cols, seed| Matrix::from_vec([rows, cols], numbers(rows * cols, seed));
    let params = |()| -> Result<_, ShapeError> {
        let (means, q, l) = (matrix(k, d, 2)?, matrix(k, d, 3)?, matrix(k, d * (d - 1) / 2, 4)?);
        Ok(log_posterior::Params { alpha: numbers(k, 1), means, q, l })
    };
    let mixture = Mixture {
        params: params(()).expect("as many numbers"),
        x: matrix(n, d, 5).expect("as many numbers"),
    };
    let Mixture { params: log_posterior::Params { alpha, means, q, l }, x } = &mixture;
    let mut grad = mixture.params.zeros_like();
    let mut timed = timed(
        || log_posterior::value(black_box(alpha), means, q, l, x, M, GAMMA),
        move || log_posterior::value_and_grad_into(black_box(alpha), means, q, l, x, M, GAMMA, &mut grad),
        || log_posterior(black_box(alpha), means, q, l, x, M, GAMMA),
    );
    timed.contenders.push(Contender::new("by hand", Call(|| black_box(&mixture).by_hand())));
    present(timed);
}
