//! A network with a hidden layer, beside its gradient by hand on products of matrices.

use gradus::prelude::*;

use crate::common::data::numbers;
use crate::common::{Case, Contender, Limit};
use crate::models::mlp;
use crate::peer::peer;
use crate::products::{Factor, Product, gemm, ndarray};
use crate::softmax::{add_rows, cross_entropy};
use crate::targets::labels;
use crate::training::ours;

/// The hidden numbers and their derivatives, and the logits.
struct Buffers {
    hidden: Vec<f32>,
    slopes: Vec<f32>,
    logits: Vec<f32>,
}

struct Data {
    x: Matrix,
    labels: Vec<usize>,
    hidden: usize,
    classes: usize,
}

impl Data {
    /// Where each parameter ends: of both layers the weights and then the biases.
    fn ends(&self) -> [usize; 4] {
        let first = self.x.cols() * self.hidden;
        let second = first + self.hidden + self.hidden * self.classes;
        [first, first + self.hidden, second, second + self.classes]
    }

    fn gradient(&self, params: &[f32], grad: &mut [f32], buffers: &mut Buffers, product: Product) -> f32 {
        let [n, d, h, k] = [self.x.rows(), self.x.cols(), self.hidden, self.classes];
        let Buffers { hidden, slopes, logits } = buffers;
        let ends = self.ends();
        let (w1, b1) = (&params[..ends[0]], &params[ends[0]..ends[1]]);
        let (w2, b2) = (&params[ends[1]..ends[2]], &params[ends[2]..]);
        let x = Factor::new(self.x.data(), [n, d]);

        product(x, Factor::new(w1, [d, h]), hidden);
        for row in hidden.chunks_exact_mut(h) {
            row.iter_mut().zip(b1).for_each(|(z, b)| *z = (*z + b).max(0.0));
        }
        product(Factor::new(hidden, [n, h]), Factor::new(w2, [h, k]), logits);
        for row in logits.chunks_exact_mut(k) {
            row.iter_mut().zip(b2).for_each(|(z, b)| *z += b);
        }
        let total = cross_entropy(logits, k, &self.labels, 1.0 / n as f32);

        let (first, second) = grad.split_at_mut(ends[1]);
        let (grad_w1, grad_b1) = first.split_at_mut(ends[0]);
        let (grad_w2, grad_b2) = second.split_at_mut(ends[2] - ends[1]);
        let by_logits = Factor::new(logits, [n, k]);
        product(Factor::new(hidden, [n, h]).t(), by_logits, grad_w2);
        grad_b2.fill(0.0);
        add_rows(logits, grad_b2);
        product(by_logits, Factor::new(w2, [h, k]).t(), slopes);
        for (slope, hidden) in slopes.iter_mut().zip(hidden) {
            *slope = if *hidden > 0.0 { *slope } else { 0.0 };
        }
        product(x.t(), Factor::new(slopes, [n, h]), grad_w1);
        grad_b1.fill(0.0);
        add_rows(slopes, grad_b1);
        (total / n as f64) as f32
    }
}

pub(crate) fn case(n: usize, d: usize, hidden: usize, classes: usize, present: impl FnOnce(Case<'_>)) {
    let x = Matrix::from_vec([n, d], numbers(n * d, 1)).expect("as many numbers");
    let labels = labels(x.data(), d, classes);
    let data = &Data { x, labels, hidden, classes };
    let ends = data.ends();
    let start: Vec<f32> = numbers(ends[3], 4).into_iter().map(|number| 0.1 * number).collect();
    let matrix = |rows, cols, numbers: &[f32]| {
        Matrix::from_vec([rows, cols], numbers.to_vec()).expect("as many numbers")
    };
    let params = mlp::Params {
        w1: matrix(d, hidden, &start[..ends[0]]),
        b1: Vector::from(start[ends[0]..ends[1]].to_vec()),
        w2: matrix(hidden, classes, &start[ends[1]..ends[2]]),
        b2: Vector::from(start[ends[2]..].to_vec()),
    };
    let [gemm, ndarray] = [gemm as Product, ndarray].map(|product| {
        let [hidden, slopes] = [vec![0.0; n * hidden], vec![0.0; n * hidden]];
        let mut buffers = Buffers { hidden, slopes, logits: vec![0.0; n * classes] };
        let gradient =
            move |params: &[f32], grad: &mut [f32]| data.gradient(params, grad, &mut buffers, product);
        peer(start.clone(), gradient)
    });
    present(Case {
        steps: 1,
        contenders: vec![
            Contender::new("ours", ours(mlp::objective(&data.x, &data.labels), params)),
            Contender::new("gemm", gemm),
            Contender::new("ndarray", ndarray),
        ],
        limit: Limit { reads: vec![data.x.data()], flops: (2 * n * hidden * (2 * d + 3 * classes)) as f64 },
    });
}
