//! The losses, as a user writes them.

use gradus::prelude::*;

/// Linear regression.
#[differentiable(wrt(w, b))]
pub(crate) fn linear(w: &Vector, b: f32, x: &Matrix, y: &Vector) -> f32 {
    (x.matmul(w) + b).mse_loss(y)
}

/// Logistic regression.
#[differentiable(wrt(w, b))]
pub(crate) fn logistic(w: &Vector, b: f32, x: &Matrix, y: &Vector) -> f32 {
    (x.matmul(w) + b).binary_cross_entropy_with_logits(y)
}

/// Linear regression that outliers do not pull as far.
#[differentiable(wrt(w, b))]
pub(crate) fn huber(w: &Vector, b: f32, x: &Matrix, y: &Vector) -> f32 {
    (x.matmul(w) + b).huber_loss(y, 0.5)
}

/// Softmax regression.
#[differentiable(wrt(w, b))]
pub(crate) fn softmax(w: &Matrix, b: &Vector, x: &Matrix, labels: &[usize]) -> f32 {
    (x.matmul(w) + b).cross_entropy(labels)
}

/// Transcendental functions of two parameters and a vector.
#[differentiable(wrt(w, b))]
pub(crate) fn elementwise(w: f32, b: f32, x: &Vector) -> f32 {
    ((x * w + b).tanh().softplus() + x.sigmoid()).mean()
}

/// A network with a hidden layer.
#[differentiable(wrt(w1, b1, w2, b2))]
pub(crate) fn mlp(w1: &Matrix, b1: &Vector, w2: &Matrix, b2: &Vector, x: &Matrix, labels: &[usize]) -> f32 {
    let hidden = (x.matmul(w1) + b1).relu();
    (hidden.matmul(w2) + b2).cross_entropy(labels)
}
