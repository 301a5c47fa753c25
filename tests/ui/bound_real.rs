// A number that is no `Real`.
use gradus::prelude::*;

fn half<T: Real>(x: T) -> T {
    x * T::from_f64(0.5)
}

fn main() {
    half(3_i32);
}
