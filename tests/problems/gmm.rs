//! The posterior of a Gaussian mixture: nested loops with scratch vectors, a helper that is put in where it
//! is called, and a call of a function that only sees data.

use std::f64::consts::PI;

use gradus::prelude::*;

/// ln Γ(n / 2) by Γ(a + 1) = a Γ(a), from Γ(1/2) = √π or Γ(1) = 1.
fn ln_gamma_of_half(n: usize) -> f64 {
    let start = if n % 2 == 1 { PI.ln() / 2.0 } else { 0.0 };
    let factors = (1..n).filter(|factor| factor % 2 == n % 2);
    start + factors.map(|factor| (factor as f64 / 2.0).ln()).sum::<f64>()
}

/// The part of the prior of a component in which none of its parameters is.
pub(crate) fn wishart_constant(d: usize, m: usize, gamma: f64) -> f64 {
    let freedom = d + m + 1;
    let gammas: f64 = (m + 2..=freedom).map(ln_gamma_of_half).sum();
    let multivariate = (d * (d - 1)) as f64 / 4.0 * PI.ln() + gammas;
    (freedom * d) as f64 * (gamma.ln() - 2.0_f64.ln() / 2.0) - multivariate
}

#[differentiable]
pub(crate) mod mixture {
    use super::{Matrix, PI, wishart_constant};

    fn log_sum_exp(v: &[f64]) -> f64 {
        let largest = v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        largest + v.iter().map(|v| (v - largest).exp()).sum::<f64>().ln()
    }

    /// The log posterior of a mixture, given the points in the rows of `x`.
    ///
    /// The weight of component j is proportional to exp(`alpha[j]`), and its inverse covariance is QᵀQ with a
    /// lower triangular Q: the diagonal is exp of row j of `q`, and row j of `l` has what stands below, one
    /// column behind the other.
    #[differentiable(wrt(alpha, means, q, l))]
    pub(crate) fn log_posterior(
        alpha: &[f64],
        means: &Matrix<f64>,
        q: &Matrix<f64>,
        l: &Matrix<f64>,
        x: &Matrix<f64>,
        m: usize,
        gamma: f64,
    ) -> f64 {
        let (n, d, k) = (x.rows(), x.cols(), alpha.len());
        let diagonals = q.exp();

        let mut likelihood = -0.5 * (n * d) as f64 * (2.0_f64 * PI).ln();
        for i in 0..n {
            let mut terms = vec![0.0; k];
            for j in 0..k {
                let mut centred = vec![0.0; d];
                for r in 0..d {
                    centred[r] = x[[i, r]] - means[[j, r]];
                }
                terms[j] = alpha[j];
                for r in 0..d {
                    let mut z = diagonals[[j, r]] * centred[r];
                    for c in 0..r {
                        z += l[[j, c * (2 * d - c - 1) / 2 + r - c - 1]] * centred[c];
                    }
                    terms[j] += q[[j, r]] - 0.5 * z * z;
                }
            }
            let term: f64 = log_sum_exp(&terms);
            likelihood += term;
        }
        let weights: f64 = log_sum_exp(alpha);

        let constant: f64 = wishart_constant(d, m, gamma);
        let squares = diagonals.square().sum() + l.square().sum();
        let prior = k as f64 * constant - 0.5 * gamma * gamma * squares + m as f64 * q.sum();

        likelihood - n as f64 * weights + prior
    }
}
