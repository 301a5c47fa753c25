//! What functions do with tensors (products, reductions, losses) against central differences. A result
//! that is an array is weighted before it is summed, so that each of its elements has another adjoint.

mod check;

use check::{check, numbers};
use gradus::prelude::*;

type Cube = Tensor<f64, 3>;

#[differentiable]
fn batched_product(a: &Tensor<f64, 3>, b: &Tensor<f64, 3>, c: &Tensor<f64, 3>) -> f64 {
    (a.matmul(b) * c).sum()
}

#[test]
fn products_of_batches() {
    let params = batched_product::Params {
        a: numbers(1, [2, 3, 4]),
        b: numbers(2, [2, 4, 5]),
        c: numbers(3, [2, 3, 5]),
    };
    check(&batched_product::objective(), &params, |p| batched_product(&p.a, &p.b, &p.c));
}

#[differentiable]
fn vector_products(a: &Vector<f64>, m: &Matrix<f64>, b: &Vector<f64>) -> f64 {
    a.matmul(m).dot(b) * m.matmul(b).square().dot(a)
}

#[test]
fn products_of_a_matrix_and_vectors() {
    let params = vector_products::Params { a: numbers(1, [3]), m: numbers(2, [3, 4]), b: numbers(3, [4]) };
    check(&vector_products::objective(), &params, |p| vector_products(&p.a, &p.m, &p.b));
}

#[differentiable]
fn chain(a: &Matrix<f64>, b: &Matrix<f64>, c: &Matrix<f64>) -> f64 {
    a.matmul(b).matmul(c).square().sum() + a.matmul(&b.matmul(c)).sin().sum()
}

#[test]
fn chains_of_products() {
    let params = chain::Params { a: numbers(1, [2, 3]), b: numbers(2, [3, 4]), c: numbers(3, [4, 5]) };
    check(&chain::objective(), &params, |p| chain(&p.a, &p.b, &p.c));
}

#[differentiable]
fn outer(a: &Vector<f64>, b: &Vector<f64>, c: &Matrix<f64>) -> f64 {
    (a.outer(b) * c).sum()
}

#[test]
fn outer_products() {
    let params = outer::Params { a: numbers(1, [3]), b: numbers(2, [4]), c: numbers(3, [3, 4]) };
    check(&outer::objective(), &params, |p| outer(&p.a, &p.b, &p.c));
    let square = outer::Params { a: numbers(1, [3]), b: numbers(2, [3]), c: numbers(3, [3, 3]) };
    check(&outer::objective(), &square, |p| outer(&p.a, &p.b, &p.c));
}

#[differentiable]
fn transposed(a: &Matrix<f64>, b: &Tensor<f64, 3>, c: &Matrix<f64>, d: &Tensor<f64, 3>) -> f64 {
    (a.t() * c).sum() + (b.t() * d).sum() + (a.t().exp() * a.t()).sum()
}

#[test]
fn transposes() {
    let (b, d): (Cube, Cube) = (numbers(2, [2, 3, 4]), numbers(4, [2, 4, 3]));
    let params = transposed::Params { a: numbers(1, [3, 2]), b, c: numbers(3, [2, 3]), d };
    check(&transposed::objective(), &params, |p| transposed(&p.a, &p.b, &p.c, &p.d));
}

#[differentiable(wrt(x))]
fn gram(x: &Matrix<f64>, rows: &Matrix<f64>, cols: &Matrix<f64>) -> f64 {
    (x.matmul(&x.t()) * rows).sum() + (x.t().matmul(x) * cols).sum()
}

#[test]
fn gram_matrices() {
    let (rows, cols) = (numbers(1, [3, 3]), numbers(2, [4, 4]));
    check(&gram::objective(&rows, &cols), &numbers(3, [3, 4]), |x| gram(x, &rows, &cols));
}

#[differentiable]
fn squares(x: &Matrix<f64>) -> f64 {
    (x.matmul(x) * x).sum() + (x + x.t()).powi(3).sum() + x.matmul(&x.t()).matmul(x).sum()
}

#[test]
fn matrices_that_must_be_square() {
    check(&squares::objective(), &numbers(1, [3, 3]), squares);
}

#[differentiable]
fn residual(h: &Matrix<f64>, w: &Matrix<f64>) -> f64 {
    let h = (h + h.matmul(w)).tanh();
    let h = (&h + h.matmul(w)).tanh();
    h.square().mean()
}

#[test]
fn residual_layers() {
    let params = residual::Params { h: numbers(1, [4, 3]), w: numbers(2, [3, 3]) };
    check(&residual::objective(), &params, |p| residual(&p.h, &p.w));
    let square = residual::Params { h: numbers(1, [3, 3]), w: numbers(2, [3, 3]) };
    check(&residual::objective(), &square, |p| residual(&p.h, &p.w));
}

#[differentiable(wrt(x))]
fn along_axes(x: &Tensor<f64, 3>, a: &Matrix<f64>, b: &Matrix<f64>, c: &Matrix<f64>) -> f64 {
    let first = ((x.max_axis(0) + x.min_axis(0).exp() + x.mean_axis(0).sin() * x.sum_axis(0)) * a).sum();
    let second = ((x.max_axis(1) + x.min_axis(1).exp() + x.mean_axis(1).sin() * x.sum_axis(1)) * b).sum();
    let third = ((x.max_axis(2) + x.min_axis(2).exp() + x.mean_axis(2).sin() * x.sum_axis(2)) * c).sum();
    first + second * third
}

#[test]
fn reductions_of_each_axis() {
    let [a, b, c] = [numbers(1, [3, 4]), numbers(2, [2, 4]), numbers(3, [2, 3])];
    check(&along_axes::objective(&a, &b, &c), &numbers(4, [2, 3, 4]), |x| along_axes(x, &a, &b, &c));
    let [a, b, c] = [numbers(1, [3, 3]), numbers(2, [3, 3]), numbers(3, [3, 3])];
    check(&along_axes::objective(&a, &b, &c), &numbers(4, [3, 3, 3]), |x| along_axes(x, &a, &b, &c));
}

#[differentiable]
fn of_all(x: &Matrix<f64>) -> f64 {
    x.max() * x.min() + x.norm() * x.mean() + x.sum().sin()
}

#[test]
fn reductions_of_everything() {
    check(&of_all::objective(), &numbers(1, [3, 4]), of_all);
    check(&of_all::objective(), &numbers(1, [1, 1]), of_all);
}

#[differentiable]
fn products_of_numbers(x: &Vector<f64>, y: &Matrix<f64>) -> f64 {
    x.prod() * 3.0 + (y + 0.5).prod().sin()
}

#[test]
fn products_of_numbers_with_zeros_among_them() {
    for zeros in [&[][..], &[1], &[0, 3]] {
        let mut x = numbers(1, [4]) + 1.5;
        zeros.iter().for_each(|&zero| x[zero] = 0.0);
        let params = products_of_numbers::Params { x, y: numbers(2, [2, 3]) };
        check(&products_of_numbers::objective(), &params, |p| products_of_numbers(&p.x, &p.y));
    }
}

#[differentiable]
fn normalised(x: &Matrix<f64>, a: &Matrix<f64>, b: &Vector<f64>, c: &Vector<f64>) -> f64 {
    let first = ((x.softmax(0) + x.log_softmax(0)) * a).sum() + (x.logsumexp(0) * b).sum();
    let second = ((x.softmax(1) * x.log_softmax(1)) * a).sum() + (x.logsumexp(1) * c).sum();
    first * second
}

#[test]
fn softmax_and_its_kin() {
    let (a, b, c): (_, Vector<f64>, _) = (numbers(2, [3, 4]), numbers(3, [4]), numbers(4, [3]));
    let params = normalised::Params { x: numbers(1, [3, 4]), a, b, c };
    check(&normalised::objective(), &params, |p| normalised(&p.x, &p.a, &p.b, &p.c));
    let params = normalised::Params {
        x: numbers(1, [3, 3]),
        a: numbers(2, [3, 3]),
        b: numbers(3, [3]),
        c: numbers(4, [3]),
    };
    check(&normalised::objective(), &params, |p| normalised(&p.x, &p.a, &p.b, &p.c));
}

#[differentiable]
fn normalised_vector(x: &Vector<f64>, c: &Vector<f64>) -> f64 {
    x.logsumexp(0) * (x.softmax(0) * c).sum() + (x.log_softmax(0) * c).sum()
}

#[test]
fn softmax_of_a_vector() {
    let params = normalised_vector::Params { x: numbers(1, [4]), c: numbers(2, [4]) };
    check(&normalised_vector::objective(), &params, |p| normalised_vector(&p.x, &p.c));
    // Adding 1000 to all changes neither the softmax nor the gradient of logsumexp.
    let large = normalised_vector::grad(&(numbers(1, [4]) + 1000.0), &numbers(2, [4]));
    assert!(large.x.iter().all(|g| g.is_finite()));
}

#[differentiable]
fn huber(x: &Matrix<f64>, y: &Matrix<f64>, delta: f64) -> f64 {
    x.huber_loss(y, delta) * 3.0
}

#[differentiable]
fn entropy(x: &Matrix<f64>, y: &Matrix<f64>) -> f64 {
    x.binary_cross_entropy_with_logits(y) + x.mse_loss(y).sqrt()
}

#[test]
fn losses() {
    // The differences are on both sides of 0.7, and none is near it.
    let params = huber::Params { x: numbers(1, [3, 4]), y: numbers(2, [3, 4]), delta: 0.7 };
    let differences = (&params.x - &params.y).abs();
    assert!(differences.min() < 0.6 && differences.max() > 0.8);
    check(&huber::objective(), &params, |p| huber(&p.x, &p.y, p.delta));

    let params = entropy::Params { x: numbers(1, [3, 4]) * 5.0, y: numbers(2, [3, 4]) };
    check(&entropy::objective(), &params, |p| entropy(&p.x, &p.y));
}

#[differentiable]
fn centred(x: &Vector<f64>) -> f64 {
    (x - x.mean()).powi(3).sum() + (x - x.mean()).square().sum().sqrt()
}

#[test]
fn an_array_less_its_mean() {
    check(&centred::objective(), &numbers(1, [5]), centred);
}

#[differentiable(wrt(x))]
fn standardised(x: &Matrix<f64>, c: &Matrix<f64>) -> f64 {
    let centred = x - x.mean_axis(0);
    let deviation = centred.square().mean_axis(0).sqrt();
    (centred / deviation * c).tanh().sum()
}

#[test]
fn columns_standardised_by_their_own_moments() {
    let c = numbers(2, [5, 3]);
    check(&standardised::objective(&c), &numbers(1, [5, 3]), |x| standardised(x, &c));
    let c = numbers(2, [3, 3]);
    check(&standardised::objective(&c), &numbers(1, [3, 3]), |x| standardised(x, &c));
}

#[differentiable]
fn four_axes(x: &Tensor<f64, 4>, y: &Matrix<f64>, z: &Tensor<f64, 3>) -> f64 {
    let repeated = x.sum_axis(3).insert_axis(3, 2);
    ((x + y).tanh() * repeated * z).sum() + x.sum_axis(1).max()
}

#[test]
fn tensors_with_four_axes() {
    let params =
        four_axes::Params { x: numbers(1, [2, 3, 4, 2]), y: numbers(2, [4, 2]), z: numbers(3, [3, 4, 2]) };
    check(&four_axes::objective(), &params, |p| four_axes(&p.x, &p.y, &p.z));
}

#[differentiable]
fn distances(x: &Matrix<f64>, y: &Matrix<f64>, n: usize, k: usize) -> f64 {
    let square = (x.insert_axis(1, k) - y.insert_axis(0, n)).square().sum_axis(2);
    square.min_axis(1).sum() + (square + 0.5).sqrt().mean()
}

#[test]
fn distances_between_rows() {
    let params = distances::Params { x: numbers(1, [4, 2]), y: numbers(2, [3, 2]) };
    check(&distances::objective(4, 3), &params, |p| distances(&p.x, &p.y, 4, 3));
}

#[differentiable]
fn broadcast(a: &Matrix<f64>, b: &Vector<f64>, c: f64) -> f64 {
    let sum = a + b - c;
    let quotient = b / (a * a + 2.0) + c / (b + 3.0);
    (sum * quotient + a).sum() + (b - a).square().mean()
}

#[test]
fn vectors_along_the_rows_of_a_matrix() {
    let params = broadcast::Params { a: numbers(1, [3, 4]), b: numbers(2, [4]), c: 0.7 };
    check(&broadcast::objective(), &params, |p| broadcast(&p.a, &p.b, p.c));
    let square = broadcast::Params { a: numbers(1, [4, 4]), b: numbers(2, [4]), c: 0.7 };
    check(&broadcast::objective(), &square, |p| broadcast(&p.a, &p.b, p.c));
}

#[differentiable]
fn masks(x: &Matrix<f64>, u: &Vector<f64>) -> f64 {
    let range = (x.logsumexp(1) - x.min_axis(1)).max();
    let outer = u.maximum(x.mean_axis(1)).outer(&(u * range)).min();
    range * (u.outer(u) - x.log_softmax(0)).norm() + outer
}

/// The derivative of a maximum compares each element with it, and so needs it first.
#[test]
fn extremes_of_what_is_computed_by_rows() {
    let params = masks::Params { x: numbers(7, [3, 3]), u: numbers(8, [3]) };
    check(&masks::objective(), &params, |p| masks(&p.x, &p.u));
}
