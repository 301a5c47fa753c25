//! Branches: the gradient is that of the branch taken, and nothing of the other one is evaluated.

#![allow(
    clippy::neg_cmp_op_on_partial_ord,
    clippy::collapsible_if,
    clippy::collapsible_else_if,
    clippy::needless_range_loop,
    clippy::needless_return,
    reason = "every form that a user may write is tried"
)]

mod check;

use check::{check, numbers};
use gradus::prelude::*;

#[differentiable]
fn of_numbers(x: f64, y: f64) -> f64 {
    let a = if x > y { x * y } else { x.sin() - y };
    let b = if x > 1.0 && y < 0.0 || !(x > -1.0) {
        x.exp() * a
    } else if y >= 1.0 {
        y * y * a
    } else if x == 0.5 {
        a * 3.0
    } else {
        a - x
    };
    a * b
}

#[test]
fn branches_of_numbers() {
    for x in [-1.5, -0.3, 0.5, 0.9, 1.6] {
        for y in [-1.2, 0.4, 1.3] {
            // At 0.5 the differences would leave the branch that is taken at that very point.
            if x != 0.5 {
                check(&of_numbers::objective(), &of_numbers::Params { x, y }, |p| of_numbers(p.x, p.y));
            }
        }
    }
    // a = x y, b = 3 a: 3 x² y².
    assert_eq!(of_numbers::grad(0.5, 0.25), of_numbers::Params { x: 0.1875, y: 0.375 });
}

#[differentiable(wrt(x, w))]
fn of_tensors(x: &Vector<f64>, w: &Matrix<f64>, transposed: bool, n: usize) -> f64 {
    let product = if transposed { w.t().matmul(x) } else { w.matmul(x) };
    let activation = if product.sum() > 0.0 {
        product.tanh()
    } else {
        let square = product.square();
        square * 0.5
    };
    let weight = if n == 0 { 1.0 } else { x.mean() / n as f64 };
    if n > 2 { activation.norm() * weight } else { (activation * x).sum() + weight }
}

#[test]
fn branches_of_tensors() {
    for (transposed, n) in [(false, 0), (true, 1), (false, 3), (true, 5)] {
        for sign in [1.0, -1.0] {
            let params = of_tensors::Params { x: numbers(1, [3]) * sign, w: numbers(2, [3, 3]) };
            check(&of_tensors::objective(transposed, n), &params, |p| of_tensors(&p.x, &p.w, transposed, n));
        }
    }
}

#[differentiable]
fn of_arrays(a: [f64; 3], m: &[[f64; 2]; 2]) -> f64 {
    let chosen = if a[0] > 0.0 { a } else { [a[1], a[2] * a[0], 1.0] };
    let corner = if m[0][0] > m[1][1] { m[0][0] * chosen[0] } else { m[1][1] - chosen[2] };
    chosen[1] * corner + chosen.dot(&a)
}

#[test]
fn branches_of_arrays() {
    let matrices = [[[0.7, 0.1], [0.2, 0.3]], [[0.3, 0.1], [0.2, 0.7]]];
    for (sign, m) in [(1.0, matrices[0]), (1.0, matrices[1]), (-1.0, matrices[0]), (-1.0, matrices[1])] {
        let params = of_arrays::Params { a: [0.4 * sign, -0.6, 1.2], m };
        check(&of_arrays::objective(), &params, |p| of_arrays(p.a, &p.m));
    }
}

#[differentiable]
fn guarded_root(x: f64) -> f64 {
    if x > 0.0 { x.sqrt() } else { 0.0 }
}

#[differentiable]
fn guarded_quotient(x: f64, y: f64) -> f64 {
    let quotient = if y != 0.0 { x / y } else { 1.0 };
    quotient * x
}

#[differentiable(wrt(x))]
fn guarded_index(x: &Vector<f64>, i: usize) -> f64 {
    let element = if i < x.len() { x[i] * x[i] } else { 0.0 };
    let next = if i + 1 < x.len() { x[i + 1] } else { x[0] };
    element * next
}

#[differentiable]
fn guarded_mean(x: &Vector<f64>) -> f64 {
    if x.rows() > 0 { x.mean() } else { -1.0 }
}

#[test]
fn the_other_side_is_not_evaluated() {
    assert_eq!(guarded_root::value_and_grad(0.0), (0.0, 0.0));
    assert_eq!(guarded_root::value_and_grad(-4.0), (0.0, 0.0));
    assert_eq!(guarded_root::value_and_grad(4.0), (2.0, 0.25));

    let grad = guarded_quotient::grad(3.0, 0.0);
    assert_eq!((grad.x, grad.y), (1.0, 0.0));

    let x = Vector::from([2.0, 3.0]);
    assert_eq!(guarded_index::value_and_grad(&x, 0), (12.0, Vector::from([12.0, 4.0])));
    assert_eq!(guarded_index::value_and_grad(&x, 1), (18.0, Vector::from([9.0, 12.0])));
    assert_eq!(guarded_index::value_and_grad(&x, 7), (0.0, Vector::from([0.0, 0.0])));

    // As the function itself, which has a value for empty data.
    assert_eq!(guarded_mean::value_and_grad(&Vector::zeros([0])), (-1.0, Vector::zeros([0])));
    assert_eq!(guarded_mean::grad(&x), Vector::from([0.5, 0.5]));
}

#[differentiable]
fn early_returns(x: f64, y: f64) -> f64 {
    if x < -1.0 {
        return x * y;
    }
    let z = x * x + y;
    if y > 0.0 {
        if z > 2.0 {
            return z.sin();
        } else if x > 0.0 {
            let x = x * 3.0;
            return x * z;
        }
    } else {
        if z < 0.0 {
            return -z * x;
        }
    }
    let z = z * y;
    return z * z - x;
}

#[test]
fn nested_early_returns() {
    for x in [-1.5, -0.4, 0.4, 1.5] {
        for y in [-1.3, -0.1, 0.7] {
            check(&early_returns::objective(), &early_returns::Params { x, y }, |p| early_returns(p.x, p.y));
        }
    }
}

/// The turns of the loop are asked for on one side alone, where there are the places.
#[differentiable(wrt(x))]
fn walk(x: &[f64], next: &[usize], stays: bool) -> f64 {
    if stays {
        return x[0];
    }
    let (mut at, mut sum) = (0, 0.0);
    for _ in 0..x.len() {
        at = next[at];
        sum += x[at] * x[at];
    }
    sum
}

#[test]
fn loops_of_the_other_side_are_not_run() {
    assert_eq!(walk::value_and_grad(&[2.0, 3.0], &[], true), (2.0, vec![1.0, 0.0]));
    assert_eq!(walk::value_and_grad(&[2.0, 3.0], &[1, 0], false), (13.0, vec![4.0, 6.0]));
}

#[differentiable(wrt(x))]
fn arms(x: f64, n: i32, flag: bool) -> f64 {
    let factor = match n {
        i32::MIN..=-1 => x.exp(),
        0 => 0.0,
        1 | 2 | 5 => x * x,
        k if k > 100 => x / k as f64,
        6..10 => x * n as f64,
        _ => 1.0 - x,
    };
    let offset = match flag {
        true => x,
        false => {
            let x = x * 2.0;
            x.sin()
        }
    };
    factor * offset
}

#[test]
fn arms_of_a_match() {
    for n in [-7, -1, 0, 1, 2, 3, 5, 6, 9, 10, 101, 1000] {
        for flag in [true, false] {
            check(&arms::objective(n, flag), &0.7, |x| arms(*x, n, flag));
        }
    }
}

#[differentiable]
fn assignments(x: f64, v: &Vector<f64>) -> f64 {
    let mut total = x;
    let mut state = v * x;
    if x > 0.0 {
        total *= v.sum();
        state = state.sin() * total;
        total += 1.0;
    } else if x > -1.0 {
        let total = 5.0 * x;
        state = &state * total;
    } else {
        total -= x * x;
    }
    {
        let x = total * 2.0;
        total = x / (1.0 + total * total);
    }
    let mut late = -x;
    if total > 0.0 {
        late = total * x;
    }
    state.sum() * late + total
}

#[test]
fn assignments_in_branches() {
    for x in [-1.4, -0.6, 0.8] {
        let params = assignments::Params { x, v: numbers(1, [3]) };
        check(&assignments::objective(), &params, |p| assignments(p.x, &p.v));
    }
}

#[differentiable]
fn branch_of_branches(x: f64, y: f64) -> f64 {
    let larger = if x > y { x } else { y };
    let (near, far) = if larger > 1.0 { (x, y) } else { (y * y, x * y) };
    let inner = if near > 0.0 {
        let scaled = if far > 0.0 { near * far } else { near - far };
        scaled * larger
    } else {
        far.cos()
    };
    inner * if inner > 0.5 { x } else { 2.0 }
}

#[test]
fn branches_inside_branches() {
    for x in [-1.5, -0.3, 0.4, 1.7] {
        for y in [-1.2, 0.6, 1.4] {
            check(&branch_of_branches::objective(), &branch_of_branches::Params { x, y }, |p| {
                branch_of_branches(p.x, p.y)
            });
        }
    }
}

mod inner {
    use gradus::prelude::*;

    #[differentiable]
    pub(crate) fn root(x: f64) -> f64 {
        x.sqrt()
    }
}

#[differentiable]
fn calls(x: f64) -> f64 {
    let root: f64 = if x > 0.0 { inner::root(x) } else { 0.0 };
    root + x
}

#[test]
fn calls_in_a_branch() {
    check(&calls::objective(), &0.7, |x| calls(*x));
    assert_eq!(calls::value_and_grad(0.0), (0.0, 1.0));
    assert_eq!(calls::value_and_grad(-2.0), (-2.0, 1.0));
}

/// The conditions are sums of data that the rest reads as well.
#[differentiable(wrt(t, v))]
fn conditions_of_data(s: f64, v: &Vector<f64>, t: &Tensor<f64, 3>) -> f64 {
    let sine = t.sum_axis(1).sin();
    if s > t.max() {
        return v[0] * s;
    }
    let mean = t.mean_axis(2);
    if s.sin() > sine[[1, 0]] {
        return mean[[0, 0]] * s;
    }
    if !(s < v.logsumexp(0)) || mean.norm() > 2.0 {
        return s.sin() * v.sum();
    }
    sine.t().sum() * mean.sum()
}

#[test]
fn conditions_that_depend_on_sums() {
    for seed in 1..5 {
        let params = conditions_of_data::Params { v: numbers(seed, [3]), t: numbers(7, [2, 3, 4]) };
        for s in [-0.9, 0.1, 0.6, 1.7] {
            check(&conditions_of_data::objective(s), &params, |p| conditions_of_data(s, &p.v, &p.t));
        }
    }
}

#[differentiable]
fn printed(x: f64) -> f64 {
    assert!(x < 100.0, "too large");
    debug_assert!(x.is_finite());
    x * x
}

#[test]
fn assertions_stay_in_the_function() {
    assert_eq!(printed::value_and_grad(3.0), (9.0, 6.0));
}

/// Each statement may return, and each of its sides goes on with the rest.
#[differentiable]
fn many_returns(x: f64, y: f64) -> f64 {
    if x > 9.0 && y > 9.0 {
        return x;
    }
    let x = x * 1.1;
    if x > 8.0 {
        if y > 8.0 {
            return y;
        }
    }
    let x = x.sin();
    if x > 7.0 {
        if y > 7.0 {
            return x * y;
        }
    }
    x * y
}

#[test]
fn returns_one_after_the_other() {
    check(&many_returns::objective(), &many_returns::Params { x: 0.7, y: 1.2 }, |p| many_returns(p.x, p.y));
}

#[differentiable]
fn of_bad_input(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_infinite() {
        return 3.0 * x;
    }
    if y.is_finite() { x * y } else { x * x }
}

#[differentiable]
fn narrow(x: f32) -> f32 {
    if x.is_finite() { x * x } else { 0.0 }
}

#[test]
fn bad_input_is_told_from_good() {
    for y in [0.7, 0.0, -1e300, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        assert_eq!(of_bad_input::value(0.3, y), of_bad_input(0.3, y));
    }
    assert!(of_bad_input::value(f64::NAN, 1.0).is_nan());
    let grads = [0.7, f64::INFINITY, f64::NAN].map(|y| of_bad_input::grad(2.0, y).x);
    assert_eq!(grads, [0.7, 3.0, 4.0]);
    assert_eq!(of_bad_input::grad(f64::NAN, 1.0).x, 3.0);
    assert_eq!(
        [2.0, f32::INFINITY, f32::NAN].map(narrow::value_and_grad),
        [(4.0, 4.0), (0.0, 0.0), (0.0, 0.0)]
    );
}

/// The right sides change a variable, where they are evaluated.
#[differentiable]
fn lazy(x: f64, y: f64) -> f64 {
    let mut c = y;
    let a = if x > 0.0 && {
        c += x;
        c > 1.0
    } {
        c * x
    } else {
        x
    };
    let b = if x < 1.0 || {
        c *= x;
        c < 3.0
    } {
        c
    } else {
        c * y
    };
    a * b + c
}

#[test]
fn what_is_not_evaluated_changes_nothing() {
    for x in [-0.6, 0.7, 1.4, 2.2] {
        for y in [0.2, 0.9, 2.1] {
            check(&lazy::objective(), &lazy::Params { x, y }, |p| lazy(p.x, p.y));
        }
    }
}

/// The distance of two sequences by dynamic programming: what two of the branches read, the others must not.
#[differentiable]
fn distance(a: &[f64], b: &[f64], gap: f64) -> f64 {
    let mut d = vec![vec![0.0f64; b.len()]; a.len()];
    for i in 0..a.len() {
        for j in 0..b.len() {
            let cost = (a[i] - b[j]).powi(2);
            d[i][j] = cost
                + if i > 0 && j > 0 {
                    d[i - 1][j - 1].min(d[i - 1][j] + gap).min(d[i][j - 1] + gap)
                } else if i > 0 {
                    d[i - 1][j] + gap
                } else if j > 0 {
                    d[i][j - 1] + gap
                } else {
                    gap * gap
                };
        }
    }
    d[a.len() - 1][b.len() - 1]
}

/// The neighbours of each element, where it has them.
#[differentiable]
fn neighbours(x: &[f64], w: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += if i > 0 && i + 1 < x.len() {
            (x[i + 1] - x[i - 1]) * w
        } else if i > 0 {
            x[i - 1].sin()
        } else if i + 1 < x.len() {
            x[i + 1].cos()
        } else {
            x[i] * w
        };
    }
    sum
}

#[test]
fn what_several_branches_read_is_read_in_these_alone() {
    let (a, b) = (numbers::<1>(1, [5]).data().to_vec(), numbers::<1>(2, [4]).data().to_vec());
    for rows in 1..=a.len() {
        let params = distance::Params { a: a[..rows].to_vec(), b: b.clone(), gap: 0.3 };
        check(&distance::objective(), &params, |p| distance(&p.a, &p.b, p.gap));
        let params = neighbours::Params { x: a[..rows].to_vec(), w: 0.7 };
        check(&neighbours::objective(), &params, |p| neighbours(&p.x, p.w));
    }
}
