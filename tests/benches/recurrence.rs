//! What a million turns that build on each other cost: time beside a loop written by hand, and memory.
//!
//! `cargo bench -p gradus-tests --bench recurrence`

use std::hint::black_box;
use std::time::Instant;

use gradus::prelude::*;

/// The angle of a damped pendulum after `steps` steps of a thousandth of a second.
#[differentiable]
fn pendulum(angle: f64, damping: f64, steps: usize) -> f64 {
    let mut place = angle;
    let mut velocity = 0.0;
    for _ in 0..steps {
        velocity -= 1e-3 * (place.sin() + damping * velocity);
        place += 1e-3 * velocity;
    }
    place
}

/// The derivative worked out by hand.
fn by_hand(angle: f64, damping: f64, steps: usize) -> (f64, f64, f64) {
    let (mut place, mut velocity) = (angle, 0.0);
    let mut kept = Vec::with_capacity(steps);
    for _ in 0..steps {
        let (sin, cos) = place.sin_cos();
        kept.push((velocity, cos));
        velocity -= 1e-3 * (sin + damping * velocity);
        place += 1e-3 * velocity;
    }
    let (mut d_place, mut d_velocity, mut d_damping) = (1.0, 0.0, 0.0);
    for (velocity, cos) in kept.into_iter().rev() {
        d_velocity += 1e-3 * d_place;
        d_damping -= 1e-3 * velocity * d_velocity;
        d_place -= 1e-3 * cos * d_velocity;
        d_velocity -= 1e-3 * damping * d_velocity;
    }
    (place, d_place, d_damping)
}

const STEPS: usize = 1_000_000;
const ROUNDS: usize = 21;

/// The most memory that the program has had so far, in bytes, where the system tells.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn main() {
    let before = most_memory();
    let (value, grad) = pendulum::value_and_grad(1.0, 0.1, STEPS);
    if let (Some(before), Some(after)) = (before, most_memory()) {
        println!("memory of a gradient: {:.1} bytes for each turn", (after - before) as f64 / STEPS as f64);
    }
    let expected = by_hand(1.0, 0.1, STEPS);
    assert!((value - expected.0).abs() < 1e-9, "{value} {expected:?}");
    assert!((grad.angle - expected.1).abs() < 1e-9 && (grad.damping - expected.2).abs() < 1e-9);

    let mut best = [f64::INFINITY; 3];
    for _ in 0..ROUNDS {
        for (at, best) in best.iter_mut().enumerate() {
            let (angle, damping) = (black_box(1.0), black_box(0.1));
            let start = Instant::now();
            match at {
                0 => drop(black_box(pendulum(angle, damping, STEPS))),
                1 => drop(black_box(pendulum::value_and_grad(angle, damping, STEPS))),
                _ => drop(black_box(by_hand(angle, damping, STEPS))),
            }
            *best = best.min(start.elapsed().as_secs_f64());
        }
    }
    let [function, generated, by_hand] = best.map(|seconds| seconds * 1e3);
    println!("the function alone: {function:.1} ms");
    println!("value and gradient: {generated:.1} ms, {:.2} times the function", generated / function);
    println!("the same by hand:   {by_hand:.1} ms, {:.2} times the generated one", by_hand / generated);
}
