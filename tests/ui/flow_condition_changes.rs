// A condition of a loop that changes a variable.
use gradus::prelude::*;

#[differentiable]
fn cost(x: f64) -> f64 {
    let mut sum = x;
    while {
        sum += x;
        sum < 5.0
    } {
        sum *= 1.2;
    }
    sum
}

fn main() {}
