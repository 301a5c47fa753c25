//! Formulas that overflow or lose digits as they are written.
//!
//! `cargo test --release -p gradus-tests --test stability -- --nocapture` prints what each of them gives at 1000, -1000, 0 and
//! around, and how far each rewrite is from exact arithmetic at random points.

mod exact;
mod points;
mod random;
mod rewrites;
mod table;

use gradus::Parameters;

/// All numbers of a gradient, in order.
fn numbers_of(gradient: &impl Parameters<Element = f64>) -> Vec<f64> {
    let mut numbers = Vec::new();
    gradient.for_each(&mut |run| numbers.extend_from_slice(run));
    numbers
}
