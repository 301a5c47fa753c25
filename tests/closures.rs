//! Closures that a `let` has given a name, and those that stand where they are used.

mod check;

use check::{check, numbers};
use gradus::prelude::*;

/// Lotka and Volterra's equations by the method of Runge and Kutta.
#[differentiable(wrt(p))]
fn predator(p: &[f64; 6], step: f64, steps: usize) -> f64 {
    let [birth, hunt, gain, death, mut prey, mut hunters] = *p;
    let rate = |u: f64, v: f64| (birth * u - hunt * u * v, gain * u * v - death * v);
    for _ in 0..steps {
        let (a1, b1) = rate(prey, hunters);
        let (a2, b2) = rate(prey + step / 2.0 * a1, hunters + step / 2.0 * b1);
        let (a3, b3) = rate(prey + step / 2.0 * a2, hunters + step / 2.0 * b2);
        let (a4, b4) = rate(prey + step * a3, hunters + step * b3);
        prey += step / 6.0 * (a1 + 2.0 * a2 + 2.0 * a3 + a4);
        hunters += step / 6.0 * (b1 + 2.0 * b2 + 2.0 * b3 + b4);
    }
    prey * hunters
}

/// The name that a closure has taken is another one's afterwards.
#[differentiable]
fn shadowed(x: f64, w: f64) -> f64 {
    let scaled = |v| v * w;
    let w = x.sin();
    let v = 3.0;
    scaled(x) + w * scaled(v)
}

/// With `move`, it has what there was when it was made.
#[differentiable]
fn moved(x: f64, w: f64) -> f64 {
    let mut w = w;
    let before = move |v: f64| v * w;
    w *= x;
    before(x) + w
}

/// One calls another, and leaves early.
#[differentiable]
fn pieces(x: &[f64], bend: f64) -> f64 {
    let square = |v: f64| v * v;
    let huber = |v: f64| -> f64 {
        if v.abs() <= bend {
            return 0.5 * square(v);
        }
        bend * (v.abs() - 0.5 * bend)
    };
    let mut sum = 0.0;
    for v in x {
        let scaled = |by: f64| huber(v * by);
        sum += scaled(1.0) + scaled(0.3);
    }
    sum + x.iter().map(|v| huber(*v)).sum::<f64>()
}

/// A closure by its name, and one in place that leaves early.
#[differentiable]
fn mapped(x: &[f64], w: f64) -> f64 {
    let wave = |v: &f64| (v * w).sin();
    let clipped = x.iter().map(|v| {
        if *v > 1.0 {
            return 2.0 * *v - 1.0;
        }
        v * v
    });
    x.iter().map(wave).sum::<f64>() * clipped.sum::<f64>()
}

/// It takes arrays, and returns one.
#[differentiable]
fn rotated(points: &[[f64; 2]; 3], angle: f64) -> f64 {
    let (sin, cos) = (angle.sin(), angle.cos());
    let turn = |p: [f64; 2]| [cos * p[0] - sin * p[1], sin * p[0] + cos * p[1]];
    let mut sum = 0.0;
    for (i, &p) in points.iter().enumerate() {
        let [x, y] = turn(p);
        let [x, y] = turn([x, y * (i as f64 + 0.5)]);
        sum += x.powi(2) * y;
    }
    sum
}

/// Only one of two branches makes it.
#[differentiable]
fn in_branches(x: f64, w: f64) -> f64 {
    let square = |v: f64| v * v * w;
    let y = if x > 1.0 {
        let cube = |v: f64| v * square(v);
        cube(x)
    } else {
        square(x)
    };
    square(y)
}

#[test]
fn by_central_differences() {
    let p = [0.6, 0.3, 0.2, 0.5, 1.0, 1.5];
    check(&predator::objective(0.1, 20), &p, |p| predator(p, 0.1, 20));
    for (x, w) in [(0.3, 0.7), (1.4, -0.6), (-2.0, 1.1)] {
        let params = shadowed::Params { x, w };
        check(&shadowed::objective(), &params, |p| shadowed(p.x, p.w));
        let params = moved::Params { x, w };
        check(&moved::objective(), &params, |p| moved(p.x, p.w));
        let params = in_branches::Params { x, w };
        check(&in_branches::objective(), &params, |p| in_branches(p.x, p.w));
    }
    let x: Vec<f64> = numbers(1, [9]).data().iter().map(|x| 2.0 * x).collect();
    let params = pieces::Params { x: x.clone(), bend: 0.8 };
    check(&pieces::objective(), &params, |p| pieces(&p.x, p.bend));
    let params = mapped::Params { x, w: 0.8 };
    check(&mapped::objective(), &params, |p| mapped(&p.x, p.w));
    let params = rotated::Params { points: [[0.1, 0.9], [1.3, -0.4], [-0.7, 0.6]], angle: 0.7 };
    check(&rotated::objective(), &params, |p| rotated(&p.points, p.angle));
}
