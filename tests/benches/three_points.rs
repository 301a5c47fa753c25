//! The training loop of the three-point lab, side by side with a loop written by hand.
//!
//! `cargo bench -p gradus-tests --bench three_points`

use std::hint::black_box;
use std::time::Instant;

use gradus::prelude::*;

/// Mean squared error of a line.
#[differentiable(wrt(w, b))]
fn cost(w: f32, b: f32, x: &Vector, y: &Vector) -> f32 {
    let hypothesis = x * w + b;
    (hypothesis - y).square().mean()
}

const EPOCHS: usize = 100_000;
const ROUNDS: usize = 41;

fn generated(x: &Vector, y: &Vector) -> (f32, f32) {
    let mut params = cost::Params { w: 0.0, b: 0.0 };
    let history = Sgd::new(0.01)
        .epochs(EPOCHS)
        .minimize(&cost::objective(x, y), &mut params)
        .expect("the lab converges");
    black_box(history.last());
    (params.w, params.b)
}

/// The derivative worked out by hand, and the losses kept, as the generated loop does.
fn by_hand(x: &[f32], y: &[f32]) -> (f32, f32) {
    let (mut w, mut b) = (0.0, 0.0);
    let mut losses = Vec::with_capacity(EPOCHS);
    let n = x.len() as f32;
    for _ in 0..EPOCHS {
        let (mut sum, mut sum_w, mut sum_b) = (0.0, 0.0, 0.0);
        for (x, y) in x.iter().zip(y) {
            let error = w * x + b - y;
            sum += error * error;
            sum_w += error * x;
            sum_b += error;
        }
        losses.push(sum / n);
        w -= 0.01 * (2.0 * sum_w / n);
        b -= 0.01 * (2.0 * sum_b / n);
    }
    black_box(losses.last());
    (w, b)
}

/// Nanoseconds per epoch.
fn time(run: impl FnOnce() -> (f32, f32)) -> f64 {
    let start = Instant::now();
    black_box(run());
    start.elapsed().as_secs_f64() * 1e9 / EPOCHS as f64
}

fn main() {
    let x = black_box(Vector::from([1.0, 2.0, 3.0]));
    let y = black_box(Vector::from([1.0, 2.0, 3.0]));
    let mut best = [f64::INFINITY; 2];
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let ours = time(|| generated(&x, &y));
        let hand = time(|| by_hand(x.data(), y.data()));
        best = [best[0].min(ours), best[1].min(hand)];
        ratios.push(ours / hand);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "three points, one step: generated {:.2} ns, by hand {:.2} ns, ratio of the best {:.3}, median ratio {:.3}",
        best[0],
        best[1],
        best[0] / best[1],
        ratios[ROUNDS / 2]
    );
}
