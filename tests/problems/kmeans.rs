//! Clusters: the distances of all points to all centroids at once.

use gradus::prelude::*;

#[differentiable(wrt(centroids))]
pub(crate) fn cost(points: &Matrix<f64>, centroids: &Matrix<f64>) -> f64 {
    let differences = points.insert_axis(1, centroids.rows()) - centroids;
    differences.square().sum_axis(2).min_axis(1).sum()
}
