use gradus::prelude::*;

#[differentiable]
fn recurrence(x: f64, n: usize) -> f64 {
    let mut y = x;
    for _ in 0..n {
        y = y.sin() + x;
    }
    y
}

#[differentiable]
fn momentum(x: &[f64]) -> f64 {
    let (mut velocity, mut place) = (0.0, 0.0);
    for v in x {
        velocity += v;
        place += velocity;
    }
    place
}

#[differentiable]
fn triangle(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        for j in 0..i {
            total += x[i] * x[j];
        }
    }
    total
}

#[differentiable]
fn leaves(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for v in x {
        if *v < 0.0 {
            break;
        }
        total += v;
    }
    total
}

#[differentiable]
fn rows(x: &Matrix<f64>) -> f64 {
    let mut total = 0.0;
    for v in x {
        total += v;
    }
    total
}

#[differentiable]
fn without_end(x: &[f64]) -> f64 {
    (0..).zip(x).map(|(i, v)| v * i as f64).sum()
}

#[differentiable]
fn collected(x: &[f64]) -> f64 {
    let squares: Vec<f64> = x.iter().map(|v| v * v).collect();
    squares[0]
}

#[differentiable]
fn scanned(x: &[f64]) -> f64 {
    x.iter().scan(0.0, |sum, v| Some(sum + v)).sum()
}

fn main() {}
