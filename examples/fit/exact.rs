//! The exact least-squares solution, to compare with.

use gradus::prelude::*;

use crate::table::Table;

/// The solution of a linear regression.
pub(crate) struct Exact {
    pub(crate) weight: Vector<f64>,
    pub(crate) bias: f64,
    pub(crate) loss: f64,
}

/// Solves the normal equations `xᵀx w = xᵀ(y - mean y)`; `None` if the features depend on each other.
pub(crate) fn least_squares(table: &Table) -> Option<Exact> {
    let Table { x, y, .. } = table;
    // The features' means are zero, so the bias is that of a model without features.
    let bias = y.mean();
    let weight = solve(x.t().matmul(x), x.t().matmul(&(y - bias)))?;
    let loss = (x.matmul(&weight) + bias).mse_loss(y);
    Some(Exact { weight, bias, loss })
}

/// Solves `a w = b` for a symmetric positive definite `a` by Cholesky's decomposition, in place.
fn solve(mut a: Matrix<f64>, mut b: Vector<f64>) -> Option<Vector<f64>> {
    /// What is left of a diagonal entry whose column the others explain is rounding, of about this share.
    const ROUNDING: f64 = 1e-12;
    let n = b.len();
    for j in 0..n {
        let diagonal = a[[j, j]];
        let rest = (0..j).fold(diagonal, |rest, k| rest - a[[j, k]].square());
        if rest <= ROUNDING * diagonal {
            return None;
        }
        a[[j, j]] = rest.sqrt();
        for i in j + 1..n {
            let rest = (0..j).fold(a[[i, j]], |rest, k| rest - a[[i, k]] * a[[j, k]]);
            a[[i, j]] = rest / a[[j, j]];
        }
    }
    for i in 0..n {
        b[i] = (0..i).fold(b[i], |rest, k| rest - a[[i, k]] * b[k]) / a[[i, i]];
    }
    for i in (0..n).rev() {
        b[i] = (i + 1..n).fold(b[i], |rest, k| rest - a[[k, i]] * b[k]) / a[[i, i]];
    }
    Some(b)
}
