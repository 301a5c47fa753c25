// Two type parameters.
use gradus::prelude::*;

#[differentiable]
fn product<T: Real, U: Real>(x: T, n: usize) -> T {
    x * T::from_usize(n)
}

fn main() {}
