//! A loss that is all transcendental functions.

use gradus::prelude::*;

use crate::common::data::numbers;
use crate::common::{Case, Contender, Limit};
use crate::models::elementwise;
use crate::peer::peer;
use crate::training::ours;

/// The derivative worked out by hand, with std's functions.
fn by_hand(x: &[f32], params: &[f32], grad: &mut [f32]) -> f32 {
    let (w, b, n) = (params[0], params[1], x.len() as f64);
    let mut sums = [0.0_f64; 3];
    for &x in x {
        let t = (w * x + b).tanh();
        let e = (-t.abs()).exp();
        let sigmoid = if t > 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) };
        let slope = sigmoid * (1.0 - t * t);
        sums[0] += f64::from(t.max(0.0) + e.ln_1p() + 1.0 / (1.0 + (-x).exp()));
        sums[1] += f64::from(slope * x);
        sums[2] += f64::from(slope);
    }
    let [value, by_w, by_b] = sums.map(|sum| (sum / n) as f32);
    grad.copy_from_slice(&[by_w, by_b]);
    value
}

pub(crate) fn case(n: usize, present: impl FnOnce(Case<'_>)) {
    let x = Vector::from(numbers(n, 1));
    let start = elementwise::Params { w: 0.5, b: 0.1 };
    present(Case {
        steps: 1,
        contenders: vec![
            Contender::new("ours", ours(elementwise::objective(&x), start)),
            Contender::new("by hand", peer(vec![0.5, 0.1], |params, grad| by_hand(x.data(), params, grad))),
        ],
        limit: Limit { reads: vec![x.data()], flops: 0.0 },
    });
}
