//! Calls: of annotated functions and of oneself, of any function on data, and of functions with a rule.

#![allow(clippy::needless_range_loop, reason = "loops over indices are what is tested")]

mod check;

use check::{check, numbers};
use gradus::prelude::*;

#[differentiable]
fn power(x: f64, n: usize) -> f64 {
    if n == 0 { 1.0 } else { x * power(x, n - 1) }
}

#[test]
fn a_function_calls_itself() {
    for n in 0..6 {
        check(&power::objective(n), &1.3, |&x| power(x, n));
    }
    assert_eq!(power::grad(2.0, 3), 12.0);
}

/// The sign of a term of the expansion: how many unused columns stand before this one.
fn sign(used: usize, column: usize) -> f64 {
    let before = (0..column).filter(|j| used & (1 << j) == 0).count();
    if before.is_multiple_of(2) { 1.0 } else { -1.0 }
}

/// The determinant by expansion along the rows, with the columns used so far as bits.
#[differentiable]
fn det(a: &[f64], size: usize, row: usize, used: usize) -> f64 {
    if row == size {
        return 1.0;
    }
    let mut total = 0.0;
    for j in 0..size {
        if used & (1 << j) == 0 {
            let sign: f64 = sign(used, j);
            total += sign * a[row * size + j] * det(a, size, row + 1, used | (1 << j));
        }
    }
    total
}

#[test]
fn determinant_by_recursion() {
    for size in 1..5 {
        let a = numbers(7, [size * size]).data().to_vec();
        check(&det::objective(size, 0, 0), &a, |a| det(a, size, 0, 0));
    }
    // The derivative of a determinant is the matrix of cofactors.
    assert_eq!(det::grad(&[1.0, 2.0, 3.0, 4.0], 2, 0, 0), [4.0, -3.0, -2.0, 1.0]);
}

/// A loop without turns calls nothing, so that this ends.
#[differentiable]
fn tree(x: f64, depth: usize) -> f64 {
    let mut sum = x;
    for _ in 0..depth {
        sum += 0.5 * tree(x, depth - 1).sin();
    }
    sum
}

#[differentiable]
fn twice(x: f64, n: usize) -> f64 {
    let mut y = x.sin();
    if n > 1 {
        y += twice(x * 0.5, n - 1);
    }
    if n > 2 {
        y *= twice(x * 0.5, n - 1);
    }
    y
}

#[test]
fn recursion_ends_where_the_function_does() {
    for depth in 0..4 {
        check(&tree::objective(depth), &0.4, |&x| tree(x, depth));
        check(&twice::objective(depth), &0.4, |&x| twice(x, depth));
    }
}

#[differentiable]
mod two {
    #[differentiable]
    pub(crate) fn even(x: f64, n: usize) -> f64 {
        if n == 0 { x } else { odd(x * x.cos(), n - 1) }
    }

    #[differentiable]
    pub(crate) fn odd(x: f64, n: usize) -> f64 {
        if n == 0 { 0.5 } else { x + even(x, n - 1) * x }
    }

    /// Is put in where it is called with what is differentiated.
    fn scaled(x: f64, by: f64) -> f64 {
        by * x
    }

    fn factorial(n: u64) -> u64 {
        if n == 0 { 1 } else { n * factorial(n - 1) }
    }

    #[differentiable]
    pub(crate) fn taylor(x: f64, terms: u64) -> f64 {
        let mut sum = 0.0;
        for k in 0..terms {
            sum += scaled(x.powi(k as i32), 1.0 / factorial(k) as f64);
        }
        sum
    }
}

#[test]
fn functions_of_a_module_call_each_other() {
    for n in 0..5 {
        check(&two::even::objective(n), &0.7, |&x| two::even(x, n));
        check(&two::odd::objective(n), &0.7, |&x| two::odd(x, n));
    }
    check(&two::taylor::objective(12), &0.7, |&x| two::taylor(x, 12));
}

#[differentiable]
fn of_slice(x: &[f64], scale: f64) -> f64 {
    x.iter().map(|x| scale * x * x).sum()
}

#[differentiable]
fn of_array(x: [f64; 3], y: &[f64; 2]) -> f64 {
    x[0] * x[1] * x[2] + y[0] * y[1].exp()
}

#[differentiable]
fn of_grid(m: &[[f64; 2]; 2]) -> f64 {
    m[0][0] * m[1][1] - m[0][1] * m[1][0]
}

#[differentiable]
fn of_reference(x: &f64) -> f64 {
    x.cosh()
}

#[differentiable]
fn of_tensors(v: &Vector<f64>, m: &Matrix<f64>) -> f64 {
    m.matmul(v).square().sum()
}

#[differentiable]
fn passes(p: &[f64], q: [f64; 3], v: &Vector<f64>, m: &Matrix<f64>) -> f64 {
    let slice: f64 = of_slice(p, q[0] * p[1]);
    let local = [p[0] * q[1], q[2]];
    let array: f64 = of_array(q, &local);
    let parts: f64 = of_array([q[1], p[0], p[1] * p[0]], &[q[0], q[2]]);
    let grid: f64 = of_grid(&[[q[0], q[1]], [p[0], p[0] * q[2]]]);
    let reference: f64 = of_reference(&p[1]);
    let tensors: f64 = of_tensors(v, m);
    let made: f64 = of_tensors(&(v * q[1]), &(m + p[0]));
    let also: f64 = of_slice(v.data(), q[2]);
    slice + array.sin() * parts + grid * reference + tensors + made * also
}

#[test]
fn arrays_are_passed_on() {
    let v = numbers(3, [3]);
    let m = numbers(4, [3, 3]);
    let params = passes::Params { p: vec![0.3, 0.8], q: [0.4, -0.7, 1.1], v, m };
    check(&passes::objective(), &params, |p| passes(&p.p, p.q, &p.v, &p.m));
}

#[differentiable]
fn wave(x: f64, frequency: f64) -> f64 {
    (x * frequency).sin()
}

/// What is needed of the calls in the first loop is kept for a second one.
#[differentiable]
fn in_loops(x: &[f64], f: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let y: f64 = wave(x[i], f);
        if y > -0.5 {
            let part: f64 = of_slice(x, y);
            sum += part;
        }
    }
    sum * sum
}

/// The array passed on depends on the loop's index.
#[differentiable]
fn windows(x: &[f64], n: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        let y: f64 = of_grid(&[[x[i], x[i + 1]], [x[i + 1] * x[i], x[i].cos()]]);
        sum += y * y;
    }
    sum.sqrt()
}

#[test]
fn calls_in_loops() {
    let x = numbers(5, [6]).data().to_vec();
    check(&in_loops::objective(), &in_loops::Params { x: x.clone(), f: 1.3 }, |p| in_loops(&p.x, p.f));
    check(&windows::objective(5), &x, |x| windows(x, 5));
}

#[differentiable]
fn sine(x: f64, terms: u32) -> f64 {
    if terms == 0 {
        return 0.0;
    }
    let rest: f64 = cosine(0.5 * x, terms - 1);
    2.0 * sine(0.5 * x, terms - 1) * rest + x / f64::from(terms)
}

#[differentiable]
fn cosine(x: f64, terms: u32) -> f64 {
    if terms == 0 {
        return 1.0;
    }
    let half: f64 = sine(0.5 * x, terms - 1);
    1.0 - 2.0 * half * half
}

#[test]
fn functions_call_each_other() {
    for terms in 0..6 {
        check(&sine::objective(terms), &0.9, |&x| sine(x, terms));
        check(&cosine::objective(terms), &0.9, |&x| cosine(x, terms));
    }
}

/// The same call under two conditions is made under each of them alone.
#[differentiable]
fn collatz(x: f64, n: u64, steps: u32) -> f64 {
    let mut y = x;
    if steps > 0 && n.rem_euclid(2) == 0 {
        y = collatz(x.sin(), n.div_ceil(2), steps - 1) + x;
    }
    if steps > 0 && n.saturating_sub(1).is_multiple_of(2) {
        y *= collatz(x.sin(), 3 * n + 1, steps - 1);
    }
    if y > 0.2 {
        y = y.tanh() * x;
    } else if steps > 1 {
        y += collatz(y, n, steps - 2);
    }
    y * f64::from(n.count_ones()) + f64::from_bits(n)
}

#[test]
fn calls_under_conditions() {
    for n in 1..12 {
        for steps in 0..5 {
            check(&collatz::objective(n, steps), &0.4, |&x| collatz(x, n, steps));
        }
    }
}

/// Arrays that are made in a loop and passed on there; the sum flows back into each turn.
#[differentiable]
fn made_in_loops(x: &[f64], v: &Vector<f64>, m: &Matrix<f64>) -> f64 {
    let mut sum = 0.0;
    let mut product = 1.0;
    let mut largest = 0.0;
    for i in 0..x.len() {
        let scaled = v * x[i];
        let inner: f64 = of_tensors(&scaled, m);
        let grown: f64 = of_tensors(v, &(m * inner));
        let flat: f64 = of_slice(scaled.data(), x[i]);
        for j in 0..x.len() {
            if j <= i && j % 2 == 0 {
                let pair: f64 = of_slice(&[x[i], x[j] * inner], flat);
                sum += pair;
            }
        }
        product *= grown + 0.5;
        largest = f64::max(largest, flat);
    }
    sum * product.sin() + sum * sum * largest
}

#[differentiable]
fn in_closures(x: &[f64], f: f64) -> f64 {
    let both = Vector::from([f, x[0]]);
    let one: f64 = of_slice(both.data(), f);
    let two: f64 = of_tensors(&both, &Matrix::from([[x[1], 2.0], [f, one]]));
    let waves: f64 = x
        .iter()
        .zip(x.iter().rev())
        .filter(|(x, _)| **x > -0.5)
        .map(|(x, y)| {
            let wave: f64 = wave(*x * two, f);
            wave * y
        })
        .sum();
    let squares: f64 = (0..x.len())
        .map(|i| {
            let y: f64 = of_slice(x, i as f64);
            y + x[i]
        })
        .product();
    waves * waves + squares * one
}

#[differentiable]
mod inner {
    #[differentiable]
    pub(crate) fn at(x: &[f64], i: usize) -> f64 {
        if i == 0 { x[0] } else { x[i] * at(x, i - 1).cos() }
    }

    #[differentiable]
    pub(crate) fn all(x: &[f64]) -> f64 {
        (0..x.len()).map(|i| at(x, i)).sum()
    }
}

#[test]
fn what_is_passed_in_loops() {
    let x = numbers(11, [5]).data().to_vec();
    let (v, m) = (numbers(12, [3]), numbers(13, [2, 3]));
    let params = made_in_loops::Params { x: x.clone(), v, m };
    check(&made_in_loops::objective(), &params, |p| made_in_loops(&p.x, &p.v, &p.m));
    let params = in_closures::Params { x: x.clone(), f: 0.6 };
    check(&in_closures::objective(), &params, |p| in_closures(&p.x, p.f));
    check(&inner::all::objective(), &x, |x| inner::all(x));
}

mod elsewhere {
    use gradus::prelude::*;

    /// Annotated in another module.
    #[differentiable]
    pub(crate) fn logistic(x: f64) -> f64 {
        1.0 / (1.0 + (-x).exp())
    }

    pub(crate) fn binomial(n: u64, k: u64) -> u64 {
        (1..=k).fold(1, |product, i| product * (n + 1 - i) / i)
    }

    pub(crate) fn largest(counts: &[usize]) -> usize {
        counts.iter().copied().max().unwrap_or(0)
    }

    pub(crate) fn weight(knots: &[f64; 3], i: usize) -> f64 {
        knots[i % 3].abs().sqrt()
    }

    pub(crate) fn is_prime(n: usize) -> bool {
        n > 1 && (2..n).all(|d| !n.is_multiple_of(d))
    }
}

#[differentiable]
fn from_elsewhere(x: f64) -> f64 {
    let y: f64 = elsewhere::logistic(x * 2.0);
    y * x
}

#[differentiable(wrt(x))]
fn on_data(x: &[f64], counts: &[usize], knots: [f64; 3], n: u64) -> f64 {
    let mut sum = 0.0;
    let top: usize = elsewhere::largest(counts);
    for i in 0..x.len() {
        let weight: f64 = elsewhere::weight(&knots, i + top);
        let c = elsewhere::binomial(n, i as u64) as f64;
        if elsewhere::is_prime(i) && !elsewhere::is_prime(top) {
            sum += weight * x[i].exp();
        } else {
            sum += c * x[i] * x[elsewhere::largest(counts)];
        }
    }
    sum * f64::from(elsewhere::largest(counts) as u32)
}

#[test]
fn any_function_on_data() {
    check(&from_elsewhere::objective(), &0.3, |&x| from_elsewhere(x));
    let x = numbers(6, [7]).data().to_vec();
    let (counts, knots) = ([3, 6, 4], [0.3, 2.0, -1.1]);
    check(&on_data::objective(&counts, knots, 6), &x, |x| on_data(x, &counts, knots, 6));
}

/// A function that gradus does not see.
fn hidden(x: f64) -> f64 {
    x.sqrt().floor()
}

fn hidden_sum(x: &[f64]) -> f64 {
    x.iter().sum()
}

#[differentiable]
fn with_constants(x: f64, y: &[f64]) -> f64 {
    let steps: f64 = hidden(no_grad(x));
    let total: f64 = hidden_sum(no_grad(y));
    x * steps + y[0] * y[1] * total + no_grad(x) * y[1]
}

#[test]
fn no_grad_makes_constants() {
    let (x, y) = (5.0, [0.5, 3.0]);
    let grad = with_constants::grad(x, &y);
    assert_eq!(grad.x, hidden(x));
    assert_eq!(grad.y, [y[1] * hidden_sum(&y), y[0] * hidden_sum(&y) + x]);
}

fn bessel(x: f64, terms: usize) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut k = 0;
    while k < terms {
        k += 1;
        term *= -0.25 * x * x / (k * k) as f64;
        sum += term;
    }
    sum
}

#[derivative(of = bessel)]
fn bessel_rule(x: f64, terms: usize) -> (f64, f64) {
    // J0' = -J1
    let (mut term, mut sum) = (0.5 * x, 0.5 * x);
    for k in 1..terms {
        term *= -0.25 * x * x / (k * (k + 1)) as f64;
        sum += term;
    }
    (bessel(x, terms), -sum)
}

#[differentiable]
fn drum(x: f64, n: usize) -> f64 {
    let j: f64 = bessel(x * x, n);
    j * x
}

fn distance(x: &[f64], to: &[f64; 2], p: i32, v: &Vector<f64>) -> f64 {
    (x[0] - to[0]).powi(p) + (x[1] - to[1]).powi(p) + v.square().sum()
}

#[derivative(of = distance, wrt(x, to, v))]
fn distance_rule(
    x: &[f64],
    to: &[f64; 2],
    p: i32,
    v: &Vector<f64>,
) -> (f64, (Vec<f64>, [f64; 2], Vector<f64>)) {
    let by = |i: usize| f64::from(p) * (x[i] - to[i]).powi(p - 1);
    (distance(x, to, p, v), (vec![by(0), by(1)], [-by(0), -by(1)], v.map(|v| 2.0 * v)))
}

#[differentiable]
fn by_rules(x: &[f64], v: &Vector<f64>) -> f64 {
    let d: f64 = distance(x, &[x[1], 0.3 * x[0]], 3, &v.sin());
    d * d
}

mod special {
    /// As if from a crate that does not know of gradus.
    pub(crate) fn sinc(x: f64) -> f64 {
        if x == 0.0 { 1.0 } else { x.sin() / x }
    }
}

mod rules {
    use super::special::sinc;
    use gradus::prelude::*;

    #[derivative(of = sinc)]
    pub(crate) fn sinc_rule(x: f64) -> (f64, f64) {
        (sinc(x), if x == 0.0 { 0.0 } else { (x.cos() - sinc(x)) / x })
    }

    pub(crate) mod inside {
        use super::sinc;
        use gradus::prelude::*;

        #[differentiable]
        pub(crate) fn squared(x: f64) -> f64 {
            let y: f64 = sinc(2.0 * x);
            y * y
        }
    }
}

fn cubed<T: Real>(x: T) -> T {
    x * x * x
}

#[derivative(of = cubed)]
fn cubed_rule<T: Real>(x: T) -> (T, T) {
    (cubed(x), T::from_f64(3.0) * x * x)
}

#[differentiable]
fn generic<T: Real>(x: T) -> T {
    let y: T = cubed(x.sin());
    y + x
}

#[test]
fn rules_written_by_hand() {
    check(&bessel::objective(20), &1.7, |&x| bessel(x, 20));
    check(&drum::objective(20), &1.3, |&x| drum(x, 20));
    let v = numbers(9, [3]);
    let params = distance::Params { x: vec![0.4, 0.9], to: [0.1, -0.3], v: v.clone() };
    check(&distance::objective(3), &params, |p| distance(&p.x, &p.to, 3, &p.v));
    check(&by_rules::objective(), &by_rules::Params { x: vec![0.4, 0.9], v }, |p| by_rules(&p.x, &p.v));
    check(&generic::objective(), &0.6, |&x| generic(x));
    check(&rules::sinc::objective(), &0.6, |&x| special::sinc(x));
    check(&rules::inside::squared::objective(), &0.6, |&x| rules::inside::squared(x));
    assert_eq!(rules::inside::squared::grad(0.0), 0.0);
}

#[differentiable]
fn bits(x: &[f64], mask: usize, shift: u32, offset: i64) -> f64 {
    let mut flags = mask ^ 0b101;
    flags |= 1 << shift;
    let far = (mask & 7).abs_diff(flags % 5).min(6);
    let far = far.max(1);
    let mut sum = x[far] * (2_u64.pow(shift) as f64);
    for i in 0..x.len() {
        if flags >> i & 1 == 1 || !flags & (1 << (i + 2)) == 0 {
            sum += x[i] * x[i] * ((offset as i32 - 3).pow(2) as f64);
        }
    }
    sum
}

#[test]
fn integers_have_bits() {
    let x = numbers(8, [9]).data().to_vec();
    for mask in 0..16 {
        check(&bits::objective(mask, mask as u32 % 5, -4), &x, |x| bits(x, mask, mask as u32 % 5, -4));
    }
}

#[differentiable]
mod model {
    use gradus::prelude::*;

    #[derive(Clone, Debug)]
    pub(crate) struct Layer {
        pub(crate) weight: Matrix<f64>,
        pub(crate) bias: [f64; 2],
    }

    #[derive(Clone, Debug)]
    pub(crate) struct Deep {
        pub(crate) first: Layer,
        pub(crate) gain: f64,
    }

    #[differentiable]
    pub(crate) fn energy(layer: &Layer, x: &Vector<f64>, n: usize) -> f64 {
        let own = layer.weight.matmul(x).square().sum() + layer.bias[0] * layer.bias[1];
        if n == 0 { own } else { own * energy(layer, &(x * 0.5), n - 1) }
    }

    #[differentiable]
    pub(crate) fn deep(model: &Deep, x: &Vector<f64>) -> f64 {
        model.gain * energy(&model.first, x, 2)
    }
}

#[test]
fn structs_are_passed_on() {
    let first = model::Layer { weight: numbers(1, [2, 3]), bias: [0.3, 0.9] };
    let params = model::deep::Params { model: model::Deep { first, gain: 0.7 }, x: numbers(2, [3]) };
    check(&model::deep::objective(), &params, |p| model::deep(&p.model, &p.x));
}
