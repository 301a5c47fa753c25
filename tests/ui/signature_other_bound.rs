// A type parameter with the bound of another crate.
use gradus::prelude::*;

trait Float: Copy + std::ops::Add<Output = Self> {}

#[differentiable]
fn double<T: Float>(x: T) -> T {
    x + x
}

fn main() {}
