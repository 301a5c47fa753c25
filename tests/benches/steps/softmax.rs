//! Softmax regression.

use gradus::prelude::*;

use crate::common::data::numbers;
use crate::common::{Case, Contender, Limit};
use crate::models::softmax;
use crate::peer::peer;
use crate::products::{Factor, Product, gemm, ndarray};
use crate::targets::labels;
use crate::training::ours;

/// The sum of the cross entropies of rows of logits, which become `scale` times its derivatives by them.
pub(crate) fn cross_entropy(logits: &mut [f32], classes: usize, labels: &[usize], scale: f32) -> f64 {
    let mut total = 0.0;
    for (row, &label) in logits.chunks_exact_mut(classes).zip(labels) {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let own = row[label] - largest;
        row.iter_mut().for_each(|z| *z = (*z - largest).exp());
        let sum: f32 = row.iter().sum();
        total += f64::from(sum.ln() - own);
        row.iter_mut().for_each(|z| *z *= scale / sum);
        row[label] -= scale;
    }
    total
}

/// Adds every row to `sums`.
pub(crate) fn add_rows(rows: &[f32], sums: &mut [f32]) {
    for row in rows.chunks_exact(sums.len()) {
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
}

struct Data {
    x: Matrix,
    labels: Vec<usize>,
    classes: usize,
}

impl Data {
    /// By hand: every row is read once.
    fn one_pass(&self, params: &[f32], grad: &mut [f32]) -> f32 {
        let (n, d, k) = (self.x.rows(), self.x.cols(), self.classes);
        let (w, b) = params.split_at(d * k);
        grad.fill(0.0);
        let (grad_w, grad_b) = grad.split_at_mut(d * k);
        let mut logits = vec![0.0; k];
        let mut total = 0.0;
        for (row, label) in self.x.data().chunks_exact(d).zip(&self.labels) {
            logits.copy_from_slice(b);
            for (x, w) in row.iter().zip(w.chunks_exact(k)) {
                logits.iter_mut().zip(w).for_each(|(z, w)| *z += x * w);
            }
            total += cross_entropy(&mut logits, k, std::slice::from_ref(label), 1.0 / n as f32);
            for (x, grad) in row.iter().zip(grad_w.chunks_exact_mut(k)) {
                grad.iter_mut().zip(&logits).for_each(|(grad, slope)| *grad += x * slope);
            }
            add_rows(&logits, grad_b);
        }
        (total / n as f64) as f32
    }

    /// As libraries do it, by products of matrices.
    fn two_passes(&self, params: &[f32], grad: &mut [f32], logits: &mut [f32], product: Product) -> f32 {
        let (n, d, k) = (self.x.rows(), self.x.cols(), self.classes);
        let (w, b) = params.split_at(d * k);
        let x = Factor::new(self.x.data(), [n, d]);
        product(x, Factor::new(w, [d, k]), logits);
        for row in logits.chunks_exact_mut(k) {
            row.iter_mut().zip(b).for_each(|(z, b)| *z += b);
        }
        let total = cross_entropy(logits, k, &self.labels, 1.0 / n as f32);
        let (grad_w, grad_b) = grad.split_at_mut(d * k);
        product(x.t(), Factor::new(logits, [n, k]), grad_w);
        grad_b.fill(0.0);
        add_rows(logits, grad_b);
        (total / n as f64) as f32
    }
}

pub(crate) fn case(n: usize, d: usize, classes: usize, present: impl FnOnce(Case<'_>)) {
    let x = Matrix::from_vec([n, d], numbers(n * d, 1)).expect("as many numbers");
    let labels = labels(x.data(), d, classes);
    let data = &Data { x, labels, classes };
    let params = softmax::Params { w: Matrix::zeros([d, classes]), b: Vector::zeros([classes]) };
    let start = vec![0.0; (d + 1) * classes];
    let [gemm, ndarray] = [gemm as Product, ndarray].map(|product| {
        let mut logits = vec![0.0; n * classes];
        let gradient =
            move |params: &[f32], grad: &mut [f32]| data.two_passes(params, grad, &mut logits, product);
        peer(start.clone(), gradient)
    });
    let by_hand = peer(start, |params, grad| data.one_pass(params, grad));
    present(Case {
        steps: 1,
        contenders: vec![
            Contender::new("ours", ours(softmax::objective(&data.x, &data.labels), params)),
            Contender::new("by hand", by_hand),
            Contender::new("gemm", gemm),
            Contender::new("ndarray", ndarray),
        ],
        limit: Limit { reads: vec![data.x.data()], flops: (4 * n * d * classes) as f64 },
    });
}
