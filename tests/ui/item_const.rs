// The attribute on a constant.
use gradus::prelude::*;

#[differentiable]
const RATE: f64 = 0.1;

fn main() {}
