//! Loops over rows of data as they may be written: names like those of the generated code, structs and static
//! arrays beside the data, generic and single numbers, several results, and no numbers at all.

#![allow(
    clippy::needless_range_loop,
    clippy::neg_cmp_op_on_partial_ord,
    clippy::too_many_arguments,
    reason = "they are written as users may write them"
)]

mod check;

use approx::{assert_abs_diff_eq, assert_relative_eq};
use check::{check, numbers};
use gradus::prelude::*;

/// Around the lanes of vectors and the rows of a block.
const ROWS: [usize; 8] = [1, 31, 32, 33, 64, 65, 100, 129];

#[differentiable]
fn taken_names(
    start: f64,
    len: f64,
    first: f64,
    r: f64,
    lane: f64,
    pass: f64,
    sum: &[f64],
    rows: &[f64],
) -> f64 {
    let mut total = 0.0;
    for (i, data) in sum.iter().enumerate() {
        let x = (start * data + first).tanh() * len + (r * rows[i] - lane).exp();
        let sum_lanes = x * pass;
        total += sum_lanes.sin() + lane * i as f64;
    }
    total / sum.len() as f64
}

#[differentiable(wrt(grad, value))]
fn more_names<V: Real>(grad: &Matrix<V>, value: &Vector<V>, data: &Matrix<V>, target: &Vector<V>) -> V {
    let hidden = data.matmul(grad).tanh();
    (hidden.matmul(value) - target).square().mean()
}

#[differentiable]
mod layers {
    use gradus::prelude::*;

    #[derive(Clone, Debug, PartialEq)]
    pub(super) struct Line {
        pub(super) w: Vector<f64>,
        pub(super) scale: [f64; 3],
        pub(super) b: f64,
    }

    #[differentiable(wrt(line))]
    pub(super) fn cost(line: &Line, x: &Matrix<f64>, y: &[usize]) -> f64 {
        let t = (x.matmul(&line.w) + line.b).tanh();
        let mut sum = 0.0;
        for i in 0..x.rows() {
            sum += (t[i] * line.scale[y[i]]).exp() + line.scale[2] * line.w[y[i]];
        }
        sum / x.rows() as f64
    }
}

#[differentiable(wrt(w, near))]
fn static_arrays(w: [f64; 4], near: [[f64; 4]; 3], x: &Matrix<f64>) -> f64 {
    let mut total = 0.0;
    for i in 0..x.rows() {
        let mut least = f64::INFINITY;
        let mut row = 0.0;
        for k in 0..3 {
            let mut distance = 0.0;
            for j in 0..4 {
                distance += (x[[i, j]] - near[k][j]).powi(2) * w[j];
            }
            least = least.min(distance);
            row += (-distance).exp();
        }
        total += least + row.ln_1p();
    }
    total
}

#[differentiable(wrt(w))]
fn extremes_of_rows(w: f64, x: &[f64], limits: &[bool], m: i32) -> f64 {
    let (mut most, mut least, mut product) = (f64::NEG_INFINITY, f64::INFINITY, 1.0);
    for (i, &v) in x.iter().enumerate() {
        let t = (v * w).sin().powi(m) + v;
        most = most.max(if limits[i] && i % 2 == 0 { t } else { v });
        least = if i < 3 || !limits[i] { least.min(t * t) } else { least };
        product *= 1.0 + 0.001 * t;
    }
    most * product + least
}

#[differentiable(wrt(w))]
fn largest(w: f64, x: &[f64]) -> f64 {
    x.iter().fold(-5.0, |most: f64, v| most.max((v * w).sinh()))
}

#[differentiable(wrt(w))]
fn smallest(w: f64, x: &[f64]) -> f64 {
    x.iter().fold(5.0, |least: f64, v| least.min((v * w).sinh()))
}

#[differentiable(wrt(w))]
fn chosen(w: f64, x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for &v in x {
        let t = v * w;
        sum += if !(t > 0.0) { w } else { t.tanh() };
    }
    sum
}

/// Each pass needs what the one before has added up.
#[differentiable(wrt(x))]
fn in_turn(x: &Vector<f64>, y: &Vector<f64>) -> f64 {
    let centred = x - x.mean();
    let scaled = &centred / (centred.square().mean() + 0.1).sqrt();
    let shares = (&scaled * y).softmax(0);
    let low = shares.min();
    (shares + low).ln().mean() + (scaled - y).exp().logsumexp(0)
}

#[test]
fn any_names_and_types() {
    for n in ROWS {
        let (x, y) = (numbers(1, [n]), numbers(2, [n]));
        let params = taken_names::Params {
            start: 0.3,
            len: 0.5,
            first: -0.2,
            r: 0.7,
            lane: 0.1,
            pass: 0.9,
            sum: x.data().to_vec(),
            rows: y.data().to_vec(),
        };
        check(&taken_names::objective(), &params, |p| {
            taken_names(p.start, p.len, p.first, p.r, p.lane, p.pass, &p.sum, &p.rows)
        });
        let data = numbers(3, [n, 4]);
        let params = more_names::Params { grad: numbers(4, [4, 3]), value: numbers(5, [3]) };
        check(&more_names::objective(&data, &y), &params, |p| more_names(&p.grad, &p.value, &data, &y));

        let labels: Vec<usize> = (0..n).map(|i| i * 7 % 3).collect();
        let params = layers::Line { w: numbers(6, [4]), scale: [0.3, -0.4, 0.5], b: 0.2 };
        check(&layers::cost::objective(&data, &labels), &params, |p| layers::cost(p, &data, &labels));

        let near = [[0.1, 0.2, -0.3, 0.4], [-0.5, 0.6, 0.7, -0.8], [0.9, -0.1, 0.2, 0.3]];
        let params = static_arrays::Params { w: [0.5, 0.7, 0.9, 1.1], near };
        check(&static_arrays::objective(&data), &params, |p| static_arrays(p.w, p.near, &data));
    }
}

#[test]
fn folds_and_passes_in_turn() {
    for n in ROWS {
        let (x, y) = (numbers(1, [n]), numbers(2, [n]));
        let limits: Vec<bool> = (0..n).map(|i| i % 5 < 3).collect();
        let own = |w: &f64| extremes_of_rows(*w, x.data(), &limits, 3);
        check(&extremes_of_rows::objective(x.data(), &limits, 3), &0.8, own);
        check(&in_turn::objective(&y), &x, |x| in_turn(x, &y));
    }
}

#[test]
fn no_numbers_or_no_rows() {
    let n = 100;
    for places in [vec![], vec![0], vec![7, 70], vec![97, 98, 99], (0..n).collect()] {
        let mut x = numbers(1, [n]).data().to_vec();
        places.into_iter().for_each(|i| x[i] = f64::NAN);
        // A number that is none is neither the largest nor the smallest, and not above any other.
        check(&largest::objective(&x), &0.8, |w| largest(*w, &x));
        check(&smallest::objective(&x), &0.8, |w| smallest(*w, &x));
        check(&chosen::objective(&x), &0.75, |w| chosen(*w, &x));
    }
    let both = (largest::value_and_grad(0.8, &[]), smallest::value_and_grad(0.8, &[]));
    assert_eq!(both, ((-5.0, 0.0), (5.0, 0.0)));
    let x = [vec![f64::INFINITY], numbers(1, [n]).data().to_vec(), vec![f64::NEG_INFINITY]].concat();
    assert_eq!((largest::value(0.8, &x), smallest::value(0.8, &x)), (f64::INFINITY, f64::NEG_INFINITY));
    let (value, grad) = more_names::value_and_grad(
        &numbers(4, [4, 3]),
        &numbers(5, [3]),
        &numbers(3, [n, 4]).map(|v| if v > 0.99 { f64::NAN } else { v }),
        &numbers(2, [n]),
    );
    assert!(value.is_nan() && grad.value.data().iter().all(|d| d.is_nan()));
}

/// More rows than one range of the tree has.
#[test]
fn several_ranges_of_rows() {
    #[differentiable(wrt(w, b))]
    fn many(w: [f64; 2], b: f64, x: &Vector<f64>, y: &[usize]) -> f64 {
        let (mut sum, mut most, mut least) = (0.0, f64::NEG_INFINITY, f64::INFINITY);
        for i in 0..x.len() {
            let t = (x[i] * w[y[i]] + b).tanh();
            sum += t * (i % 3) as f64;
            most = most.max(t * w[0]);
            least = least.min(t * w[1]);
        }
        sum / x.len() as f64 + most + least
    }
    let n = 150_007;
    let (x, y) = (numbers(1, [n]), (0..n).map(|i| i % 2).collect::<Vec<usize>>());
    let mut x = x;
    // The largest number is in the first range, and the smallest in the last one.
    x.data_mut()[5] = 1.5;
    x.data_mut()[n - 2] = -1.5;
    let (w, b) = ([0.6, 0.7], 0.1);
    let (value, grad) = many::value_and_grad(w, b, &x, &y);
    assert_relative_eq!(value, many(w, b, &x, &y), max_relative = 1e-12);
    let h = 1e-5;
    let by = |w: [f64; 2], v: [f64; 2], a: f64, b: f64| (many(w, a, &x, &y) - many(v, b, &x, &y)) / (2.0 * h);
    let expected = [by([0.6 + h, 0.7], [0.6 - h, 0.7], b, b), by([0.6, 0.7 + h], [0.6, 0.7 - h], b, b)];
    assert_abs_diff_eq!(grad.w.as_slice(), expected.as_slice(), epsilon = 1e-8);
    assert_abs_diff_eq!(grad.b, by(w, w, b + h, b - h), epsilon = 1e-8);
}

/// What is stored for each row goes to its own place in each range.
#[test]
fn several_ranges_of_stored_rows() {
    #[differentiable]
    fn each(x: &Vector<f32>, w: f32) -> f32 {
        let shares = (x * w).softmax(0);
        (shares * x.len() as f32).square().mean()
    }
    let n = 140_003;
    let x: Vector<f32> = (0..n).map(|i| (i * 37 % 101) as f32 / 101.0).collect::<Vec<_>>().into();
    let grad = each::grad(&x, 0.5);
    let few: Vector<f32> = x.data()[..101].to_vec().into();
    // With the same numbers again and again, each counts as many times less.
    let of_few = each::grad(&few, 0.5);
    let scale = 101.0 / n as f32;
    for (i, &d) in grad.x.data().iter().enumerate() {
        assert_abs_diff_eq!(d / scale, of_few.x.data()[i % 101], epsilon = 1e-3);
    }
    assert_abs_diff_eq!(grad.w, of_few.w, epsilon = 1e-3);
}
