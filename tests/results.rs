//! Several results: `vjp` and `jacobian` against central differences of each number of the result.

#[allow(dead_code, reason = "objectives are of one number")]
mod check;

use approx::assert_abs_diff_eq;
use check::{differences, flat, numbers};
use gradus::Parameters;
use gradus::prelude::*;

/// Checks a Jacobian and a `vjp`, each row within 1e-10 of the differences, relative to the largest
/// entry: 100 times the rounding error of the differences. `at` calls the user's own function and
/// answers all numbers of its result.
#[track_caller]
fn check_rows<P: Parameters<Element = f64> + Clone>(
    params: &P,
    at: impl Fn(&P) -> Vec<f64>,
    jacobian: &[P],
    vjp: (&[f64], &P),
) {
    let rows: Vec<Vec<f64>> = (0..at(params).len()).map(|row| differences(params, |p| at(p)[row])).collect();
    let largest = rows.iter().flatten().fold(1.0_f64, |largest, entry| largest.max(entry.abs()));
    assert_eq!(jacobian.len(), rows.len());
    for (row, expected) in jacobian.iter().zip(&rows) {
        assert_abs_diff_eq!(flat(row).as_slice(), expected.as_slice(), epsilon = 1e-10 * largest);
    }
    let (cotangent, gradient) = vjp;
    assert_eq!(cotangent.len(), rows.len());
    let mut expected = vec![0.0; flat(params).len()];
    for (row, cotangent) in rows.iter().zip(cotangent) {
        expected.iter_mut().zip(row).for_each(|(sum, entry)| *sum += cotangent * entry);
    }
    let scale = largest * rows.len() as f64;
    assert_abs_diff_eq!(flat(gradient).as_slice(), expected.as_slice(), epsilon = 1e-10 * scale);
}

#[differentiable]
fn polar(r: f64, angle: f64) -> (f64, f64) {
    (r * angle.cos(), r * angle.sin())
}

#[test]
fn a_tuple_of_numbers() {
    let params = polar::Params { r: 1.3, angle: 0.7 };
    assert_eq!(polar::value(1.3, 0.7), polar(1.3, 0.7));
    let (value, jacobian): (_, [polar::Params; 2]) = polar::value_and_jacobian(1.3, 0.7);
    assert_eq!(value, polar(1.3, 0.7));
    let vjp = polar::vjp(1.3, 0.7, (0.5, -2.0));
    check_rows(
        &params,
        |p| vec![polar(p.r, p.angle).0, polar(p.r, p.angle).1],
        &jacobian,
        (&[0.5, -2.0], &vjp),
    );
}

#[differentiable(wrt(x))]
fn rosenbrock_residuals(x: &[f64; 2], a: f64) -> [f64; 2] {
    [a - x[0], 10.0 * (x[1] - x[0].powi(2))]
}

#[test]
fn an_array_by_an_array() {
    let x = [-0.4, 1.1];
    assert_eq!(rosenbrock_residuals::value(&x, 1.0), rosenbrock_residuals(&x, 1.0));
    let jacobian: [[f64; 2]; 2] = rosenbrock_residuals::jacobian(&x, 1.0);
    let vjp = rosenbrock_residuals::vjp(&x, 1.0, &[3.0, 0.25]);
    check_rows(&x, |x| rosenbrock_residuals(x, 1.0).to_vec(), &jacobian, (&[3.0, 0.25], &vjp));
}

#[differentiable]
fn rotations<const N: usize>(angle: f64, x: [f64; N]) -> [[f64; N]; 2] {
    [x, [angle.sin() * x[0]; N]]
}

#[test]
fn rows_of_a_generic_length() {
    let params = rotations::Params { angle: 0.4, x: [1.0, -2.0, 0.5] };
    let jacobian: Vec<_> = rotations::jacobian(params.angle, params.x);
    let cotangent = [[0.1, 0.2, 0.3], [-1.0, 2.0, -3.0]];
    let vjp = rotations::vjp(params.angle, params.x, &cotangent);
    check_rows(&params, |p| rotations(p.angle, p.x).concat(), &jacobian, (&cotangent.concat(), &vjp));
    assert_eq!(rotations::value(params.angle, params.x), rotations(params.angle, params.x));
}

#[differentiable]
fn scaled<T: Real, const N: usize>(scale: T, x: [T; N]) -> [T; N] {
    let mut sum = T::ZERO;
    for x in x {
        sum += (scale * x).exp();
    }
    [sum; N]
}

#[test]
fn a_generic_length_alone_is_known_when_compiling() {
    let params = scaled::Params { scale: 0.4, x: [1.0, -2.0, 0.5] };
    let jacobian: [scaled::Params<f64, 3>; 3] = scaled::jacobian(params.scale, params.x);
    let vjp = scaled::vjp(params.scale, params.x, &[1.0, 2.0, 3.0]);
    check_rows(&params, |p| scaled(p.scale, p.x).to_vec(), &jacobian, (&[1.0, 2.0, 3.0], &vjp));
}

#[differentiable(wrt(w, b))]
fn layer(w: &Matrix<f64>, b: &Vector<f64>, x: &Matrix<f64>) -> Matrix<f64> {
    (x.matmul(w) + b).tanh()
}

#[test]
fn a_matrix() {
    let (x, cotangent) = (numbers(1, [3, 2]), numbers(2, [3, 4]));
    let params = layer::Params { w: numbers(3, [2, 4]), b: numbers(4, [4]) };
    let at = |p: &layer::Params| layer(&p.w, &p.b, &x).data().to_vec();
    assert_abs_diff_eq!(
        layer::value(&params.w, &params.b, &x).data(),
        at(&params).as_slice(),
        epsilon = 8.0 * f64::EPSILON
    );
    let jacobian = layer::jacobian(&params.w, &params.b, &x);
    let vjp = layer::vjp(&params.w, &params.b, &x, &cotangent);
    check_rows(&params, at, &jacobian, (cotangent.data(), &vjp));
    let mut grad = layer::Params { w: numbers(5, [1, 1]), b: numbers(6, [7]) };
    layer::vjp_into(&params.w, &params.b, &x, cotangent.slice_rows(0..3), &mut grad);
    assert_eq!(grad, vjp);
}

#[test]
#[should_panic(
    expected = "layer: the result has cotangent.shape()[0] == x.rows(), but cotangent is [2, 4] and x.rows() is 3"
)]
fn a_cotangent_of_another_shape() {
    let cotangent = numbers(2, [2, 4]);
    layer::vjp(&numbers(3, [2, 4]), &numbers(4, [4]), &numbers(1, [3, 2]), &cotangent);
}

#[differentiable(wrt(x))]
fn statistics(x: &Vector<f64>, k: f64) -> (f64, Vector<f64>, [f64; 2], Vector<f64>) {
    let mean = x.mean();
    let centred = x - mean;
    let spread = centred.square().mean();
    let scaled = &centred * k;
    (mean, scaled.clone(), [spread, spread.sqrt()], scaled)
}

#[test]
fn a_tuple_of_all_kinds() {
    let x = numbers(1, [4]);
    let all = |(a, b, c, d): (f64, Vector<f64>, [f64; 2], Vector<f64>)| {
        [&[a], b.data(), c.as_slice(), d.data()].concat()
    };
    let at = |x: &Vector<f64>| all(statistics(x, 3.0));
    assert_abs_diff_eq!(all(statistics::value(&x, 3.0)).as_slice(), at(&x).as_slice(), epsilon = 1e-15);
    let (b, d) = (numbers(2, [4]), numbers(3, [4]));
    let vjp = statistics::vjp(&x, 3.0, (0.5, &b, &[1.0, -1.0], &d));
    let cotangent = [&[0.5], b.data(), &[1.0, -1.0], d.data()].concat();
    check_rows(&x, at, &statistics::jacobian(&x, 3.0), (&cotangent, &vjp));
}

#[differentiable]
fn outer(x: &[f64], y: f64) -> (Vec<f64>, f64) {
    let mut last = y;
    for x in x {
        last += x * y;
    }
    (x.to_vec(), last)
}

#[differentiable]
fn pair(x: f64, y: f64) -> Vec<f64> {
    [x * y, x / y].to_vec()
}

#[test]
fn vectors_of_std() {
    let params = outer::Params { x: vec![1.0, -2.0, 3.0], y: 0.5 };
    let all = |(mut x, y): (Vec<f64>, f64)| {
        x.push(y);
        x
    };
    assert_eq!(outer::value(&params.x, params.y), outer(&params.x, params.y));
    let vjp = outer::vjp(&params.x, params.y, (&[1.0, 2.0, 3.0], 4.0));
    let (value, jacobian): (_, Vec<outer::Params>) = outer::value_and_jacobian(&params.x, params.y);
    assert_eq!(value, outer(&params.x, params.y));
    check_rows(&params, |p| all(outer(&p.x, p.y)), &jacobian, (&[1.0, 2.0, 3.0, 4.0], &vjp));

    let params = pair::Params { x: 1.5, y: 2.5 };
    let vjp = pair::vjp(1.5, 2.5, &[1.0, 2.0]);
    check_rows(&params, |p| pair(p.x, p.y), &pair::jacobian(1.5, 2.5), (&[1.0, 2.0], &vjp));
}

#[test]
#[should_panic(
    expected = "outer: the result has cotangent.0.len() == x.len(), but cotangent.0 is [1] and x.len() is 2"
)]
fn a_cotangent_of_another_length() {
    outer::vjp(&[1.0, 2.0], 3.0, (&[1.0], 4.0));
}

/// What depends on no parameter, on one, and is one.
#[differentiable(wrt(x, y))]
fn edges(x: f64, y: &[f64; 2], data: &[f64; 2]) -> (f64, [f64; 2], f64, [f64; 2], f64) {
    (2.0, *data, x, *y, if x > 0.0 { x * y[0] } else { y[1] })
}

#[test]
fn parameters_and_data_as_results() {
    let data = [5.0, 6.0];
    for x in [0.5, -0.5] {
        let params = edges::Params { x, y: [2.0, 3.0] };
        assert_eq!(edges::value(x, &params.y, &data), edges(x, &params.y, &data));
        let at = |p: &edges::Params| {
            let (a, b, c, d, e) = edges(p.x, &p.y, &data);
            [&[a], b.as_slice(), &[c], &d, &[e]].concat()
        };
        let vjp = edges::vjp(x, &params.y, &data, (1.0, &[2.0, 3.0], 4.0, &[5.0, 6.0], 7.0));
        let (value, jacobian): (_, [edges::Params; 7]) = edges::value_and_jacobian(x, &params.y, &data);
        assert_eq!(value, edges(x, &params.y, &data));
        assert_eq!(jacobian, edges::jacobian(x, &params.y, &data));
        check_rows(&params, at, &jacobian, (&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], &vjp));
    }
}

/// Names of the emitted functions, and of their variables.
#[differentiable]
fn named(value: f64, vjp: f64, cotangent: f64, result: f64) -> (f64, (f64, [f64; 1])) {
    if value < 0.0 {
        return (vjp, (cotangent, [result]));
    }
    (value * vjp, (cotangent * result, [value * result]))
}

#[test]
fn nested_tuples_of_names_that_are_taken() {
    let params = named::Params { value: 1.0, vjp: 2.0, cotangent: 3.0, result: 4.0 };
    let at = |p: &named::Params| {
        let (a, (b, [c])) = named(p.value, p.vjp, p.cotangent, p.result);
        vec![a, b, c]
    };
    let vjp = named::vjp(1.0, 2.0, 3.0, 4.0, (1.0, (-2.0, &[0.5])));
    let (value, jacobian) = named::value_and_jacobian(1.0, 2.0, 3.0, 4.0);
    assert_eq!(value, named(1.0, 2.0, 3.0, 4.0));
    check_rows(&params, at, &jacobian, (&[1.0, -2.0, 0.5], &vjp));
}

#[differentiable]
fn distance(a: &[f64; 2], b: &[f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Distances to neighbours, some of which are shared.
#[differentiable(wrt(points))]
fn distances(points: &[f64; 2], origin: &[f64; 2], pairs: &[usize]) -> (Vector<f64>, f64, f64) {
    let from_origin: f64 = distance(points, origin);
    let mut gathered = 0.0;
    for &pair in pairs {
        gathered += points[pair].powi(2) * from_origin;
    }
    (Vector::from([from_origin, from_origin.ln()]), gathered, from_origin)
}

#[test]
fn calls_and_gathers() {
    let (points, origin, pairs) = ([1.0, 2.0], [0.5, -0.5], [1, 0, 1]);
    let at = |points: &[f64; 2]| {
        let (a, b, c) = distances(points, &origin, &pairs);
        [a.data(), &[b, c]].concat()
    };
    let jacobian = distances::jacobian(&points, &origin, &pairs);
    let vjp = distances::vjp(&points, &origin, &pairs, (&Vector::from([1.0, 2.0]), 3.0, 4.0));
    check_rows(&points, at, &jacobian, (&[1.0, 2.0, 3.0, 4.0], &vjp));
}

const M: usize = 2;

#[differentiable(wrt(x))]
fn matrices(x: f32, y: &[f32]) -> ([[f32; M]; 3], [[f32; M]; M], f32) {
    let sum = y.iter().map(|y| x * y).sum::<f32>();
    ([[x, 2.0 * x], [sum, y[0]], [x * x, 0.5]], if x > 1.0 { [[x, x], [x, x]] } else { [[0.0; M]; M] }, x)
}

#[test]
fn arrays_of_arrays() {
    for x in [0.5, 1.5] {
        let y = [2.0, 3.0];
        assert_eq!(matrices::value(x, &y), matrices(x, &y));
        let (value, jacobian): (_, [f32; 11]) = matrices::value_and_jacobian(x, &y);
        assert_eq!(value, matrices(x, &y));
        let branch = if x > 1.0 { 1.0 } else { 0.0 };
        let expected = [1.0, 2.0, 5.0, 0.0, 2.0 * x, 0.0, branch, branch, branch, branch, 1.0];
        assert_eq!(jacobian, expected);
    }
    assert!(matrices::FORMULA.contains("matrices.0[1][1] = y[0]\n"), "{}", matrices::FORMULA);
}

#[differentiable]
mod pendulum {
    use gradus::prelude::*;

    /// Where a pendulum is.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct State {
        pub(crate) angle: f64,
        pub(crate) speed: f64,
        pub(crate) steps: usize,
    }

    /// States, one after the other.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct Path {
        pub(crate) angles: Vector<f64>,
        pub(crate) end: State,
    }

    impl State {
        fn moved(&self, by: f64) -> Self {
            Self { angle: self.angle + by * self.speed, speed: self.speed - by * self.angle.sin(), ..*self }
        }
    }

    #[differentiable(wrt(state))]
    pub(crate) fn step(state: &State, by: f64) -> State {
        let angle = state.angle + by * state.speed;
        State { speed: state.speed - by * angle.sin(), angle, steps: state.steps + 1 }
    }

    fn both(state: &State, by: f64) -> (State, f64) {
        let next = state.moved(by);
        (next.moved(by), next.angle)
    }

    #[differentiable(wrt(state))]
    pub(crate) fn two_steps(state: &State, by: f64) -> (Path, f64) {
        let (end, between) = both(state, by);
        (Path { angles: Vector::from([state.angle, between]), end }, by * 2.0)
    }
}

fn of_state(state: &pendulum::State) -> Vec<f64> {
    vec![state.angle, state.speed]
}

#[test]
fn a_struct() {
    let state = pendulum::State { angle: 0.5, speed: -0.2, steps: 3 };
    assert_eq!(pendulum::step::value(&state, 0.1), pendulum::step(&state, 0.1));
    let cotangent = pendulum::State { angle: 2.0, speed: 3.0, steps: 0 };
    let vjp = pendulum::step::vjp(&state, 0.1, &cotangent);
    let (value, jacobian): (_, [pendulum::State; 2]) = pendulum::step::value_and_jacobian(&state, 0.1);
    assert_eq!(value, pendulum::step(&state, 0.1));
    check_rows(&state, |state| of_state(&pendulum::step(state, 0.1)), &jacobian, (&[2.0, 3.0], &vjp));
}

#[test]
fn structs_of_tensors_and_structs_in_a_tuple() {
    let state = pendulum::State { angle: 0.5, speed: -0.2, steps: 3 };
    assert_eq!(pendulum::two_steps::value(&state, 0.1), pendulum::two_steps(&state, 0.1));
    let at = |state: &pendulum::State| {
        let (path, last) = pendulum::two_steps(state, 0.1);
        [path.angles.data(), &of_state(&path.end), &[last]].concat()
    };
    let end = pendulum::State { angle: 3.0, speed: 4.0, steps: 0 };
    let path = pendulum::Path { angles: Vector::from([1.0, 2.0]), end };
    let vjp = pendulum::two_steps::vjp(&state, 0.1, (&path, 5.0));
    let jacobian: Vec<pendulum::State> = pendulum::two_steps::jacobian(&state, 0.1);
    check_rows(&state, at, &jacobian, (&[1.0, 2.0, 3.0, 4.0, 5.0], &vjp));
}

#[test]
fn the_formula_has_a_line_for_each_result() {
    assert_eq!(
        polar::FORMULA,
        "t = cos(angle)\n\
         polar.0 = r·t\n\
         t2 = sin(angle)\n\
         polar.1 = r·t2\n\
         ∂(cotangent·polar)/∂r = t2·cotangent.1 + t·cotangent.0\n\
         ∂(cotangent·polar)/∂angle = t·(r·cotangent.1) - t2·(r·cotangent.0)"
    );
}
