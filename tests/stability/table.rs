//! The table of the README: what it says of Gradus is what Gradus computes.

use gradus::prelude::*;

use crate::numbers_of;

macro_rules! formulas {
    ($($name:ident ($x:ident: $($ty:tt)*) $body:expr;)*) => {$(
        #[differentiable]
        fn $name($x: $($ty)*) -> f64 {
            $body
        }
    )*};
}

formulas! {
    softplus (x: f64) (1.0 + x.exp()).ln();
    log_sigmoid (x: f64) x.sigmoid().ln();
    falling (x: f64) 1.0 / (1.0 + x.exp());
    rising (x: f64) x.exp() / (1.0 + x.exp());
    tanh (x: f64) (x.exp() - (-x).exp()) / (x.exp() + (-x).exp());
    logsumexp (x: &Vector<f64>) x.exp().sum().ln();
    softmax (x: &Vector<f64>) { let p = x.exp() / x.exp().sum(); p[0] };
    loss (x: f64) { let p = x.sigmoid(); -p.ln() };
    size (x: f64) (x * x).sqrt();
    length (x: &Vector<f64>) x.square().sum().sqrt();
    entropy (x: f64) x * x.ln();
    branch (x: f64) if x > 0.0 { x.sqrt() } else { 0.0 };
    logarithm (x: f64) (1.0 + x).ln();
    exponential (x: f64) x.exp() - 1.0;
    variance (x: &Vector<f64>) x.square().mean() - x.mean().square();
}

fn scalar(of: (f64, f64)) -> Vec<f64> {
    vec![of.0, of.1]
}

fn vector((value, grad): (f64, Vector<f64>)) -> Vec<f64> {
    [vec![value], numbers_of(&grad)].concat()
}

/// The value and the derivatives, in the order of the table.
fn computed() -> Vec<Vec<f64>> {
    let of = |x: &[f64]| Vector::from(x);
    vec![
        scalar(softplus::value_and_grad(1000.0)),
        scalar(log_sigmoid::value_and_grad(-1000.0)),
        scalar(falling::value_and_grad(1000.0)),
        scalar(rising::value_and_grad(1000.0)),
        scalar(tanh::value_and_grad(1000.0)),
        vector(logsumexp::value_and_grad(&of(&[1000.0, 1000.0]))),
        vector(softmax::value_and_grad(&of(&[1000.0, 1000.0]))),
        scalar(loss::value_and_grad(-1000.0)),
        scalar(size::value_and_grad(0.0)),
        vector(length::value_and_grad(&of(&[0.0, 0.0]))),
        scalar(entropy::value_and_grad(0.0)),
        scalar(branch::value_and_grad(0.0)),
        scalar(logarithm::value_and_grad(1e-17)),
        scalar(exponential::value_and_grad(1e-17)),
        vector(variance::value_and_grad(&of(&[1e8 - 1.0, 1e8, 1e8 + 1.0]))),
    ]
}

/// The numbers of a cell; one that `each` has is repeated.
fn numbers(cell: &str, count: usize) -> Vec<f64> {
    let words = cell.split([',', ' ']).filter(|word| !matches!(*word, "" | "and" | "each"));
    let mut numbers: Vec<f64> = words.map(|word| word.parse().expect("a number")).collect();
    let last = *numbers.last().expect("a cell has numbers");
    if cell.ends_with("each") {
        numbers.resize(count, last);
    }
    numbers
}

#[test]
fn the_readme_says_what_is_computed() {
    let readme = include_str!("../../README.md");
    let (_, table) = readme.split_once("<!-- safe forms").expect("the README has the table");
    let rows: Vec<&str> = table.lines().skip(3).take_while(|line| line.starts_with('|')).collect();
    let computed = computed();
    assert_eq!(rows.len(), computed.len());
    for (row, computed) in rows.iter().zip(computed) {
        let cell = row.split(" | ").nth(2).expect("the third cell is ours");
        let written = numbers(cell, computed.len());
        assert_eq!(written.len(), computed.len(), "{row}");
        for (own, written) in computed.iter().zip(&written) {
            assert!((own - written).abs() <= 1e-15 * written.abs(), "{row}: {own}");
        }
    }
}
