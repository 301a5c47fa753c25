//! A crate without std and without an allocator: its derivatives are of scalars and of arrays.

#![no_std]
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs)]

use gradus::prelude::*;

/// The logistic loss of one example.
#[differentiable(wrt(w, b))]
pub fn loss<const N: usize>(w: &[f32; N], b: f32, x: &[f32; N], y: f32) -> f32 {
    let z = w.dot(x) + b;
    z.softplus() - y * z
}

/// The distance that a projectile flies.
#[differentiable]
pub fn range(speed: f64, angle: f64) -> f64 {
    const GRAVITY: f64 = 9.81;
    speed.square() * (2.0 * angle).sin() / GRAVITY
}

/// One step of descent on the logistic loss.
///
/// # Errors
/// If the loss is not finite.
pub fn learn<const N: usize>(w: &mut [f32; N], b: &mut f32, x: &[f32; N], y: f32) -> Result<f32, f32> {
    let (value, grad) = loss::value_and_grad(w, *b, x, y);
    for (w, g) in w.iter_mut().zip(grad.w) {
        *w -= 0.1 * g;
    }
    *b -= 0.1 * grad.b;
    if value.is_finite() { Ok(value) } else { Err(value) }
}

/// The mean squared error of a line, with data of any length.
#[differentiable(wrt(line))]
pub fn misfit(line: &[f32; 2], #[shape(N)] x: &[f32], #[shape(N)] y: &[f32]) -> f32 {
    let mut total = 0.0;
    for (x, y) in x.iter().zip(y) {
        total += (line[0] * x + line[1] - y).square();
    }
    total / x.len() as f32
}

/// What Newton's method makes zero: the distances to two beacons, less those that were measured.
#[differentiable(wrt(place))]
pub fn residuals(place: &[f64; 2], beacons: &[[f64; 2]; 2], measured: &[f64; 2]) -> [f64; 2] {
    let first = (place[0] - beacons[0][0]).hypot(place[1] - beacons[0][1]);
    let second = (place[0] - beacons[1][0]).hypot(place[1] - beacons[1][1]);
    [first - measured[0], second - measured[1]]
}

/// One step of Newton's method towards the place at these distances.
pub fn locate(place: &[f64; 2], beacons: &[[f64; 2]; 2], measured: &[f64; 2]) -> [f64; 2] {
    let [f, g] = residuals::value(place, beacons, measured);
    let [[a, b], [c, d]] = residuals::jacobian(place, beacons, measured);
    let determinant = a * d - b * c;
    [place[0] - (d * f - b * g) / determinant, place[1] - (a * g - c * f) / determinant]
}
