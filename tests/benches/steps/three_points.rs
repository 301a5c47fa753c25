//! The whole training loop of the three-point lab, beside one written by hand.

use std::hint::black_box;

use gradus::prelude::*;

use crate::common::data::numbers;
use crate::common::{Case, Contender, Limit, Work};

const RATE: f32 = 0.01;

/// Mean squared error of a line.
#[differentiable(wrt(w, b))]
fn line(w: f32, b: f32, x: &Vector, y: &Vector) -> f32 {
    let hypothesis = x * w + b;
    (hypothesis - y).square().mean()
}

/// A training loop from the start to where `params` are.
struct Loop<T> {
    train: T,
    params: [f32; 2],
}

impl<T: FnMut() -> (f32, [f32; 2])> Work for Loop<T> {
    fn run(&mut self) -> f64 {
        let (loss, params) = (self.train)();
        self.params = params;
        loss.into()
    }

    fn numbers(&self) -> Vec<f64> {
        self.params.map(f64::from).to_vec()
    }
}

/// The derivative worked out by hand, and the losses kept, as the generated loop does.
fn by_hand(x: &[f32], y: &[f32], epochs: usize) -> (f32, [f32; 2]) {
    let (mut w, mut b) = (0.0, 0.0);
    let mut losses = Vec::with_capacity(epochs);
    let n = x.len() as f32;
    for _ in 0..epochs {
        let (mut sum, mut sum_w, mut sum_b) = (0.0, 0.0, 0.0);
        for (x, y) in x.iter().zip(y) {
            let error = w * x + b - y;
            sum += error * error;
            sum_w += error * x;
            sum_b += error;
        }
        losses.push(sum / n);
        w -= RATE * (2.0 * sum_w / n);
        b -= RATE * (2.0 * sum_b / n);
    }
    (black_box(&losses)[epochs - 1], [w, b])
}

pub(crate) fn case(n: usize, epochs: usize, present: impl FnOnce(Case<'_>)) {
    let (x, y) = (Vector::from(numbers(n, 1)), Vector::from(numbers(n, 2)));
    let ours = || {
        let mut params = line::Params { w: 0.0, b: 0.0 };
        let objective = line::objective(black_box(&x), black_box(&y));
        let history = Sgd::new(RATE.into()).epochs(epochs).minimize(&objective, &mut params);
        (history.expect("the lab converges").last(), [params.w, params.b])
    };
    let hand = || by_hand(black_box(&x).data(), black_box(&y).data(), epochs);
    present(Case {
        steps: epochs,
        contenders: vec![
            Contender::new("ours", Loop { train: ours, params: [0.0; 2] }),
            Contender::new("by hand", Loop { train: hand, params: [0.0; 2] }),
        ],
        limit: Limit::default(),
    });
}
