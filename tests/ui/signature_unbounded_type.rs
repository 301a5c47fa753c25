// A type parameter without the bound `Real`.
use gradus::prelude::*;

#[differentiable]
fn double<T>(x: T) -> T {
    x + x
}

fn main() {}
