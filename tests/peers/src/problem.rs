//! A model's training step, by all.

use gradus::prelude::*;

use crate::common::data::numbers;
use crate::common::{Case, Contender, Limit};
use crate::models::{elementwise, huber, linear, logistic, mlp, softmax};
use crate::targets::{labels, targets};
use crate::training::ours;
use crate::{by_burn, by_candle};

/// Which loss.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Loss {
    Linear,
    Logistic,
    Huber,
    Softmax,
    Elementwise,
    Mlp,
}

/// Data, and the parameters at the start: all are matrices, a vector of parameters is a row or what `x` is
/// multiplied with, and a number is 1 x 1.
pub(crate) struct Problem {
    pub(crate) loss: Loss,
    pub(crate) start: Vec<Matrix>,
    pub(crate) x: Matrix,
    pub(crate) y: Vector,
    pub(crate) labels: Vec<usize>,
}

impl Problem {
    fn new(name: &str, sizes: &[usize]) -> Result<Self, String> {
        let zeros = |rows, cols| Matrix::zeros([rows, cols]);
        let small = |rows, cols, seed| 0.1 * matrix(rows, cols, seed);
        let (loss, start, [n, d]) = match (name, sizes) {
            ("linear", &[n, d]) => (Loss::Linear, vec![zeros(d, 1), zeros(1, 1)], [n, d]),
            ("logistic", &[n, d]) => (Loss::Logistic, vec![zeros(d, 1), zeros(1, 1)], [n, d]),
            ("huber", &[n, d]) => (Loss::Huber, vec![zeros(d, 1), zeros(1, 1)], [n, d]),
            ("softmax", &[n, d, k]) => (Loss::Softmax, vec![zeros(d, k), zeros(1, k)], [n, d]),
            ("elementwise", &[n]) => {
                (Loss::Elementwise, vec![Matrix::full([1, 1], 0.5), Matrix::full([1, 1], 0.1)], [n, 1])
            }
            ("mlp", &[n, d, h, k]) => {
                (Loss::Mlp, vec![small(d, h, 4), small(1, h, 5), small(h, k, 6), small(1, k, 7)], [n, d])
            }
            _ => return Err(format!("there is no model {name} of {} sizes", sizes.len())),
        };
        let x = matrix(n, d, 1);
        let mut y = targets(x.data(), d);
        if let Loss::Logistic = loss {
            y.iter_mut().for_each(|y| *y = if *y > 0.0 { 1.0 } else { 0.0 });
        }
        let classes = start.last().map_or(1, Matrix::cols);
        let labels = labels(x.data(), d, classes);
        Ok(Problem { loss, start, x, y: Vector::from(y), labels })
    }

    fn ours(&self) -> Contender<'_> {
        let Problem { x, y, labels, .. } = self;
        let matrix = |place: usize| self.start[place].clone();
        let vector = |place: usize| Vector::from(self.start[place].data().to_vec());
        let number = |place: usize| self.start[place][[0, 0]];
        match self.loss {
            Loss::Linear => {
                let start = linear::Params { w: vector(0), b: number(1) };
                Contender::new("ours", ours(linear::objective(x, y), start))
            }
            Loss::Logistic => {
                let start = logistic::Params { w: vector(0), b: number(1) };
                Contender::new("ours", ours(logistic::objective(x, y), start))
            }
            Loss::Huber => {
                let start = huber::Params { w: vector(0), b: number(1) };
                Contender::new("ours", ours(huber::objective(x, y), start))
            }
            Loss::Softmax => {
                let start = softmax::Params { w: matrix(0), b: vector(1) };
                Contender::new("ours", ours(softmax::objective(x, labels), start))
            }
            Loss::Elementwise => {
                let column = View::new([x.rows()], x.data()).expect("a column");
                let start = elementwise::Params { w: number(0), b: number(1) };
                Contender::new("ours", ours(elementwise::objective(column), start))
            }
            Loss::Mlp => {
                let start = mlp::Params { w1: matrix(0), b1: vector(1), w2: matrix(2), b2: vector(3) };
                Contender::new("ours", ours(mlp::objective(x, labels), start))
            }
        }
    }
}

fn matrix(rows: usize, cols: usize, seed: u32) -> Matrix {
    Matrix::from_vec([rows, cols], numbers(rows * cols, seed)).expect("as many numbers")
}

pub(crate) fn case(name: &str, sizes: &[usize], present: impl FnOnce(Case<'_>)) -> Result<(), String> {
    let problem = Problem::new(name, sizes)?;
    let candle = by_candle::Model::new(&problem).map_err(|error| error.to_string())?;
    present(Case {
        steps: 1,
        contenders: vec![
            problem.ours(),
            Contender::new("candle", candle),
            Contender::new("burn", by_burn::Model::new(&problem)),
        ],
        limit: Limit { reads: vec![problem.x.data()], flops: 0.0 },
    });
    Ok(())
}
