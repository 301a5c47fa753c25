//! Losses of a linear prediction for each row of the data.

use gradus::prelude::*;

use crate::common::data::numbers;
use crate::common::{Case, Contender, Limit, Work};
use crate::models;
use crate::peer::peer;
use crate::products::{Factor, Product, gemm, ndarray};
use crate::targets::targets;
use crate::training::ours;

pub(crate) fn linear(n: usize, d: usize, present: impl FnOnce(Case<'_>)) {
    let data = Data::new(n, d);
    let start = models::linear::Params { w: Vector::zeros([d]), b: 0.0 };
    let loss = |z: f32, y: f32| ((z - y) * (z - y), 2.0 * (z - y));
    present(data.case(ours(models::linear::objective(&data.x, &data.y), start), loss));
}

pub(crate) fn huber(n: usize, d: usize, present: impl FnOnce(Case<'_>)) {
    let data = Data::new(n, d);
    let start = models::huber::Params { w: Vector::zeros([d]), b: 0.0 };
    let loss = |z: f32, y: f32| {
        let (error, size) = (z - y, (z - y).abs());
        if size < 0.5 { (0.5 * error * error, error) } else { (0.5 * (size - 0.25), 0.5 * error.signum()) }
    };
    present(data.case(ours(models::huber::objective(&data.x, &data.y), start), loss));
}

pub(crate) fn logistic(n: usize, d: usize, present: impl FnOnce(Case<'_>)) {
    let mut data = Data::new(n, d);
    data.y.iter_mut().for_each(|y| *y = if *y > 0.0 { 1.0 } else { 0.0 });
    let start = models::logistic::Params { w: Vector::zeros([d]), b: 0.0 };
    let loss = |z: f32, y: f32| {
        let small = (-z.abs()).exp();
        let sigmoid = if z > 0.0 { 1.0 / (1.0 + small) } else { small / (1.0 + small) };
        (z.max(0.0) - z * y + small.ln_1p(), sigmoid - y)
    };
    present(data.case(ours(models::logistic::objective(&data.x, &data.y), start), loss));
}

struct Data {
    x: Matrix,
    y: Vector,
}

impl Data {
    fn new(n: usize, d: usize) -> Self {
        let x = Matrix::from_vec([n, d], numbers(n * d, 1)).expect("as many numbers");
        let y = Vector::from(targets(x.data(), d));
        Data { x, y }
    }

    /// `loss` is a row's value and its derivative by the prediction.
    fn case<'a>(
        &'a self,
        ours: impl Work + 'a,
        loss: impl Fn(f32, f32) -> (f32, f32) + Copy + 'a,
    ) -> Case<'a> {
        let start = vec![0.0; self.x.cols() + 1];
        let by_hand = peer(start.clone(), move |params, grad| self.one_pass(params, grad, loss));
        let [gemm, ndarray] = [gemm as Product, ndarray].map(|product| {
            let mut buffer = vec![0.0; self.x.rows()];
            let gradient = move |params: &[f32], grad: &mut [f32]| {
                self.two_passes(params, grad, &mut buffer, product, loss)
            };
            peer(start.clone(), gradient)
        });
        Case {
            steps: 1,
            contenders: vec![
                Contender::new("ours", ours),
                Contender::new("by hand", by_hand),
                Contender::new("gemm", gemm),
                Contender::new("ndarray", ndarray),
            ],
            limit: Limit { reads: vec![self.x.data(), self.y.data()], flops: 0.0 },
        }
    }

    /// By hand: every row is read once.
    fn one_pass(&self, params: &[f32], grad: &mut [f32], loss: impl Fn(f32, f32) -> (f32, f32)) -> f32 {
        let (d, n) = (self.x.cols(), self.x.rows() as f32);
        let (w, b) = (&params[..d], params[d]);
        grad.fill(0.0);
        let (grad_w, grad_b) = grad.split_at_mut(d);
        let mut total = 0.0;
        for (row, &y) in self.x.data().chunks_exact(d).zip(self.y.data()) {
            let (value, slope) = loss(dot(row, w) + b, y);
            total += f64::from(value);
            grad_b[0] += slope;
            for (grad, x) in grad_w.iter_mut().zip(row) {
                *grad += slope * x;
            }
        }
        grad.iter_mut().for_each(|grad| *grad /= n);
        (total / f64::from(n)) as f32
    }

    /// As libraries do it: all predictions, the derivatives by them, and the gradient.
    fn two_passes(
        &self,
        params: &[f32],
        grad: &mut [f32],
        buffer: &mut [f32],
        product: Product,
        loss: impl Fn(f32, f32) -> (f32, f32),
    ) -> f32 {
        let (d, n) = (self.x.cols(), self.x.rows());
        let (w, b) = (&params[..d], params[d]);
        let x = Factor::new(self.x.data(), [n, d]);
        product(x, Factor::new(w, [d, 1]), buffer);
        let mut total = 0.0;
        for (z, &y) in buffer.iter_mut().zip(self.y.data()) {
            let (value, slope) = loss(*z + b, y);
            total += f64::from(value);
            *z = slope / n as f32;
        }
        product(x.t(), Factor::new(buffer, [n, 1]), &mut grad[..d]);
        grad[d] = buffer.sum();
        (total / n as f64) as f32
    }
}

impl Factor<'_> {
    pub(crate) fn t(self) -> Self {
        let ([rows, cols], [row, col]) = (self.shape, self.strides);
        Factor { data: self.data, shape: [cols, rows], strides: [col, row] }
    }
}

/// With sums that the compiler can keep in a register side by side.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}
