//! Loops over rows of data that other loops read: transposes, sums of products in a row, tensors of three axes,
//! several results, and functions that are called with each row.

mod check;

use approx::assert_abs_diff_eq;
use check::{check, numbers};
use gradus::prelude::*;

/// Around the lanes of vectors and the rows of a block.
const ROWS: [usize; 5] = [1, 31, 32, 65, 100];

/// The matrix is stored by columns, and its rows are those of the data.
#[differentiable(wrt(w, x))]
fn transposed(w: &Matrix<f64>, x: &Matrix<f64>) -> f64 {
    let hidden = x.matmul(w).tanh().t();
    let sums = hidden.sum_axis(1);
    (hidden.exp() * 0.1).mean() + (sums * 0.01).square().sum()
}

#[differentiable(wrt(w, x))]
fn two_products(w: &Matrix<f64>, x: &Matrix<f64>) -> f64 {
    let hidden = x.matmul(w).sigmoid();
    let moments = hidden.t().matmul(&hidden) / x.rows() as f64;
    moments.tanh().sum() + x.t().matmul(&hidden).sin().sum() + hidden.square().mean()
}

/// The largest number of each row is a factor, and no element of an array.
#[differentiable(wrt(w, v))]
fn factors(w: &Matrix<f64>, v: &Vector<f64>, x: &Matrix<f64>) -> f64 {
    let most = (x.exp() - 1.0).max_axis(1);
    let row: Vector<f64> = (&most * 0.5).matmul(&(x * x));
    let scores = (w * 2.0).sin().matmul(v);
    (x.matmul(&(w + 1.0)) * 0.1).exp().mean() + row.tanh().sum() + (x.matmul(&scores).cos() * most).mean()
}

#[differentiable(wrt(w, x))]
fn axes(w: &Vector<f64>, x: &Tensor<f64, 3>) -> f64 {
    let hidden = (x * w).tanh();
    let sums = hidden.sum_axis(1);
    (hidden.t().exp().sum_axis(0) * 0.1).mean()
        + sums.square().mean()
        + (x.max_axis(2).sum_axis(1)).tanh().sum()
}

#[differentiable(wrt(w, x))]
fn last_axis(w: &Vector<f64>, x: &Tensor<f64, 3>) -> f64 {
    let columns = (x * w).sin().sum_axis(0).sum_axis(0);
    (columns * 0.1 + w).exp().sum() + x.mean_axis(0).softmax(0).square().sum()
}

#[differentiable]
fn distance(a: f64, b: f64) -> f64 {
    (a - b).square().ln_1p()
}

#[differentiable(wrt(w, x))]
fn calls(w: f64, x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let each: f64 = distance(x[i] * w, y[i]);
        sum += each * (x[i] * w).exp();
    }
    sum / x.len() as f64
}

/// Only a part of the columns and of the rows.
#[differentiable(wrt(w, x))]
fn parts(w: &Matrix<f64>, x: &Matrix<f64>, m: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.rows() - 1 {
        for k in 0..w.cols() {
            let mut inner = 0.0;
            for j in 0..m {
                inner += x[[i, j]] * w[[j, k]];
            }
            sum += inner.tanh() * x[[i + 1, m - 1]];
        }
    }
    1.0 + 0.01 * sum
}

#[test]
fn arrays_that_other_loops_read() {
    for n in ROWS {
        let (w, x) = (numbers(1, [3, 2]), numbers(2, [n, 3]));
        let params = transposed::Params { w: w.clone(), x: x.clone() };
        check(&transposed::objective(), &params, |p| transposed(&p.w, &p.x));
        let params = two_products::Params { w: w.clone(), x: x.clone() };
        check(&two_products::objective(), &params, |p| two_products(&p.w, &p.x));
        let params = factors::Params { w: w.clone(), v: numbers(3, [2]) };
        check(&factors::objective(&x), &params, |p| factors(&p.w, &p.v, &x));
        for m in 1..3 {
            let params = parts::Params { w: w.clone(), x: x.clone() };
            check(&parts::objective(m), &params, |p| parts(&p.w, &p.x, m));
        }
        let y = numbers(4, [n]);
        let params = calls::Params { w: 0.6, x: numbers(5, [n]).data().to_vec() };
        check(&calls::objective(y.data()), &params, |p| calls(p.w, &p.x, y.data()));
    }
}

#[test]
fn three_axes() {
    for n in [1, 31, 33, 65] {
        for shape in [[n, 2, 3], [2, n, 3], [2, 3, n]] {
            let params = axes::Params { w: numbers(1, [shape[2]]), x: numbers(2, shape) };
            check(&axes::objective(), &params, |p| axes(&p.w, &p.x));
            let params = last_axis::Params { w: numbers(1, [shape[2]]), x: numbers(2, shape) };
            check(&last_axis::objective(), &params, |p| last_axis(&p.w, &p.x));
        }
    }
}

/// A place behind the columns is none in the next row.
#[test]
fn places_out_of_bounds() {
    #[differentiable(wrt(w))]
    fn columns(w: f64, x: &Matrix<f64>, m: usize) -> f64 {
        let mut sum = 0.0;
        for j in 0..m {
            sum += (x[[1, j]] * w).sin();
        }
        sum
    }
    #[differentiable(wrt(w))]
    fn products(w: &Vector<f64>, x: &Matrix<f64>, m: usize) -> f64 {
        let mut total = 0.0;
        for i in 0..x.rows() - 1 {
            let mut sum = 0.0;
            for j in 0..m {
                sum += x[[i, j]] * w[j];
            }
            total += sum.tanh();
        }
        total
    }
    for n in [33, 34, 63] {
        let (x, w) = (numbers(1, [3, n]), numbers(2, [n + 9]));
        for m in [n + 1, n + 2, n + 6] {
            assert!(std::panic::catch_unwind(|| columns(0.5, &x, m)).is_err());
            assert!(std::panic::catch_unwind(|| columns::grad(0.5, &x, m)).is_err(), "{n} {m}");
            assert!(std::panic::catch_unwind(|| products::grad(&w, &x, m)).is_err(), "{n} {m}");
            let x = numbers(1, [n, 3]);
            assert!(std::panic::catch_unwind(|| products::grad(&w, &x, 4)).is_err());
        }
    }
}

#[test]
fn several_results_of_rows() {
    #[differentiable(wrt(w, x))]
    fn both(w: &Matrix<f64>, x: &Matrix<f64>) -> (Matrix<f64>, Vector<f64>, f64) {
        let hidden = x.matmul(w).tanh();
        let sums = hidden.exp().sum_axis(1);
        let mean = sums.mean();
        (hidden, sums, mean)
    }
    for n in ROWS {
        let (w, x) = (numbers(1, [3, 2]), numbers(2, [n, 3]));
        let seeds = (numbers(3, [n, 2]), numbers(4, [n]), 0.7);
        let own = |w: &Matrix<f64>, x: &Matrix<f64>| {
            let (hidden, sums, mean) = both(w, x);
            (hidden * &seeds.0).sum() + sums.dot(&seeds.1) + mean * seeds.2
        };
        let grad = both::vjp(&w, &x, (&seeds.0, &seeds.1, seeds.2));
        let results = both::value(&w, &x);
        let expected = both(&w, &x);
        assert_abs_diff_eq!(results.0.data(), expected.0.data(), epsilon = 1e-14);
        assert_abs_diff_eq!(results.1.data(), expected.1.data(), epsilon = 1e-14);
        let by_w = check::differences(&w, |w| own(w, &x));
        let by_x = check::differences(&x, |x| own(&w, x));
        assert_abs_diff_eq!(grad.w.data(), by_w.as_slice(), epsilon = 1e-9);
        assert_abs_diff_eq!(grad.x.data(), by_x.as_slice(), epsilon = 1e-9);
    }
}

/// So many numbers for each row of a block would take much of the stack.
#[differentiable(wrt(w))]
fn wide(w: &[[f64; 2]; 40], x: &Matrix<f64>) -> f64 {
    let mut total = 0.0;
    for i in 0..x.rows() {
        for w in w {
            total += (x[[i, 0]] * w[0] + x[[i, 1]] * w[1]).tanh().exp();
        }
    }
    total
}

#[test]
fn large_arrays_for_each_row() {
    for n in [1, 33, 129] {
        let x = numbers(1, [n, 2]);
        let all: Tensor<f64, 2> = numbers(2, [40, 2]);
        let w = std::array::from_fn(|i| [all[[i, 0]], all[[i, 1]]]);
        check(&wide::objective(&x), &w, |w| wide(w, &x));
    }
}

/// Loops as long as an index of the loop around them, over elements that are made in a loop and added to in
/// another.
#[differentiable(wrt(w, x))]
fn triangles(w: &Matrix<f64>, x: &Matrix<f64>) -> f64 {
    let mut total = 0.0;
    for i in 0..x.rows() {
        let mut terms = vec![0.0; x.cols()];
        for r in 0..x.cols() {
            terms[r] = x[[i, r]] * 0.5;
            for c in 0..r {
                terms[r] += w[[r, c]] * x[[i, c]];
            }
            for c in r + 1..x.cols() {
                terms[r] -= (w[[r, c]] * x[[i, c]]).sin();
            }
            for c in 0..=r {
                terms[r] += (w[[c, r]] + x[[i, r]]).tanh();
            }
        }
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        total += largest + terms.iter().map(|term| (term - largest).exp()).sum::<f64>().ln();
    }
    total
}

/// The inner loop is as long as the number of the row.
#[differentiable(wrt(w, x))]
fn rows_before(w: f64, x: &[f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        let mut sum = 0.0;
        for j in 0..i {
            sum += (x[i] - x[j] * w).cos();
        }
        total += (sum / x.len() as f64).sin();
    }
    total / x.len() as f64
}

#[test]
fn loops_of_different_lengths() {
    for n in [1, 31, 32, 65, 130] {
        for d in 1..4 {
            let params = triangles::Params { w: numbers(1, [d, d]), x: numbers(2, [n, d]) };
            check(&triangles::objective(), &params, |p| triangles(&p.w, &p.x));
        }
        let params = rows_before::Params { w: 0.7, x: numbers(3, [n]).data().to_vec() };
        check(&rows_before::objective(), &params, |p| rows_before(p.w, &p.x));
    }
}

/// What no turn adds to need not be there.
#[differentiable(wrt(x))]
fn element_before(x: &Matrix<f64>) -> f64 {
    let mut sums = vec![0.0; x.rows()];
    for i in 0..x.rows() {
        for j in 0..i {
            sums[i - 1] += x[[i, j]].sin();
        }
    }
    let mut counts = vec![0.0; x.cols()];
    for i in 0..x.rows() {
        for j in 0..x.cols() {
            counts[j] += x[[i, j]] * sums[i];
        }
    }
    counts.iter().map(|count| count.tanh()).sum()
}

#[test]
fn elements_added_to_in_loops() {
    for n in [1, 5, 33] {
        let x = numbers(1, [n, n]);
        check(&element_before::objective(), &x, element_before);
    }
}

/// What a row keeps for the loop that has the whole sum lies where its derivative will.
#[differentiable]
fn of_matrix(x: &Matrix<f64>) -> f64 {
    x.tanh().mean().exp()
}

#[differentiable]
fn of_slice(x: &[f64]) -> f64 {
    (x.iter().map(|x| x.tanh()).sum::<f64>() / x.len() as f64).exp()
}

#[differentiable]
fn of_arrays(x: &[[f64; 3]; 40]) -> f64 {
    let mut sum = 0.0;
    for row in x {
        for x in row {
            sum += x.tanh();
        }
    }
    (sum / 120.0).exp()
}

/// The second pass reads what the first one kept where it sets the derivative.
#[differentiable]
fn by_constant_sum(x: &Vector<f64>) -> Vector<f64> {
    let e = x.exp();
    (&e / e.sum().detach()).sin()
}

#[test]
fn numbers_kept_in_the_gradient() {
    for n in ROWS {
        let x = numbers(1, [n, 3]);
        check(&of_matrix::objective(), &x, of_matrix);
        check(&of_slice::objective(), &x.data().to_vec(), |x| of_slice(x));
        let (x, cotangent) = (numbers(2, [n]), numbers(3, [n]));
        let grad = by_constant_sum::vjp(&x, &cotangent);
        let sum = x.exp().sum();
        for i in 0..n {
            let part = x[i].exp() / sum;
            assert_abs_diff_eq!(grad[i], cotangent[i] * part.cos() * part, epsilon = 1e-14);
        }
    }
    let x = numbers(4, [40, 3]);
    let x: [[f64; 3]; 40] = std::array::from_fn(|i| std::array::from_fn(|j| x[[i, j]]));
    check(&of_arrays::objective(), &x, of_arrays);
}
