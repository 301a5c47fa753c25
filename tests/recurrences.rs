//! Loops whose turns build on each other, and arrays that change in place, against central differences.

#![allow(clippy::needless_range_loop, clippy::manual_memcpy, reason = "loops over indices are what is tried")]

mod check;

use check::{check, numbers};
use gradus::prelude::*;

fn slice(seed: u64, len: usize) -> Vec<f64> {
    numbers(seed, [len]).into_vec()
}

#[differentiable]
fn iterated(x: f64, n: usize) -> f64 {
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
        place += velocity * velocity;
    }
    place + velocity.exp()
}

#[differentiable]
fn fibonacci(x: f64, y: f64, n: usize) -> f64 {
    let (mut a, mut b) = (x, y);
    for _ in 0..n {
        (a, b) = (b, a * 0.5 + b.sin());
    }
    a * b
}

#[differentiable]
fn swapped_by_hand(x: f64, y: f64, n: usize) -> f64 {
    let mut a = x;
    let mut b = y;
    for i in 0..n {
        let old = a;
        a = b + i as f64 * 0.1;
        b = old * old;
    }
    a - b
}

#[test]
fn variables_that_build_on_each_other() {
    for n in [0, 1, 2, 7] {
        check(&iterated::objective(n), &0.4, |x| iterated(*x, n));
        let params = fibonacci::Params { x: 0.3, y: -0.7 };
        check(&fibonacci::objective(n), &params, |p| fibonacci(p.x, p.y, n));
        let params = swapped_by_hand::Params { x: 0.3, y: 0.7 };
        check(&swapped_by_hand::objective(n.min(3)), &params, |p| swapped_by_hand(p.x, p.y, n.min(3)));
        check(&momentum::objective(), &slice(1, n), |x| momentum(x));
    }
}

#[differentiable]
fn square_root(a: f64) -> f64 {
    let mut x = a;
    while (x * x - a).abs() > 1e-13 {
        x = 0.5 * (x + a / x);
    }
    x
}

#[differentiable]
fn halved(x: f64, steps: usize) -> f64 {
    let mut left = steps;
    let mut y = x;
    let mut sum = 0.0;
    while left > 0 {
        y = y * y + 0.1;
        sum += y * left as f64;
        left /= 2;
    }
    sum
}

#[differentiable]
fn until_large(x: f64) -> f64 {
    let mut y = x;
    let mut turns = 0;
    let reached = loop {
        y = y * 1.5 + 0.1;
        turns += 1;
        if y > 3.0 {
            break y * turns as f64;
        }
    };
    reached.ln()
}

#[test]
fn loops_that_a_condition_ends() {
    check(&square_root::objective(), &2.7, |a| square_root(*a));
    for steps in [0, 1, 5, 9] {
        check(&halved::objective(steps), &0.6, |x| halved(*x, steps));
    }
    check(&until_large::objective(), &0.3, |x| until_large(*x));
    check(&until_large::objective(), &7.0, |x| until_large(*x));
}

#[differentiable]
fn first_negative(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for v in x {
        if *v < 0.0 {
            break;
        }
        total += v * v;
    }
    total
}

#[differentiable]
fn skipping(x: &[f64], limit: f64) -> f64 {
    let mut y = 1.0;
    for (i, v) in x.iter().enumerate() {
        if i % 3 == 2 {
            continue;
        }
        y = (y * v).sin() + limit;
        if y > limit + 0.9 {
            break;
        }
        y += 0.01 * v;
    }
    y
}

#[differentiable]
fn search(x: &[f64], scale: f64) -> f64 {
    for (i, v) in x.iter().enumerate() {
        if v * scale > 0.5 {
            return v.sin() * i as f64 * scale;
        }
    }
    scale * x[0]
}

#[differentiable]
fn labelled(m: &Matrix<f64>) -> f64 {
    let mut total = 1.0_f64;
    'rows: for i in 0..m.rows() {
        for j in 0..m.cols() {
            if m[[i, j]] > 0.9 {
                break 'rows;
            }
            if m[[i, j]] < -0.6 {
                continue 'rows;
            }
            total = total * 1.1 + m[[i, j]].exp() * total.sin();
        }
        total += 0.3;
    }
    total
}

#[differentiable]
fn returned_from_inside(m: &Matrix<f64>) -> f64 {
    let mut total = 0.3_f64;
    for i in 0..m.rows() {
        let mut row = 1.0;
        for j in 0..m.cols() {
            row *= m[[i, j]] + 0.2;
            if row.abs() < 0.05 {
                return row * total;
            }
        }
        total = total.cos() + row;
    }
    total
}

#[test]
fn loops_that_are_left() {
    let x = [0.7, 0.4, 0.9, -0.3, 0.8, 0.5];
    for n in 0..=6 {
        check(&first_negative::objective(), &x[..n].to_vec(), |x| first_negative(x));
        let params = skipping::Params { x: x[..n].to_vec(), limit: 0.1 };
        check(&skipping::objective(), &params, |p| skipping(&p.x, p.limit));
        for scale in [0.2, 0.6, 0.8] {
            let params = search::Params { x: x[..n.max(1)].to_vec(), scale };
            check(&search::objective(), &params, |p| search(&p.x, p.scale));
        }
    }
    for seed in 0..8 {
        let m = numbers(seed, [4, 3]);
        check(&labelled::objective(), &m, labelled);
        check(&returned_from_inside::objective(), &m, returned_from_inside);
    }
}

#[differentiable]
fn triangle(x: &[f64]) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        for j in 0..i {
            total += x[i] * x[j].sin();
        }
    }
    total
}

#[differentiable]
fn nested_state(x: &[f64], w: f64) -> f64 {
    let mut y = w;
    for i in 0..x.len() {
        let mut z = y;
        for j in i..x.len() {
            z = (z * x[j]).tanh() + w;
        }
        y += z * x[i];
    }
    y
}

#[differentiable]
fn newton_in_turn(x: &[f64]) -> f64 {
    let mut guess = 1.0;
    let mut total = 0.0;
    for v in x {
        let a = v * v + 1.0;
        while (guess * guess - a).abs() > 1e-13 {
            guess = 0.5 * (guess + a / guess);
        }
        total += guess.sin();
        guess += 0.5 * v;
    }
    total
}

#[differentiable]
fn three_deep(x: &[f64]) -> f64 {
    let mut a = 0.1;
    for i in 0..x.len() {
        let mut b = a + x[i];
        for j in 0..i {
            let mut c = b * x[j];
            for k in 0..j + 1 {
                c = (c + x[k]).sin();
            }
            b += c * 0.5;
        }
        a = a * 0.9 + b.cos();
    }
    a
}

#[test]
fn nested_loops_of_different_lengths() {
    for n in [0, 1, 2, 4] {
        check(&triangle::objective(), &slice(3, n), |x| triangle(x));
        let params = nested_state::Params { x: slice(4, n), w: 0.3 };
        check(&nested_state::objective(), &params, |p| nested_state(&p.x, p.w));
        check(&newton_in_turn::objective(), &slice(5, n), |x| newton_in_turn(x));
        check(&three_deep::objective(), &slice(6, n), |x| three_deep(x));
    }
}

#[differentiable]
fn prefix_products(x: &[f64; 4]) -> f64 {
    let mut y = [0.0; 4];
    y[0] = x[0];
    for i in 1..4 {
        y[i] = y[i - 1] * x[i];
    }
    y[3] + y[1].sin()
}

#[differentiable]
fn squares(x: &[f64], n: usize) -> f64 {
    let mut y = vec![0.0; n];
    for i in 0..n {
        y[i] = x[i] * x[i];
    }
    let mut total = 0.0;
    for i in 0..n {
        total += y[i].sin() * y[n - 1 - i];
    }
    total
}

#[differentiable]
fn histogram(x: &[f64], bins: &[usize]) -> f64 {
    let mut sums = [0.0; 3];
    for (v, &bin) in x.iter().zip(bins) {
        sums[bin] += v * v;
    }
    sums[0] * sums[1] + sums[2].sqrt()
}

#[differentiable]
fn in_place(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    for i in 1..y.len() {
        y[i] = y[i].sin() + 0.5 * y[i - 1];
        y[i - 1] *= y[i];
    }
    y.iter().sum()
}

#[differentiable]
fn rotated(x: &[f64; 4], n: usize) -> f64 {
    let mut y = *x;
    for k in 0..n {
        let first = y[0];
        for i in 0..3 {
            y[i] = y[i + 1] * 1.1;
        }
        y[3] = first * first + k as f64;
    }
    y[0] * y[1] - y[2] / (y[3] + 10.0)
}

#[differentiable(wrt(x))]
fn conditional(x: &[f64; 5], limit: f64) -> f64 {
    let mut y = [1.0; 5];
    let mut last = 0;
    for i in 0..5 {
        if x[i] > limit {
            y[i] = x[i] * y[last];
            last = i;
        } else {
            y[last] += x[i].cos();
        }
    }
    y[0] + 2.0 * y[1] + 3.0 * y[2] * y[3] - y[4]
}

#[differentiable]
fn swapped(x: &[f64; 4]) -> f64 {
    let mut y = *x;
    y.swap(0, 2);
    for i in 0..2 {
        y.swap(i, 3 - i);
        y[i] *= 1.0 + i as f64;
    }
    y[0] - 2.0 * y[1] + 3.0 * y[2] - 4.0 * y[3].sin()
}

#[differentiable]
fn old_and_new(x: &[f64; 4]) -> f64 {
    let mut y = *x;
    let before = y;
    y[1] = y[0] * 3.0;
    let between = y;
    y[2] = before[1] * between[1];
    let mut total = 0.0;
    for i in 0..4 {
        y[i] += before[3 - i] * between[i];
        total += before[i] * y[i];
    }
    total
}

#[test]
fn arrays_that_change() {
    check(&prefix_products::objective(), &[0.3, -0.8, 1.2, 0.5], prefix_products);
    for n in [1, 2, 5] {
        check(&squares::objective(n), &slice(7, 5), |x| squares(x, n));
        check(&in_place::objective(), &slice(8, n), |x| in_place(x));
    }
    let bins = [0, 2, 1, 0, 2, 2];
    check(&histogram::objective(&bins), &slice(9, 6), |x| histogram(x, &bins));
    for n in 0..5 {
        check(&rotated::objective(n), &[0.3, -0.8, 1.2, 0.5], |x| rotated(x, n));
    }
    for limit in [-2.0, -0.2, 0.4, 2.0] {
        let x = [0.3, -0.8, 1.2, 0.5, -0.1];
        check(&conditional::objective(limit), &x, |x| conditional(x, limit));
    }
    check(&swapped::objective(), &[0.3, -0.8, 1.2, 0.5], swapped);
    check(&old_and_new::objective(), &[0.3, -0.8, 1.2, 0.5], old_and_new);
}

#[differentiable]
fn recurrent_network(w: &Matrix<f64>, u: &Matrix<f64>, x: &Matrix<f64>) -> f64 {
    let mut h = Vector::zeros([w.rows()]);
    let mut total = 0.0;
    for t in 0..x.rows() {
        let input = Vector::from(x.row(t));
        h = (w.matmul(&h) + u.matmul(&input)).tanh();
        total += h.square().sum();
    }
    total + h.sum()
}

#[differentiable]
fn runge_kutta(k: f64, y0: &[f64; 2], steps: usize) -> f64 {
    let mut y = *y0;
    let h = 0.1;
    for _ in 0..steps {
        let k1 = [y[1], -k * y[0]];
        let middle = [y[0] + 0.5 * h * k1[0], y[1] + 0.5 * h * k1[1]];
        let k2 = [middle[1], -k * middle[0]];
        y = [y[0] + h * k2[0], y[1] + h * k2[1]];
    }
    y[0] * y[0] + y[1]
}

#[differentiable]
fn cholesky(a: &Matrix<f64>) -> f64 {
    let n = a.rows();
    let mut l = Matrix::zeros([n, n]);
    for i in 0..n {
        for j in 0..=i {
            let mut sum = a[[i, j]];
            for k in 0..j {
                sum -= l[[i, k]] * l[[j, k]];
            }
            if i == j {
                l[[i, i]] = sum.sqrt();
            } else {
                l[[i, j]] = sum / l[[j, j]];
            }
        }
    }
    let mut total = 0.0;
    for i in 0..n {
        total += l[[i, i]].ln();
    }
    total + l.sum()
}

#[differentiable]
fn gauss_seidel(a: &Matrix<f64>, b: &[f64], sweeps: usize) -> f64 {
    let n = b.len();
    let mut x = vec![0.0; n];
    for _ in 0..sweeps {
        for i in 0..n {
            let mut s = b[i];
            for j in 0..n {
                if j != i {
                    s -= a[[i, j]] * x[j];
                }
            }
            x[i] = s / a[[i, i]];
        }
    }
    x.iter().map(|v| v * v).sum()
}

fn positive_definite(seed: u64, n: usize) -> Matrix<f64> {
    let m = numbers(seed, [n, n]);
    let mut a = m.matmul(&m.t());
    for i in 0..n {
        a[[i, i]] += 2.0;
    }
    a
}

#[test]
fn numerical_methods() {
    for n in [0, 1, 4] {
        let params =
            recurrent_network::Params { w: numbers(1, [3, 3]), u: numbers(2, [3, 2]), x: numbers(3, [n, 2]) };
        check(&recurrent_network::objective(), &params, |p| recurrent_network(&p.w, &p.u, &p.x));
        let params = runge_kutta::Params { k: 1.3, y0: [0.4, -0.2] };
        check(&runge_kutta::objective(n), &params, |p| runge_kutta(p.k, &p.y0, n));
        check(&cholesky::objective(), &positive_definite(4, n), cholesky);
        let params = gauss_seidel::Params { a: positive_definite(5, 3), b: slice(6, 3) };
        check(&gauss_seidel::objective(n), &params, |p| gauss_seidel(&p.a, &p.b, n));
    }
}

#[differentiable]
fn mutated_by_iterator(x: &[f64], w: f64) -> f64 {
    let mut y = x.to_vec();
    for v in y.iter_mut() {
        *v = v.sin() * w;
    }
    for (v, u) in y.iter_mut().zip(x) {
        *v += u * w;
    }
    y.iter().map(|v| v * v).sum()
}

#[differentiable]
fn slices(x: &[f64], n: usize) -> f64 {
    let head = &x[..n];
    let tail = &x[n..];
    let mut total = 0.0;
    for i in 0..x.len() - 1 {
        let pair = &x[i..i + 2];
        total += pair[0] * pair[1] * pair.len() as f64;
        for v in &x[i..] {
            total += v * x[i];
        }
    }
    head.iter().sum::<f64>() * tail.iter().map(|v| v * v).sum::<f64>() + total
}

#[differentiable]
fn folded(x: &[f64]) -> f64 {
    let horner = x.iter().fold(0.0, |value, v| value * 0.7 + v);
    let (low, high) = x.iter().fold((0.0, 1.0), |(low, high), v| (low * high + v, high + v * low));
    let doubled: Vec<f64> = x.iter().map(|v| 2.0 * v).collect();
    horner * low - high + doubled[0] * doubled.len() as f64
}

#[test]
fn iterators_and_slices() {
    for n in [1, 2, 5] {
        let params = mutated_by_iterator::Params { x: slice(1, n), w: 0.8 };
        check(&mutated_by_iterator::objective(), &params, |p| mutated_by_iterator(&p.x, p.w));
        check(&slices::objective(n), &slice(2, 5), |x| slices(x, n));
        check(&folded::objective(), &slice(3, n), |x| folded(x));
    }
}

#[differentiable]
fn power(values: &Matrix<f64>) -> f64 {
    values.square().sum()
}

/// The argument of the call is the same in all turns of the loop over `out`, and is not there in each turn
/// of the outer loop.
#[differentiable]
fn used_again_and_again(a: &[f64], x: &[f64], bound: f64) -> f64 {
    let mut sum = 0.5;
    for i in 0..x.len() {
        for out in (i + 1..=8).step_by(2) {
            if i % 2 == 0 {
                for k in 1..=i / 3 {
                    let called: f64 = power(&Matrix::<f64>::from([[x[k], 0.5]]));
                    sum += called * a[i] * out as f64;
                }
            } else if bound > 2.0 && i > 4 {
                for b in x {
                    if *b > 0.9 {
                        return *b;
                    }
                }
            }
            sum += bound * 0.1;
        }
    }
    sum
}

#[test]
fn contributions_of_several_turns_come_together() {
    let a = slice(3, 9);
    for length in 0..=9 {
        let x: Vec<f64> = slice(4, length).iter().map(|x| 0.8 * x).collect();
        for bound in [0.6, 7.0] {
            let params = used_again_and_again::Params { a: a.clone(), x: x.clone(), bound };
            check(&used_again_and_again::objective(), &params, |p| used_again_and_again(&p.a, &p.x, p.bound));
        }
    }
}

/// What the loop begins with depends on `x` in one branch alone, and what it leaves does everywhere.
#[differentiable]
fn begun_in_a_branch(x: f64) -> f64 {
    let mut value = if x >= 1.5 { ((x + x).sin() * 0.75).asin() } else { 0.0 };
    let mut turns = 0;
    let last: f64 = loop {
        turns += 1;
        if turns >= 3 {
            break 0.5;
        }
        value = (0.75 + x).square() + 0.5 * value;
    };
    last + (value - 0.75).sin().gelu()
}

#[differentiable]
fn shifted_square(shift: &[usize], x: f64) -> f64 {
    x * x + shift[0] as f64
}

/// How many calls there are in a turn depends on the turn.
#[differentiable]
fn calls_in_uneven_turns(d: f64, z: &[f64]) -> f64 {
    let mut sum = 0.5;
    for n in 1..5 {
        let product = d.gelu() / (0.5 + z[n % 4].sigmoid());
        if n % 3 > 0 {
            for i in 2..n {
                let called: f64 = shifted_square(&[n / 2], d * product * z[i % 2]);
                sum += called / (d.cos() + 2.0);
            }
        }
    }
    sum
}

#[test]
fn what_turns_need_is_there_for_all_of_them() {
    for x in [0.17, 1.4, 2.3] {
        check(&begun_in_a_branch::objective(), &x, |&x| begun_in_a_branch(x));
    }
    let params = calls_in_uneven_turns::Params { d: -0.86, z: vec![0.83, 0.701, -1.862, 1.776] };
    check(&calls_in_uneven_turns::objective(), &params, |p| calls_in_uneven_turns(p.d, &p.z));
}
