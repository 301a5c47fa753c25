//! Arguments whose shapes do not fit panic in the derivative as they do in the function, with a message that names both.

mod check;
mod panics;

use check::{check, numbers};
use gradus::prelude::*;
use panics::panic_message;

#[differentiable(wrt(w, b))]
fn cost(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
    (x.matmul(w) + b - y).square().mean()
}

#[test]
fn lengths_that_differ() {
    let (w, x, y) = (numbers(1, [3]), numbers(2, [5, 3]), numbers(3, [5]));
    let message = panic_message(|| cost::grad(&numbers(1, [4]), 0.0, &x, &y));
    assert_eq!(message, "cost: `x.matmul(w)` needs x.cols() == w.len(), but x is [5, 3] and w is [4]");
    let message = panic_message(|| cost::value(&w, 0.0, &x, &numbers(3, [6])));
    assert_eq!(
        message,
        "cost: `x.matmul(w) + b - y` needs x.rows() == y.len(), but x is [5, 3] and y is [6]"
    );
    // The user's own function refuses the same.
    panic_message(|| cost(&numbers(1, [4]), 0.0, &x, &y));
    panic_message(|| cost(&w, 0.0, &x, &numbers(3, [6])));
}

#[test]
fn lengths_of_an_objective_that_differ() {
    let (x, y) = (numbers(2, [5, 3]), numbers(3, [5]));
    let params = cost::Params { w: numbers(1, [4]), b: 0.0 };
    let message = panic_message(|| cost::objective(&x, &y).value(&params));
    assert_eq!(message, "cost: `x.matmul(w)` needs x.cols() == w.len(), but x is [5, 3] and w is [4]");
    // Training has an error for it.
    let mut params = params;
    for sgd in [Sgd::new(0.1), Sgd::new(0.1).batch_size(2)] {
        let error = sgd.clone().epochs(3).minimize(&cost::objective(&x, &y), &mut params);
        assert_eq!(error.expect_err("there are 3 columns and 4 weights").to_string(), message);
    }
    assert!(size_of::<TrainError>() <= 120);
}

#[differentiable]
fn difference(column: &Matrix<f64>, y: &Vector<f64>) -> f64 {
    (column - y).square().sum()
}

#[test]
fn a_column_does_not_stretch() {
    let (column, y) = (numbers(1, [3, 1]), numbers(2, [3]));
    let message = panic_message(|| difference::grad(&column, &y));
    assert_eq!(
        message,
        "difference: `column - y` needs column.cols() == y.len(), but column is [3, 1] and y is [3]"
    );
    panic_message(|| difference(&column, &y));
    // Neither in the other direction.
    panic_message(|| difference::grad(&numbers(1, [3, 3]), &numbers(2, [1])));
    check(
        &difference::objective(),
        &difference::Params { column: numbers(1, [1, 1]), y: numbers(2, [1]) },
        |p| difference(&p.column, &p.y),
    );
}

#[differentiable]
fn gram(x: &Matrix<f64>) -> f64 {
    x.matmul(x).sum()
}

#[test]
fn a_matrix_that_must_be_square() {
    let message = panic_message(|| gram::grad(&numbers(1, [2, 3])));
    assert_eq!(message, "gram: `x.matmul(x)` needs x.cols() == x.rows(), but x is [2, 3]");
}

#[differentiable(wrt(x))]
fn labelled(x: &Matrix<f64>, labels: &[usize]) -> f64 {
    x.cross_entropy(labels)
}

#[differentiable(wrt(x))]
fn element(x: &Matrix<f64>, i: usize, j: usize) -> f64 {
    x[[i, j]]
}

#[differentiable(wrt(x))]
fn rows(x: &Matrix<f64>, rows: &[usize]) -> f64 {
    x.select_rows(rows).sum()
}

#[test]
fn indices_out_of_range() {
    let x = numbers(1, [2, 3]);
    // A column out of range must not be the first column of the next row.
    panic_message(|| element::grad(&x, 0, 3));
    panic_message(|| element::value(&x, 0, 3));
    panic_message(|| element::grad(&x, 2, 0));
    panic_message(|| labelled::grad(&x, &[0, 3]));
    panic_message(|| labelled::value(&x, &[3, 0]));
    panic_message(|| rows::grad(&x, &[0, 2]));
    let message = panic_message(|| labelled::grad(&x, &[0]));
    assert_eq!(
        message,
        "labelled: `x.cross_entropy(labels)` needs x.rows() == labels.len(), but x is [2, 3] and labels is [1]"
    );
}

#[differentiable(wrt(x))]
fn repeated(x: &Vector<f64>, y: &Matrix<f64>, n: usize) -> f64 {
    (x.insert_axis(0, n) * y).sum()
}

#[test]
fn a_length_that_is_an_argument() {
    let (x, y) = (numbers(1, [3]), numbers(2, [4, 3]));
    check(&repeated::objective(&y, 4), &x, |x| repeated(x, &y, 4));
    let message = panic_message(|| repeated::grad(&x, &y, 5));
    assert_eq!(
        message,
        "repeated: `x.insert_axis(0, n) * y` needs n == y.rows(), but n is 5 and y is [4, 3]"
    );
}

#[test]
fn shapes_that_fit_are_fine() {
    let (w, x, y) = (numbers(1, [3]), numbers(2, [5, 3]), numbers(3, [5]));
    assert_eq!(cost::check_shapes(&w, 0.0, &x, &y), Ok(()));
    assert_eq!(cost::check_shapes(w.view(), 0.0, x.slice_rows(1..3), y.slice_rows(1..3)), Ok(()));
    // One without demands has the function too.
    assert_eq!(gramless::check_shapes(1.0), Ok(()));
}

#[differentiable]
fn gramless(x: f64) -> f64 {
    x * x
}

#[test]
fn shapes_that_do_not_fit_are_an_error() {
    let (w, x, y) = (numbers(1, [3]), numbers(2, [5, 3]), numbers(3, [6]));
    let error = cost::check_shapes(&w, 0.0, &x, &y).expect_err("there are 5 rows and 6 numbers");
    assert_eq!(error.demand(), "cost: `x.matmul(w) + b - y` needs x.rows() == y.len()");
    assert_eq!(error.lengths(), Some((5, 6)));
    assert!(error.arguments().eq([("x", &[5, 3][..]), ("y", &[6])]));
    assert_eq!(error.to_string(), panic_message(|| cost::value(&w, 0.0, &x, &y)));
    let error = cost::check_shapes(&w, 0.0, &Matrix::zeros([0, 3]), &Vector::zeros([0]));
    let error = error.expect_err("there are no rows");
    assert_eq!((error.lengths(), error.arguments().count()), (None, 1));
    // Errors are small, and can be compared, copied and boxed.
    assert!(size_of::<ShapeError>() <= 120);
    let boxed: Box<dyn std::error::Error> = Box::new(error);
    assert_eq!(boxed.to_string(), error.clone().to_string());
}

/// What training says of them.
#[differentiable]
mod model {
    use gradus::prelude::*;

    #[derive(Clone, Debug)]
    pub(crate) struct Line {
        pub(crate) weight: Vector<f64>,
        pub(crate) scale: [f64; 2],
    }

    #[differentiable(wrt(line))]
    pub(crate) fn cost(line: &Line, #[shape(ROWS, 2)] x: &Matrix<f64>, #[shape(ROWS)] y: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (i, target) in y.iter().enumerate() {
            sum += (x[[i, 0]] * line.scale[0] + x[[i, 1]] * line.scale[1] - target).powi(2);
        }
        sum + x.matmul(&line.weight).sum()
    }
}

#[test]
fn fields_are_named_as_the_user_names_them() {
    let line = |length| model::Line { weight: numbers(1, [length]), scale: [1.0, 2.0] };
    let x = numbers(2, [4, 2]);
    assert_eq!(model::cost::check_shapes(&line(2), &x, &[1.0; 4]), Ok(()));
    let message = |line: &model::Line, x: &Matrix<f64>, y: &[f64]| {
        model::cost::check_shapes(line, x, y).expect_err("it does not fit").to_string()
    };
    assert_eq!(
        message(&line(3), &x, &[1.0; 4]),
        "cost: `x.matmul(&line.weight)` needs x.cols() == line.weight.len(), but x is [4, 2] and line.weight is [3]"
    );
    assert_eq!(
        message(&line(2), &x, &[1.0; 5]),
        "cost: `ROWS` is both x.rows() and y.len(), but x is [4, 2] and y is [5]"
    );
    assert_eq!(
        message(&line(2), &numbers(2, [4, 3]), &[1.0; 4]),
        "cost: `#[shape(ROWS, 2)]` needs x.cols() == 2, but x is [4, 3]"
    );
}

const WIDTH: usize = 2;

/// Names of const parameters, constants and integer parameters mean these.
#[differentiable(wrt(w))]
fn named<const D: usize>(
    w: &[f64; D],
    #[shape(n, D)] x: &Matrix<f64>,
    #[shape(n, self::WIDTH, _)] z: &Tensor<f64, 3>,
    n: usize,
) -> f64 {
    let mut sum = z.sum();
    for i in 0..n {
        for j in 0..D {
            sum += w[j] * x[[i, j]];
        }
    }
    sum
}

#[test]
fn names_that_mean_something_already() {
    let z = numbers(2, [4, WIDTH, 1]);
    let message = |x: [usize; 2], n| {
        named::check_shapes(&[1.0; 3], &numbers(1, x), &z, n).map_err(|error| error.to_string())
    };
    assert_eq!(message([4, 3], 4), Ok(()));
    let not_n = "named: `#[shape(n, D)]` needs x.rows() == n, but x is [4, 3] and n is 5";
    assert_eq!(message([4, 3], 5), Err(not_n.to_owned()));
    let not_d = "named: `#[shape(n, D)]` needs x.cols() == D, but x is [4, 2] and D is 3";
    assert_eq!(message([4, 2], 4), Err(not_d.to_owned()));
    let error = named::check_shapes(&[1.0; 3], &numbers(1, [4, 3]), &numbers(2, [4, 3, 1]), 4);
    let not_width =
        "named: `#[shape(n, self::WIDTH, _)]` needs z.shape()[1] == WIDTH, but z is [4, 3, 1] and WIDTH is 2";
    assert_eq!(error.expect_err("3 is not 2").to_string(), not_width);
}

#[differentiable]
fn paired(x: &[f64], y: &[f64; 3]) -> f64 {
    x.dot(y)
}

#[test]
fn arrays_are_named_too() {
    let error = paired::check_shapes(&[1.0; 2], &[1.0; 3]).expect_err("2 is not 3");
    assert_eq!(error.to_string(), "paired: `x.dot(y)` needs x.len() == y.len(), but x is [2] and y is [3]");
}

fn scaled(factor: f64, x: &Vector<f64>) -> f64 {
    factor * x.sum()
}

#[derivative(of = scaled)]
fn scaled_rule(factor: f64, #[shape(2)] x: &Vector<f64>) -> (f64, (f64, Vector<f64>)) {
    (scaled(factor, x), (x.sum(), Vector::full([2], factor)))
}

#[test]
fn a_rule_has_shapes_too() {
    let x = Vector::from([1.0, 2.0]);
    assert_eq!(scaled::grad(2.0, &x).x, Vector::from([2.0, 2.0]));
    let error = scaled::check_shapes(2.0, &numbers(1, [3])).expect_err("3 is not 2");
    assert_eq!(error.to_string(), panic_message(|| scaled::grad(2.0, &numbers(1, [3]))));
    assert_eq!(error.to_string(), "scaled: `#[shape(2)]` needs x.len() == 2, but x is [3]");
}

/// The names that the macro would take are the user's own here.
#[differentiable]
fn taken(#[shape(Krate, N)] n: &Matrix<f64>, #[shape(N)] check_shapes: &Vector<f64>, krate: f64) -> f64 {
    (n.matmul(check_shapes) * krate).sum()
}

#[test]
fn names_do_not_get_into_each_others_way() {
    let (n, w) = (numbers(1, [3, 2]), numbers(2, [2]));
    let params = taken::Params { n: n.clone(), check_shapes: w.clone(), krate: 2.0 };
    check(&taken::objective(), &params, |p| taken(&p.n, &p.check_shapes, p.krate));
    assert_eq!(taken::check_shapes(&n, &w, 1.0), Ok(()));
    panic_message(|| taken::grad(&n, &numbers(2, [3]), 1.0));
}

#[differentiable(wrt(x))]
fn classes(x: &Matrix, labels: &[usize]) -> f32 {
    x.cross_entropy(labels)
}

#[differentiable(wrt(x))]
fn picked(x: &Matrix, labels: &[usize]) -> f32 {
    let mut sum = 0.0;
    for i in 0..labels.len() {
        sum += x[[i, labels[i]]].exp();
    }
    sum
}

#[differentiable(wrt(x))]
fn rows_of(x: &Matrix, places: &[usize]) -> f32 {
    x.select_rows(places).square().sum()
}

/// Labels are values, which shapes do not tell. The row behind a label that is too large is there in memory,
/// and must not be read for it: not by a loop, nor by a pass over vectors, nor in another thread.
#[test]
fn a_label_out_of_range_is_never_another_element() {
    for n in [1, 5, 40, 1000, 40_000] {
        let x = Matrix::full([n, 4], 0.5);
        for at in [0, n / 2, n - 1] {
            for wrong in [4, usize::MAX] {
                let mut labels = vec![1; n];
                labels[at] = wrong;
                classes::check_shapes(&x, &labels).expect("shapes do not tell values");
                let message = format!("index out of bounds: the length is 4 but the index is {wrong}");
                assert_eq!(panic_message(|| classes::value(&x, &labels)), message);
                assert_eq!(panic_message(|| classes::grad(&x, &labels)), message);
                assert_eq!(panic_message(|| picked::value(&x, &labels)), message);
                assert_eq!(panic_message(|| picked::grad(&x, &labels)), message);
            }
            let mut places = vec![0; n];
            places[at] = n;
            let message = format!("index out of bounds: the length is {n} but the index is {n}");
            assert_eq!(panic_message(|| rows_of::value(&x, &places)), message);
            assert_eq!(panic_message(|| rows_of::grad(&x, &places)), message);
        }
    }
}
