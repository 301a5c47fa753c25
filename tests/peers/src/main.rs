//! Training steps and batches of matrix products beside those of `candle`, `burn` and `faer`.
//!
//! `cargo run --release --manifest-path tests/peers/Cargo.toml -- linear --rounds 7`; the cases and the
//! arguments are those of the benchmarks in `tests/benches`, whose models these are.

mod by_burn;
mod by_candle;
#[path = "../../benches/common/mod.rs"]
mod common;
#[path = "../../benches/steps/models.rs"]
mod models;
mod multiplication;
mod problem;
#[path = "../../benches/steps/targets.rs"]
mod targets;
#[path = "../../benches/steps/training.rs"]
mod training;

use common::arguments::Arguments;
use common::sizes;

const CASES: &[&str] = &[
    "linear/100000x32",
    "linear/1000000x8",
    "linear/1000000x64",
    "linear/4000000x16",
    "logistic/1000000x32",
    "huber/1000000x32",
    "softmax/200000x64x10",
    "elementwise/1000000",
    "mlp/128x784x128x10",
    "matmul/1x256x256x256",
    "matmul/1x1024x1024x1024",
    "matmul/64x64x64x64",
    "matmul/1024x32x32x32",
    "matmul/100000x16x16x16",
    "matmul/10000x8x8x8",
    "matmul/100000x4x4x4",
    "matmul/100000x3x3x3",
    "matmul/128x128x64x1",
];

fn main() -> Result<(), String> {
    let arguments = Arguments::read()?;
    for case in arguments.select(CASES) {
        let (name, sizes) = sizes(&case)?;
        let present = |timed: common::Case<'_>| timed.present(&case, &arguments);
        match (name, &sizes[..]) {
            ("matmul", &[batch, rows, inner, cols]) => {
                multiplication::case([batch, rows, inner, cols], present)
            }
            _ => problem::case(name, &sizes, present)?,
        }
    }
    Ok(())
}
