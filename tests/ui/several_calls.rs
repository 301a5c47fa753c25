// Mistakes in calls.
use gradus::prelude::*;

fn plain(x: f64) -> f64 {
    x.sqrt()
}

mod elsewhere {
    pub fn of_slice(x: &[f64], n: usize) -> f64 {
        x[n]
    }

    pub fn count(n: usize) -> usize {
        n + 1
    }
}

#[differentiable]
fn of_plain(x: f64) -> f64 {
    let y: f64 = plain(x);
    y.sin() * 2.0
}

#[differentiable]
fn of_slices(x: &[f64]) -> f64 {
    let y: f64 = elsewhere::of_slice(x, 2);
    y * x[0]
}

#[differentiable]
fn without_type(x: f64, n: usize) -> f64 {
    x * elsewhere::count(n)
}

#[differentiable]
fn of_pointer(x: f64, n: usize) -> f64 {
    let f = n;
    let y: f64 = f(x);
    let z: f64 = (|x: f64| x)(x);
    y * z
}

#[differentiable]
fn of_closure(x: f64) -> f64 {
    let y: f64 = apply(|x| x * x, x);
    y
}

#[differentiable]
fn of_thread(x: f64, n: usize) -> f64 {
    let handle = std::thread::spawn(n);
    x
}

#[differentiable(wrt(x))]
fn not_in_wrt(x: f64, y: f64, n: usize) -> f64 {
    if n == 0 { x } else { not_in_wrt(x, x * y, n - 1) }
}

#[differentiable]
fn loses(x: f64) -> f64 {
    let n: usize = rounded(x);
    x * n as f64
}

fn rounded(x: f64) -> usize {
    x as usize
}

#[differentiable]
fn fallible(x: f64) -> f64 {
    let y = x.checked()?;
    y
}

trait Shape {
    fn area(&self) -> f64;
}

#[differentiable]
fn object(x: f64, shape: &dyn Shape) -> f64 {
    x * shape.area()
}

#[differentiable]
fn pointer(x: f64, f: fn(f64) -> f64) -> f64 {
    f(x)
}

#[differentiable]
fn boxed(x: f64, shape: Box<dyn Shape>) -> f64 {
    x * shape.area()
}

#[differentiable]
fn of_vector(x: f64, n: usize) -> f64 {
    let all: [f64; 2] = elsewhere::pair(n);
    x * all[0]
}

#[differentiable]
fn qualified(x: f64) -> f64 {
    <f64 as Real>::square(x)
}

#[differentiable]
fn of_nothing(x: f64) -> f64 {
    let y: f64 = super(x);
    x * y
}

fn main() {}
