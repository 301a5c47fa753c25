//! What a gradient costs: the problems of GradBench that `tests/problems` has, where a case's first time is
//! the generated function's, and the ratio of the gradient's tells how many times as long it takes.
//!
//! `cargo bench -p gradus-tests --bench problems`, or `-- gmm lstm --rounds 20`; `common/mod.rs` has the
//! arguments. Beside these two run the function as it is written and, of `gmm` and `lstm`, a loop by hand.

#![allow(clippy::needless_range_loop, reason = "the problems are told with indices")]

#[path = "../common/mod.rs"]
mod common;
mod mixture;
mod network;
mod small;

use common::arguments::Arguments;
use common::{Case, Contender, Limit, Work, sizes};

const CASES: &[&str] = &[
    "gmm/1000x2x5",
    "gmm/1000x10x10",
    "gmm/1000x20x25",
    "gmm/1000x64x50",
    "lstm/2x1024x14",
    "lstm/4x4096x14",
    "ba/1",
    "ode/100x1000",
    "det/8",
    "llsq/16x4096",
    "lse/100000",
    "lse_by_name/100000",
    "kmeans/1000x10x16",
];

/// A call whose answer is the function's value.
struct Call<F>(F);

impl<F: FnMut() -> f64> Work for Call<F> {
    fn run(&mut self) -> f64 {
        (self.0)()
    }

    /// The tests have compared the gradients.
    fn numbers(&self) -> Vec<f64> {
        Vec::new()
    }
}

/// The generated function, the value with the gradient, and the function as it is written.
fn case<'a>(
    value: impl FnMut() -> f64 + 'a,
    gradient: impl FnMut() -> f64 + 'a,
    written: impl FnMut() -> f64 + 'a,
) -> Case<'a> {
    Case {
        steps: 1,
        contenders: vec![
            Contender::new("function", Call(value)),
            Contender::new("value and gradient", Call(gradient)),
            Contender::new("as written", Call(written)),
        ],
        limit: Limit::default(),
    }
}

/// `count` numbers from -1 to 1.
fn numbers(count: usize, seed: u32) -> Vec<f64> {
    common::data::numbers(count, seed).into_iter().map(f64::from).collect()
}

fn main() -> Result<(), String> {
    let arguments = Arguments::read()?;
    for name in arguments.select(CASES) {
        let (problem, sizes) = sizes(&name)?;
        let present = |timed: Case<'_>| timed.present(&name, &arguments);
        match (problem, &sizes[..]) {
            ("gmm", &[n, d, k]) => mixture::case(n, d, k, present),
            ("lstm", &[layers, length, width]) => network::case(layers, length, width, present),
            ("ba", &[_]) => small::ba(present),
            ("ode", &[n, steps]) => small::ode(n, steps, present),
            ("det", &[n]) => small::det(n, present),
            ("llsq", &[m, n]) => small::llsq(m, n, present),
            ("lse", &[n]) => small::lse(n, present),
            ("lse_by_name", &[n]) => small::lse_by_name(n, present),
            ("kmeans", &[n, k, d]) => small::kmeans(n, k, d, present),
            _ => return Err(format!("there is no case {name}; there are {CASES:?}")),
        }
    }
    Ok(())
}
