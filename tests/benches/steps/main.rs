//! Training steps: the value, the gradient and the step of the optimiser, beside the same by hand and by
//! libraries of matrices.
//!
//! `cargo bench -p gradus-tests --bench steps`, or `-- linear huber --rounds 20`; `common/mod.rs` has the
//! arguments. A step of ours is the generated objective and `Sgd::step`.

#[path = "../common/mod.rs"]
mod common;
mod elementwise;
mod mlp;
mod models;
mod peer;
#[path = "../common/products.rs"]
mod products;
mod rows;
mod softmax;
mod targets;
mod three_points;
mod training;

use common::arguments::Arguments;
use common::sizes;

const CASES: &[&str] = &[
    "three_points/3x100000",
    "linear/100000x32",
    "linear/1000000x8",
    "linear/1000000x64",
    "linear/4000000x16",
    "logistic/1000000x32",
    "huber/1000000x32",
    "softmax/200000x64x10",
    "elementwise/1000000",
    "mlp/128x784x128x10",
];

fn main() -> Result<(), String> {
    let arguments = Arguments::read()?;
    for case in arguments.select(CASES) {
        let (name, sizes) = sizes(&case)?;
        let present = |timed: common::Case<'_>| timed.present(&case, &arguments);
        match (name, &sizes[..]) {
            ("three_points", &[n, epochs]) => three_points::case(n, epochs, present),
            ("linear", &[n, d]) => rows::linear(n, d, present),
            ("logistic", &[n, d]) => rows::logistic(n, d, present),
            ("huber", &[n, d]) => rows::huber(n, d, present),
            ("softmax", &[n, d, k]) => softmax::case(n, d, k, present),
            ("elementwise", &[n]) => elementwise::case(n, present),
            ("mlp", &[n, d, hidden, k]) => mlp::case(n, d, hidden, k, present),
            _ => return Err(format!("there is no case {case}; there are {CASES:?}")),
        }
    }
    Ok(())
}
