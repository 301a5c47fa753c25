//! Slices of arrays: points, rows of measurements, states over time.

#![allow(clippy::needless_range_loop, reason = "loops over indices are what is tried")]

use gradus::prelude::*;

/// The squared distances of points to where a rotation and a shift take them.
#[differentiable(wrt(pose))]
fn alignment(pose: &[f64; 3], from: &[[f64; 2]], to: &[[f64; 2]]) -> f64 {
    let (sin, cos) = (pose[0].sin(), pose[0].cos());
    let mut sum = 0.0;
    for (p, q) in from.iter().zip(to) {
        let x = cos * p[0] - sin * p[1] + pose[1];
        let y = sin * p[0] + cos * p[1] + pose[2];
        sum += (x - q[0]).powi(2) + (y - q[1]).powi(2);
    }
    sum / from.len() as f64
}

/// The energy of points that repel each other; the gradient is a force on each.
#[differentiable]
fn energy(points: &[[f64; 3]]) -> f64 {
    let mut sum = 0.0;
    for i in 0..points.len() {
        for j in 0..i {
            let mut square = 0.0;
            for axis in 0..3 {
                square += (points[i][axis] - points[j][axis]).powi(2);
            }
            sum += 1.0 / square.sqrt();
        }
    }
    sum
}

/// By iterators, with patterns.
#[differentiable]
fn spread(points: &[[f64; 2]], center: [f64; 2]) -> f64 {
    points.iter().map(|&[x, y]| ((x - center[0]).powi(2) + (y - center[1]).powi(2)).sqrt()).sum()
}

/// Each side of a polygon, and where they turn.
#[differentiable]
fn length(points: &[[f64; 2]]) -> f64 {
    points.windows(2).map(|w| (w[1][0] - w[0][0]).hypot(w[1][1] - w[0][1])).sum()
}

/// The turns of a path of four points, two sides at a time.
#[differentiable]
fn turns(points: &[[f64; 2]; 4]) -> f64 {
    let mut sum = 0.0;
    for corner in points.windows(3) {
        let [[a, b], [c, d], [e, f]] = [corner[0], corner[1], corner[2]];
        sum += (f - d).atan2(e - c) - (d - b).atan2(c - a);
    }
    points.chunks_exact(2).map(|pair| pair[0][0] * pair[1][1]).sum::<f64>() + sum
}

/// As many coordinates as the caller has.
#[differentiable(wrt(w))]
fn linear<const D: usize>(w: &[f64; D], b: f64, x: &[[f64; D]], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let mut value = b;
        for k in 0..D {
            value += w[k] * x[i][k];
        }
        sum += (value - y[i]).powi(2);
    }
    sum / x.len() as f64
}

/// Matrices over time.
#[differentiable]
fn products(steps: &[[[f64; 2]; 2]]) -> f64 {
    let mut state = [1.0, 0.5];
    for step in steps {
        state =
            [step[0][0] * state[0] + step[0][1] * state[1], step[1][0] * state[0] + step[1][1] * state[1]];
    }
    state[0] * state[1]
}

/// Chosen by indices.
#[differentiable(wrt(points))]
fn edges(points: &[[f64; 2]], from: &[usize], to: &[usize], rest: &[f64]) -> f64 {
    let mut sum = 0.0;
    for ((&i, &j), &rest) in from.iter().zip(to).zip(rest) {
        let stretch = (points[i][0] - points[j][0]).hypot(points[i][1] - points[j][1]) - rest;
        sum += stretch * stretch;
    }
    sum
}

/// Passed on to another.
#[differentiable]
fn weighted(points: &[[f64; 2]], weight: f64) -> f64 {
    let all: f64 = length(points);
    weight * all
}

/// What is computed is passed on.
#[differentiable]
fn scaled<const N: usize>(points: &[[f64; 2]; N], scale: f64) -> f64 {
    let mut larger = [[0.0; 2]; N];
    for i in 0..N {
        larger[i] = [points[i][0] * scale, points[i][1] / scale];
    }
    let length: f64 = length(&larger);
    length
}

#[differentiable]
fn scaled_slice(points: &[[f64; 2]], scale: f64) -> f64 {
    let mut larger = points.to_vec();
    for point in larger.iter_mut() {
        point[0] *= scale;
    }
    let length: f64 = length(&larger);
    length
}

/// Compares with central differences, number by number.
fn agree<const N: usize>(
    name: &str,
    at: &[[f64; N]],
    gradient: &[[f64; N]],
    function: impl Fn(&[[f64; N]]) -> f64,
) {
    assert_eq!(at.len(), gradient.len(), "{name}");
    // The step balances truncation, of its fourth power, with rounding.
    let step = 1e-3;
    for i in 0..at.len() {
        for k in 0..N {
            let value = |by: f64| {
                let mut moved = at.to_vec();
                moved[i][k] += by * step;
                function(&moved)
            };
            let slope = (8.0 * (value(1.0) - value(-1.0)) - (value(2.0) - value(-2.0))) / (12.0 * step);
            let error = (slope - gradient[i][k]).abs();
            assert!(error < 1e-8 * slope.abs().max(1.0), "{name}[{i}][{k}]: {} {slope}", gradient[i][k]);
        }
    }
}

const POINTS: [[f64; 2]; 5] = [[0.1, 0.9], [1.3, -0.4], [-0.7, 0.6], [2.1, 1.8], [-1.2, -2.2]];
const OTHERS: [[f64; 2]; 5] = [[0.4, 0.2], [1.0, 0.3], [-0.9, -0.6], [1.1, 2.8], [0.2, -2.0]];

#[test]
fn the_gradient_by_points_is_a_vec_of_arrays() {
    let gradient: Vec<[f64; 2]> = length::grad(&POINTS);
    agree("length", &POINTS, &gradient, length);
    let cube = [[0.0, 0.1, 0.9], [1.0, 0.2, -0.3], [0.4, 1.1, 0.2], [-0.8, 0.3, 0.5]];
    agree("energy", &cube, &energy::grad(&cube), energy);
    let center = [0.3, -0.2];
    let (value, gradient) = spread::value_and_grad(&POINTS, center);
    assert_eq!(value, spread(&POINTS, center));
    agree("spread", &POINTS, &gradient.points, |points| spread(points, center));
    agree("spread", &[center], &[gradient.center], |center| spread(&POINTS, center[0]));
    let (from, to, rest) = ([0, 1, 4, 2], [3, 2, 0, 2], [1.0, 0.5, 2.0, 0.0]);
    let gradient = edges::grad(&POINTS, &from, &to, &rest);
    agree("edges", &POINTS, &gradient, |points| edges(points, &from, &to, &rest));
    let path = [POINTS[0], POINTS[1], POINTS[3], POINTS[2]];
    agree("turns", &path, &turns::grad(&path), |path| turns(path.try_into().expect("there are four")));
    let gradient = weighted::grad(&POINTS, 0.7);
    agree("weighted", &POINTS, &gradient.points, |points| weighted(points, 0.7));
}

#[test]
fn points_as_data() {
    let pose = [0.3, -0.5, 0.2];
    agree("alignment", &[pose], &[alignment::grad(&pose, &POINTS, &OTHERS)], |pose| {
        alignment(&pose[0], &POINTS, &OTHERS)
    });
    let y = [0.3, 0.2, -0.6, 1.0, 0.1];
    let w = [0.4, -0.8];
    let gradient = linear::grad(&w, 0.2, &POINTS, &y);
    agree("linear", &[w], &[gradient], |w| linear(&w[0], 0.2, &POINTS, &y));
}

#[test]
fn many_points_are_read_in_passes() {
    let x: Vec<[f64; 3]> =
        (0..1000).map(|i| [0.0, 1.0, 2.0].map(|k| (f64::from(i) * 0.7 + k).sin())).collect();
    let y: Vec<f64> = (0..1000).map(|i| (f64::from(i) * 0.3).cos()).collect();
    let w = [0.4, -0.8, 1.5];
    agree("linear", &[w], &[linear::grad(&w, 0.2, &x, &y)], |w| linear(&w[0], 0.2, &x, &y));
}

#[test]
fn arrays_of_arrays() {
    let steps = [[[0.9, 0.1], [-0.2, 0.8]], [[1.1, 0.3], [0.4, -0.7]], [[0.6, -0.5], [0.2, 1.2]]];
    let gradient: Vec<[[f64; 2]; 2]> = products::grad(&steps);
    agree("products", steps.as_flattened(), gradient.as_flattened(), |flat| {
        products(flat.as_chunks::<2>().0)
    });
}

#[test]
fn computed_points_are_passed_on() {
    let gradient = scaled::grad(&POINTS, 1.5);
    agree("scaled", &POINTS, &gradient.points, |points| {
        scaled::<5>(points.try_into().expect("there are five"), 1.5)
    });
    let gradient = scaled_slice::grad(&POINTS, 1.5);
    agree("scaled slice", &POINTS, &gradient.points, |points| scaled_slice(points, 1.5));
    agree("scale", &[[1.5]], &[[gradient.scale]], |scale| scaled_slice(&POINTS, scale[0][0]));
}

#[test]
fn storage_is_used_again_and_takes_the_length() {
    let mut gradient = vec![[7.0; 2]; 9];
    length::value_and_grad_into(&POINTS, &mut gradient);
    assert_eq!(gradient, length::grad(&POINTS));
    let start = gradient.as_ptr();
    length::value_and_grad_into(&OTHERS, &mut gradient);
    assert_eq!(gradient.as_ptr(), start);
}

#[test]
fn no_points() {
    assert_eq!(length(&[]), 0.0);
    assert!(length::grad(&[]).is_empty());
    assert_eq!(energy::grad(&[]), Vec::<[f64; 3]>::new());
}

#[test]
fn lengths_that_do_not_fit_are_an_error() {
    let error = alignment::check_shapes(&[0.0; 3], &POINTS, &OTHERS[..4]);
    assert_eq!(error, Ok(()), "`zip` stops with the shorter one");
    let error = linear::check_shapes(&[0.0; 2], 0.0, &POINTS, &[0.0; 4]).map_err(|error| error.to_string());
    assert_eq!(error, Ok(()), "what is indexed is checked where it is");
}

#[test]
fn training_moves_points() {
    let problem = edges::objective(&[0, 1, 2], &[1, 2, 0], &[1.0, 1.0, 1.0]);
    let mut points = vec![[0.0, 0.1], [0.5, 0.0], [0.3, 0.6]];
    Sgd::new(0.1).epochs(200).minimize(&problem, &mut points).expect("the loss is finite");
    assert!(edges(&points, &[0, 1, 2], &[1, 2, 0], &[1.0, 1.0, 1.0]) < 1e-10);
}
