use gradus::prelude::*;

#[differentiable]
fn nothing(x: f64) {}

#[differentiable]
fn unit(x: f64) -> () {}

#[differentiable]
fn integer(x: f64) -> usize {
    x as usize
}

#[differentiable]
fn perhaps(x: f64) -> Option<f64> {
    Some(x)
}

#[differentiable]
fn with_condition(x: f64) -> (f64, bool) {
    (x, x > 0.0)
}

#[differentiable]
fn borrowed(x: &Vector) -> &Vector {
    x
}

#[differentiable]
fn of_integers(x: f64) -> Vec<usize> {
    vec![x as usize]
}

#[differentiable]
fn of_vectors(x: f64) -> [Vec<f64>; 2] {
    [vec![x], vec![x]]
}

#[differentiable]
mod structs {
    /// Without a float.
    pub struct Count {
        pub count: usize,
    }

    #[differentiable]
    pub fn count(x: f64, count: usize) -> Count {
        Count { count }
    }
}

fn main() {}
