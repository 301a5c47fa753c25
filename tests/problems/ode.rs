//! Runge and Kutta's integration: vectors that a loop over time replaces, with helpers put in where they
//! are called.

use gradus::prelude::*;

#[differentiable]
pub(crate) mod runge_kutta {
    /// The time derivative of y: `x[0]` for the first entry, `x[i] y[i - 1]` for the others.
    fn slope(x: &[f64], y: &[f64]) -> Vec<f64> {
        let mut slope = vec![0.0; x.len()];
        slope[0] = x[0];
        for i in 1..x.len() {
            slope[i] = x[i] * y[i - 1];
        }
        slope
    }

    /// Where `y` is after a time `h` with the time derivative `k`.
    fn moved(y: &[f64], h: f64, k: &[f64]) -> Vec<f64> {
        let mut moved = vec![0.0; y.len()];
        for i in 0..y.len() {
            moved[i] = y[i] + h * k[i];
        }
        moved
    }

    /// From y = 0 at time 0 to time 2.
    #[differentiable(wrt(x))]
    pub(crate) fn solve(x: &[f64], steps: usize) -> Vec<f64> {
        let h = 2.0 / steps as f64;
        let mut y = vec![0.0; x.len()];
        for _ in 0..steps {
            let k1 = slope(x, &y);
            let k2 = slope(x, &moved(&y, h / 2.0, &k1));
            let k3 = slope(x, &moved(&y, h / 2.0, &k2));
            let k4 = slope(x, &moved(&y, h, &k3));
            for i in 0..y.len() {
                y[i] += h * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]) / 6.0;
            }
        }
        y
    }

    /// The entry that all of `x` has a part in.
    #[differentiable(wrt(x))]
    pub(crate) fn last(x: &[f64], steps: usize) -> f64 {
        let y = solve(x, steps);
        y[x.len() - 1]
    }
}
