//! Loops over rows of data that ask for elements in unusual ways: both orders of the indices of a square
//! matrix, diagonals, neighbours, whole columns, and places that other data names.

mod check;

use check::{check, numbers};
use gradus::prelude::*;

/// Around the lanes of vectors and the rows of a block.
const ROWS: [usize; 8] = [1, 31, 32, 33, 64, 65, 100, 129];

#[differentiable(wrt(w, x))]
fn diagonal_product(w: &Matrix<f64>, x: &Matrix<f64>) -> f64 {
    let n = x.rows();
    let mut total = 0.0;
    for j in 0..w.cols() {
        let mut sum = 0.0;
        for i in 0..n {
            sum += x[[i, i]] * w[[i, j]];
        }
        total += sum.tanh();
    }
    total
}

#[differentiable]
fn both_orders(x: &Matrix<f64>) -> f64 {
    let n = x.rows();
    let mut total = 0.0;
    for i in 0..n {
        let mut row = 0.0;
        for j in 0..n {
            row += x[[i, j]] * x[[j, i]];
        }
        total += row.sin() + x[[i, i]].exp();
    }
    total
}

#[differentiable]
fn gram(x: &Matrix<f64>) -> f64 {
    let product = x.matmul(&x.t());
    (product.tanh() * x.t().matmul(x)).mean()
}

#[differentiable(wrt(w, x))]
fn neighbours(w: f64, x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 1..x.len() {
        sum += (x[i] - w * x[i - 1]).tanh();
    }
    for i in 0..x.len() - 1 {
        sum += (x[i + 1] * x[i]).exp() * i as f64 / x.len() as f64;
    }
    sum
}

#[differentiable(wrt(w, x))]
fn named_places(w: &[f64], x: &Vector<f64>, places: &[usize]) -> f64 {
    let mut sum = 0.0;
    for (i, &place) in places.iter().enumerate() {
        let power = (place % 3) as i32;
        sum += (w[place % w.len()] * x[i]).sin() + x[place].powi(power) + (x[i] * 3.0).floor().exp();
    }
    sum / places.len() as f64
}

/// Each element is a row, and some of its work is done for each by itself.
#[differentiable(wrt(x))]
fn numbered(x: &Matrix<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.rows() {
        for j in 0..x.cols() {
            let known = (8 * i + j) % 5;
            sum += if known % 2 == 0 { x[[i, j]].exp() } else { x[[i, j]].sin() * known as f64 };
        }
    }
    sum
}

#[differentiable(wrt(x, w))]
fn columns(x: &Matrix<f64>, w: &Vector<f64>) -> f64 {
    let mut sum = 0.0;
    for j in 0..x.cols() {
        let mut largest = f64::NEG_INFINITY;
        let mut product = 1.0;
        for i in 0..x.rows() {
            largest = largest.max(x[[i, j]] * w[j]);
            product *= 1.0 + 0.01 * x[[i, j]];
        }
        sum += largest.exp() * product;
    }
    sum
}

/// The sums of the rows are complete before the softmax over all rows begins.
#[differentiable(wrt(x, w))]
fn sums_of_rows(x: &Matrix<f64>, w: &Vector<f64>) -> f64 {
    let scores: Vector<f64> = (x.square() * w).exp().sum_axis(1);
    let shares = (&scores * 0.1).softmax(0);
    (shares * scores.ln()).sum()
}

#[differentiable(wrt(x))]
fn extremes(x: &Matrix<f64>) -> f64 {
    let most = x.max_axis(1);
    let least = x.min_axis(1);
    let over_rows = x.max_axis(0).exp().sum() + x.min_axis(0).sin().sum();
    (most.exp() - least.tanh()).mean() + over_rows * x.max()
}

#[test]
fn elements_in_unusual_places() {
    for n in ROWS {
        let params = diagonal_product::Params { w: numbers(1, [n, 3]), x: numbers(2, [n, n]) };
        if n == 1 || n == 33 {
            check(&diagonal_product::objective(), &params, |p| diagonal_product(&p.w, &p.x));
            let x = numbers(3, [n, n]);
            check(&both_orders::objective(), &x, both_orders);
            check(&gram::objective(), &x, gram);
        }
        let x = numbers(4, [n]);
        let params = neighbours::Params { w: 0.7, x: x.data().to_vec() };
        check(&neighbours::objective(), &params, |p| neighbours(p.w, &p.x));

        let places: Vec<usize> = (0..n).map(|i| i * 17 % n).collect();
        let params = named_places::Params { w: numbers(5, [4]).data().to_vec(), x };
        check(&named_places::objective(&places), &params, |p| named_places(&p.w, &p.x, &places));
    }
}

/// Both passes give a name to the same number.
#[differentiable(wrt(w))]
fn same_number(w: &[f64], x: &Matrix<f64>) -> f64 {
    let e = x.abs();
    2.0 - (&e - &e.square() - w[1] / 0.5).min()
}

#[test]
fn folds_of_matrices() {
    for n in ROWS {
        let x = numbers(1, [n, 3]);
        check(&numbered::objective(), &x, numbered);
        // Numbers of which no two are close.
        let apart = (0..3 * n).map(|i| (i * 53 % (3 * n)) as f64 / (3 * n) as f64);
        let apart = Matrix::from_vec([n, 3], apart.collect()).expect("the lengths fit");
        check(&extremes::objective(), &apart, extremes);
        let params = columns::Params { x: x.clone(), w: numbers(2, [3]) };
        check(&columns::objective(), &params, |p| columns(&p.x, &p.w));
        let w = vec![0.3, 0.4];
        check(&same_number::objective(&apart), &w, |w| same_number(w, &apart));
        let params = sums_of_rows::Params { x, w: numbers(3, [3]) };
        check(&sums_of_rows::objective(), &params, |p| sums_of_rows(&p.x, &p.w));
    }
}

/// What only some rows ask for, and may panic, was not computed at all.
#[differentiable]
fn asked_for_by_some(t: &[f64], a: &Vector<f64>, last: usize) -> f64 {
    a.iter().filter(|&&a| a > 0.5).map(|_| t[last].tanh()).fold(0.1, f64::max) * a[0]
}

#[test]
fn conditions_of_rows() {
    for n in ROWS {
        let params = asked_for_by_some::Params { t: vec![0.3, 0.7], a: numbers(1, [n]) };
        check(&asked_for_by_some::objective(1), &params, |p| asked_for_by_some(&p.t, &p.a, 1));
    }
    // No row asks.
    assert_eq!(asked_for_by_some::value(&[], &Vector::from([0.5]), 7), 0.05);
}

/// What is added up for each turn of the inner loop is there before the rows, which read it.
#[differentiable]
fn counted_before(b: &[f64; 2]) -> f64 {
    let mut sum = 0.5;
    for c in 1..=b.len() {
        for y in (1..=b.len() / 2).step_by(3) {
            for _ in (b.len() % 2..y % 2).rev() {
                sum += b[1] - 1.2;
            }
            sum += b[c % 3 % 2];
        }
    }
    sum
}

#[test]
fn sums_that_rows_read() {
    check(&counted_before::objective(), &[0.3, -0.7], counted_before);
}
