// Literals and numbers of other traits in a function of a `T: Real`.
use gradus::prelude::*;

#[differentiable]
fn cost<T: Real>(x: &Vector<T>, k: T) -> T {
    let line = x * 2.0 + k;
    let scale = T::one() + T::from(3);
    (line.square().sum() - 1.0) * scale
}

fn main() {}
