//! What random programs found: each mistake that was once in the macro, as small as it gets.

#![allow(
    clippy::needless_range_loop,
    clippy::reversed_empty_ranges,
    clippy::never_loop,
    clippy::explicit_counter_loop,
    clippy::manual_is_multiple_of,
    unused_variables,
    unused_assignments,
    reason = "random programs write it like this"
)]

mod check;

use check::{check, numbers};
use gradus::prelude::*;

/// Array elements that are set by a loop began as zeros again after the loop had started.
#[differentiable]
fn started_before_the_loop(x: f64) -> f64 {
    let start = [x, x * x];
    let mut y = start;
    let mut total = 0.0;
    for i in 0..3 {
        total += start[i % 2] * y[1];
        y[i % 2] += total.sin();
    }
    total + y[0]
}

/// A value kept only where a branch is taken was read where it is not.
#[differentiable]
fn kept_in_a_branch(x: &[f64]) -> f64 {
    let mut total = 0.5;
    for i in 0..x.len() {
        if x[i] > 0.0 {
            let y = x[i].sin();
            for j in 0..2 {
                total = total * y + x[j];
            }
        }
    }
    total
}

/// Two loops whose lengths depend on their own indices were taken for one.
#[differentiable]
fn triangles(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        for j in 0..i {
            total += x[i] * x[j];
        }
    }
    for i in 0..x.len() {
        for j in i..x.len() {
            total -= (x[i] * x[j]).sin();
        }
    }
    total
}

/// The last turn of a loop without turns was turn -1.
#[differentiable]
fn last_of_none(x: &[f64], n: usize) -> f64 {
    let mut last = 0.5;
    for i in 0..n {
        last = x[i] * x[i];
    }
    last
}

/// A count that a loop subtracts from was negated, though it has no sign.
#[differentiable]
fn counted_down(x: &[f64]) -> f64 {
    let mut left = x.len();
    for v in x {
        left -= 1;
    }
    x[left] * x[0]
}

/// The type of numbers that only literals give was not found.
#[differentiable]
fn of_literals(x: f64) -> f64 {
    x * Vector::<f64>::full([3], 0.5).square().sum()
}

/// What a fold begins with gave it no type.
#[differentiable]
fn folded_from_a_literal(x: &[f64]) -> f64 {
    x.iter().fold(2.0 - 0.44, |largest: f64, v| largest.max(*v * *v))
}

/// A variable of the loop was taken for the one outside that it hides.
#[differentiable]
fn hidden(x: f64) -> f64 {
    let mut y = x;
    for _ in 0..3 {
        let mut y = x * 2.0;
        y *= x;
    }
    y = y.sin();
    y
}

/// A loop with a label, left from within another, did not parse when emitted.
#[differentiable]
fn left_by_its_label(x: &[f64]) -> f64 {
    let mut total = 0.0;
    'rows: for v in x {
        for w in x {
            if v * w > 0.5 {
                break 'rows;
            }
            total += v * w.sin();
        }
    }
    total
}

#[differentiable]
fn scaled_sum(a: &Matrix<f64>, s: f64) -> f64 {
    a.sum() * s
}

/// A call with nothing in it to differentiate was refused.
#[differentiable]
fn of_constants(x: f64) -> f64 {
    let c: f64 = scaled_sum(&Matrix::<f64>::ones([2, 2]), 0.5);
    x * c
}

/// The length of a range of literals had no type.
#[differentiable]
fn over_literals(x: f64) -> f64 {
    let mut out = 0.5;
    for sum in 0..=0 {
        out = if 1.0 >= sum as f64 { 0.6 } else { out };
    }
    for (t, q) in (2..0).enumerate() {
        out = x;
        for i in 1..t {
            out += x;
        }
    }
    x * out
}

/// The largest of integers began with minus infinity, which they do not have.
#[differentiable]
fn largest_count(x: f64) -> f64 {
    let (mut most, mut least) = (0_usize, 9_usize);
    for i in 0..5 {
        most = most.max(i * i % 7);
        least = least.min(i * 3 % 5 + 1);
    }
    x.powi(2) * most as f64 + x * least as f64
}

/// A length was found equal to one that it is computed from, and the macro ran out of stack.
#[differentiable]
fn longer_than_itself(x: &Matrix<f64>, w: &Tensor<f64, 3>) -> f64 {
    x.insert_axis(0, w.len()).matmul(w).square().sum()
}

/// Two computed lengths changed places when others were found equal.
#[differentiable]
fn lengths_in_order(x: &Vector<f64>, y: &Vector<f64>, n: usize) -> f64 {
    let a: f64 = x.iter().zip(y.iter()).map(|(u, v)| u * v).sum();
    let b = (x + y).sum();
    let z = Vector::<f64>::ones([n + 1]);
    let w = Vector::<f64>::ones([n + 2]);
    a + b + (&z + x).sum() + w.sum() * a
}

/// Two gradients that are both zeros of one length were taken for one type.
#[differentiable]
fn zeros_of_two_types(x: &Vector<f64>, y: &[f64; 4], z: f64) -> f64 {
    let mut total = z * z;
    for _ in 3..1 {
        total += (x + &Vector::from(*y)).sum();
    }
    total
}

/// An array whose length only a loop tells was made in a branch, and read in another one.
#[differentiable]
fn made_in_a_branch(c: f64) -> f64 {
    let mut b: usize = 0;
    loop {
        b += 1;
        if b > 2 {
            break;
        }
    }
    let mut x: usize = 0;
    while x < 4 {
        x += 1;
    }
    let mut s = 0.5;
    for out in 0..b {
        s = c * (1..out).map(|y| x as f64 + y as f64).sum::<f64>().sin();
    }
    s
}

#[differentiable]
fn product_of_two(of: &[f64; 2]) -> f64 {
    of[0] * of[1]
}

/// The macro panicked: the gradient of the call is kept for turns whose number is known only later.
#[differentiable]
fn called_until_left(x: &[f64; 3], a: f64) -> f64 {
    let mut n: usize = 0;
    while n < 2 {
        n += 1;
        for &v in x {
            let y: f64 = product_of_two(&[v.sin(), v * x[n]]);
            if n % 2 == 0 {
                return y * a;
            }
        }
    }
    0.5
}

/// A condition was computed before the maximum that it asks for.
#[differentiable]
fn early_by_a_maximum(out: &[f64]) -> f64 {
    let mut x = [1.75 - out[2]; 4];
    if out.max() >= 0.5 {
        return out[1];
    }
    let mut max: usize = 0;
    loop {
        max += 1;
        if max >= 3 {
            break;
        }
        x = [0.5, out[0], out[x.len() / 2], out.max()];
    }
    out[max]
}

#[test]
fn mistakes_with_one_number() {
    for x in [0.7, -1.3] {
        check(&started_before_the_loop::objective(), &x, |&x| started_before_the_loop(x));
        check(&of_literals::objective(), &x, |&x| of_literals(x));
        check(&hidden::objective(), &x, |&x| hidden(x));
        check(&of_constants::objective(), &x, |&x| of_constants(x));
        check(&over_literals::objective(), &x, |&x| over_literals(x));
        check(&made_in_a_branch::objective(), &x, |&x| made_in_a_branch(x));
        check(&largest_count::objective(), &x, |&x| largest_count(x));
    }
}

#[test]
fn mistakes_with_slices() {
    let x = numbers(7, [4]).into_vec();
    check(&kept_in_a_branch::objective(), &x, |x| kept_in_a_branch(x));
    check(&triangles::objective(), &x, |x| triangles(x));
    check(&last_of_none::objective(0), &x, |x| last_of_none(x, 0));
    check(&last_of_none::objective(3), &x, |x| last_of_none(x, 3));
    check(&counted_down::objective(), &x, |x| counted_down(x));
    check(&folded_from_a_literal::objective(), &x, |x| folded_from_a_literal(x));
    check(&left_by_its_label::objective(), &x, |x| left_by_its_label(x));
    check(&early_by_a_maximum::objective(), &x, |x| early_by_a_maximum(x));
    let x = vec![-0.7, 0.9, -0.4, 0.2];
    check(&early_by_a_maximum::objective(), &x, |x| early_by_a_maximum(x));
}

#[test]
fn mistakes_with_several_arrays() {
    let [x, y] = [1, 2].map(|seed| numbers(seed, [4]));
    let y = [y[0], y[1], y[2], y[3]];
    let params = zeros_of_two_types::Params { x, y, z: 0.6 };
    check(&zeros_of_two_types::objective(), &params, |p| zeros_of_two_types(&p.x, &p.y, p.z));
    let params = lengths_in_order::Params { x: numbers(5, [4]), y: numbers(6, [4]) };
    check(&lengths_in_order::objective(3), &params, |p| lengths_in_order(&p.x, &p.y, 3));
    // The product of all lengths is the first one.
    let params = longer_than_itself::Params { x: numbers(3, [2, 1]), w: numbers(4, [3, 1, 1]) };
    check(&longer_than_itself::objective(), &params, |p| longer_than_itself(&p.x, &p.w));
}

#[differentiable]
fn of_rows(rows: &[[f64; 2]; 3], x: f64) -> f64 {
    rows[0][1] * rows[2][0] * x
}

#[differentiable]
fn rows_of_each_turn(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for &c in x {
        let value: f64 = of_rows(&[[x[0], (0.2 * c).tanh().tan()], [x[1], 0.5], [c - 2.0, 1.0]], c);
        sum += value;
    }
    sum
}

/// A condition of each row was kept among numbers.
#[differentiable]
fn kept_condition(value: f64) -> f64 {
    let mut max = 0.5;
    for e in 1..=2 / 3 {
        if e * 4 != e / 3 && (e >= e * 3 || (e + 1) % 2 == 1 || value.trunc() > 0.19) {
            max = max.min(1.0 + value.sigmoid());
        }
    }
    value * max
}

/// What the last turn left was read though there was no turn: the condition on it stood behind one that
/// depended on the turn, and was lost with that.
#[differentiable]
fn left_by_no_turn(x: &Vector<f64>, z: f64, n: usize) -> f64 {
    let mut value = 1.0;
    for w in 4..n {
        value = x.tanh().min();
        let mut turn = 0;
        while turn < n {
            turn += 1;
            value = value.max(z.sin().exp());
        }
    }
    value
}

#[test]
fn mistakes_with_conditions_of_turns() {
    let params = left_by_no_turn::Params { x: numbers(1, [3]), z: 0.7 };
    for n in [0, 4, 5, 7] {
        check(&left_by_no_turn::objective(n), &params, |p| left_by_no_turn(&p.x, p.z, n));
    }
}

#[test]
fn mistakes_with_conditions_of_rows() {
    check(&kept_condition::objective(), &-1.818, |&value| kept_condition(value));
}

#[test]
fn mistakes_with_calls_in_loops() {
    let x = vec![0.7, -1.3, 0.4];
    check(&rows_of_each_turn::objective(), &x, |x| rows_of_each_turn(x));

    let params = called_until_left::Params { x: [0.7, -1.3, 0.4], a: 0.6 };
    check(&called_until_left::objective(), &params, |p| called_until_left(&p.x, p.a));
}

#[differentiable(wrt(x))]
fn halves(x: &[f64], m: usize, n: usize) -> f64 {
    x[m / 4 + n / 4] + x[m / 2 - n / 2] * x[m / n + 3 / n]
}

#[test]
fn quotients_of_integers_are_not_added_as_fractions() {
    let x = [1.0, 10.0, 100.0, 1000.0];
    for (m, n) in [(3, 3), (5, 3), (6, 5), (3, 2), (7, 7)] {
        let (value, grad) = halves::value_and_grad(&x, m, n);
        assert_eq!((value, halves::value(&x, m, n)), (halves(&x, m, n), halves(&x, m, n)));
        let mut expected = vec![0.0; 4];
        expected[m / 4 + n / 4] += 1.0;
        expected[m / 2 - n / 2] += x[m / n + 3 / n];
        expected[m / n + 3 / n] += x[m / 2 - n / 2];
        assert_eq!(grad, expected);
    }
}
