//! Steps of the peers that write their gradients by hand.

use crate::common::Work;
use crate::training::{RATE, Training};

/// Another gradient of parameters that lie one behind the other, with a step written by hand.
pub(crate) fn peer(params: Vec<f32>, mut gradient: impl FnMut(&[f32], &mut [f32]) -> f32) -> impl Work {
    let mut grad = vec![0.0; params.len()];
    let step = move |params: &mut Vec<f32>| {
        let loss = gradient(params, &mut grad);
        for (param, grad) in params.iter_mut().zip(&grad) {
            *param -= RATE * grad;
        }
        loss
    };
    Training { params, step }
}
