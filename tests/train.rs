//! The training loop: what it records, what ends it, mini-batches, and the lab that it trains.

use std::cell::RefCell;

use approx::assert_relative_eq;
use gradus::prelude::*;
use gradus::{History, objective_from};
use serde_json::Value;

/// `(w - 3)²`.
fn parabola() -> impl Objective<Params = f64, Batch = ()> {
    objective_from(|w: &f64, grad: &mut f64| {
        *grad = 2.0 * (w - 3.0);
        (w - 3.0).square()
    })
}

#[test]
fn invalid_settings_are_errors() {
    let error =
        |mut sgd: Sgd<f64>| sgd.minimize(&parabola(), &mut 1.0).expect_err("an invalid setting").to_string();
    assert_eq!(error(Sgd::new(0.1)), "the number of epochs is 0; it must be at least 1");
    assert_eq!(error(Sgd::new(0.1).epochs(1).batch_size(0)), "the batch size is 0; it must be at least 1");
    assert_eq!(error(Sgd::new(0.1).epochs(1).tolerance(-1.0)), "the tolerance is -1; it must be at least 0");
    assert_eq!(
        error(Sgd::new(0.1).epochs(1).observe_every(0)),
        "the number of epochs between observations is 0; it must be at least 1"
    );
    assert_eq!(
        error(Sgd::new(0.1).epochs(1).batch_size(1)),
        "the objective has no rows to draw mini-batches from"
    );
}

#[test]
fn the_history_has_the_loss_before_each_step() {
    let mut w = 0.0;
    let history = Sgd::new(0.25).epochs(3).minimize(&parabola(), &mut w).expect("it converges");
    // Each step halves the distance to 3.
    assert_eq!(history.losses(), [9.0, 2.25, 0.5625]);
    assert_eq!((history.epochs(), history.last(), w), (3, 0.5625, 2.625));
}

#[test]
fn a_tolerance_ends_the_loop() {
    let mut w = 0.0;
    let history =
        Sgd::new(0.25).epochs(1000).tolerance(0.5).minimize(&parabola(), &mut w).expect("it converges");
    // The losses 9, 2.25, 0.5625, 0.140625 change by 6.75, 1.6875, 0.421875.
    assert_eq!(history.epochs(), 4);
}

#[test]
fn an_observer_sees_the_epochs_it_asked_for_and_can_stop() {
    let mut seen = Vec::new();
    let mut w = 0.0;
    let history = Sgd::new(0.25)
        .epochs(0..=1000)
        .observe_every(2)
        .minimize_with(&parabola(), &mut w, |progress| {
            assert_eq!(progress.last_epoch, 1000);
            seen.push((progress.epoch, progress.loss, *progress.params, *progress.grad));
            if progress.epoch == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .expect("it converges");
    // The loss and the gradient are those before the step, the parameter the one after it.
    assert_eq!(seen, [(0, 9.0, 1.5, -6.0), (2, 0.5625, 2.625, -1.5)]);
    assert_eq!((history.epochs(), w), (3, 2.625));
}

#[test]
fn epochs_are_counted_from_1_unless_numbered() {
    let numbers = |sgd: Sgd<f64>| {
        let mut numbers = Vec::new();
        let mut sgd = sgd;
        sgd.minimize_with(&parabola(), &mut 0.0, |progress| {
            numbers.push(progress.epoch);
            ControlFlow::Continue(())
        })
        .expect("it converges");
        numbers
    };
    assert_eq!(numbers(Sgd::new(0.1).epochs(3)), [1, 2, 3]);
    assert_eq!(numbers(Sgd::new(0.1).epochs(5..7)), [5, 6]);
    assert_eq!(numbers(Sgd::new(0.1).epochs(0..=2)), [0, 1, 2]);
}

#[test]
fn divergence_is_an_error_and_the_last_good_parameters_are_kept() {
    let mut w = 0.0;
    let rate = 2.0_f64.powi(400);
    let error = Sgd::new(rate).epochs(100).minimize(&parabola(), &mut w).expect_err("it diverges");
    // From 0 to 6 rate, then to about -12 rate², where the loss overflows.
    assert_eq!(w, 6.0 * rate);
    let last_finite_loss = Some(36.0 * rate * rate);
    assert_eq!(
        error,
        TrainError::Diverged { epoch: 3, loss: f64::INFINITY, last_finite_loss, learning_rate: rate }
    );

    let error =
        TrainError::Diverged { epoch: 17, loss: f64::NAN, last_finite_loss: Some(3.2), learning_rate: 0.5 };
    assert_eq!(
        error.to_string(),
        "the loss became NaN in epoch 17; the last finite loss was 3.200000; try a smaller learning rate than 0.5"
    );
}

#[test]
fn a_gradient_that_is_not_finite_does_not_reach_the_parameters() {
    let cliff = objective_from(|w: &f64, grad: &mut f64| {
        *grad = f64::NAN;
        *w
    });
    let mut w = 0.5;
    let error = Sgd::new(0.1).epochs(10).minimize(&cliff, &mut w).expect_err("it diverges");
    assert_eq!(w, 0.5);
    assert_eq!(
        error.to_string(),
        "a parameter became infinite or NaN in epoch 1; the last finite loss was 0.500000; try a smaller learning rate than 0.1"
    );
}

#[test]
fn a_loss_that_is_nan_from_the_start_blames_the_data() {
    let mut w = f64::NAN;
    let error = Sgd::new(0.1).epochs(10).minimize(&parabola(), &mut w).expect_err("it cannot start");
    assert_eq!(
        error.to_string(),
        "the loss is NaN before the first step; look for NaN or infinity in data and parameters"
    );
}

/// `mean((w - y)²)` over the rows of `y`; it notes the rows of each mini-batch.
struct Distances {
    y: Vector<f64>,
    drawn: RefCell<Vec<Vec<usize>>>,
}

impl Distances {
    fn new(y: impl Into<Vector<f64>>) -> Self {
        Distances { y: y.into(), drawn: RefCell::default() }
    }

    fn evaluate(y: &Vector<f64>, w: f64, grad: &mut f64) -> f64 {
        let d = w - y;
        *grad = 2.0 * d.mean();
        d.square().mean()
    }
}

impl Objective for Distances {
    type Params = f64;
    type Batch = Vector<f64>;

    fn value(&self, w: &f64) -> f64 {
        Self::evaluate(&self.y, *w, &mut 0.0)
    }
    fn value_and_grad_into(&self, w: &f64, grad: &mut f64) -> f64 {
        Self::evaluate(&self.y, *w, grad)
    }
    fn rows(&self) -> Option<usize> {
        Some(self.y.len())
    }
    fn gather(&self, rows: &[usize], batch: &mut Vector<f64>) {
        self.drawn.borrow_mut().push(rows.to_vec());
        self.y.select_rows_into(rows, batch);
    }
    fn batch_value_and_grad_into(&self, batch: &Vector<f64>, w: &f64, grad: &mut f64) -> f64 {
        Self::evaluate(batch, *w, grad)
    }
}

#[test]
fn mini_batches_come_in_order_and_the_last_may_be_smaller() {
    let objective = Distances::new([1.0, 3.0, 5.0]);
    let mut w = 0.0;
    let history = Sgd::new(0.25).epochs(1).batch_size(2).minimize(&objective, &mut w).expect("it converges");
    assert_eq!(objective.drawn.take(), [vec![0, 1], vec![2]]);
    // Loss (1 + 9) / 2 = 5 at w = 0, step by 0.25 * 4 to 1; loss 16 there, step by 0.25 * 8 to 3.
    assert_eq!((history.last(), w), ((5.0 * 2.0 + 16.0) / 3.0, 3.0));
}

#[test]
fn a_shuffle_draws_each_row_once_in_the_order_of_randperm() {
    let objective = Distances::new(vec![0.0; 10]);
    Sgd::new(0.1).epochs(2).batch_size(4).shuffle(5).minimize(&objective, &mut 0.0).expect("it converges");
    let mut rng = Rng::manual_seed(5);
    let expected: Vec<_> =
        (0..2).flat_map(|_| rng.randperm(10).chunks(4).map(<[_]>::to_vec).collect::<Vec<_>>()).collect();
    assert_eq!(objective.drawn.take(), expected);
}

#[test]
fn an_objective_without_any_row_has_no_mini_batches() {
    let error = Sgd::new(0.1)
        .epochs(1)
        .batch_size(2)
        .minimize(&Distances::new(vec![]), &mut 0.0)
        .expect_err("no rows");
    assert_eq!(error, TrainError::NoRows);
}

/// `mean((w x + b - y)²)` with its derivative written by hand.
fn line<'a>(x: &'a [f32], y: &'a [f32]) -> impl Objective<Params = [f32; 2], Batch = ()> + 'a {
    objective_from(move |[w, b]: &[f32; 2], grad: &mut [f32; 2]| {
        let (mut loss, mut dw, mut db) = (0.0, 0.0, 0.0);
        for (x, y) in x.iter().zip(y) {
            let d = w * x + b - y;
            loss += d * d;
            dw += 2.0 * d * x;
            db += 2.0 * d;
        }
        let n = x.len() as f32;
        *grad = [dw / n, db / n];
        loss / n
    })
}

#[test]
fn the_lab_of_linear_regression_has_pytorchs_numbers() {
    let reference: Value = serde_json::from_str(include_str!("data/labs.json")).expect("JSON");
    let mut rows = reference["linear_regression"]["rows"].as_array().expect("an array").iter();
    let data = [1.0, 2.0, 3.0];
    Sgd::new(0.01)
        .epochs(0..=1000)
        .observe_every(100)
        .minimize_with(&line(&data, &data), &mut [0.0; 2], |progress| {
            let row = rows.next().expect("a row for each observation");
            let [w, b] = *progress.params;
            assert_eq!(row["epoch"], progress.epoch);
            for (key, value) in [("W", w), ("b", b), ("cost", progress.loss)] {
                let expected = row[key].as_f64().expect("a number") as f32;
                // The labs' tolerance: sums may be ordered differently.
                assert_relative_eq!(value, expected, epsilon = 1e-6, max_relative = 1e-5);
            }
            ControlFlow::Continue(())
        })
        .expect("it converges");
    assert!(rows.next().is_none());
}

#[test]
fn an_epoch_allocates_nothing() {
    let data = [1.0, 2.0, 3.0];
    let train = |epochs: usize, momentum: f64| -> History<f32> {
        Sgd::new(0.01)
            .momentum(momentum)
            .epochs(epochs)
            .minimize(&line(&data, &data), &mut [0.0; 2])
            .expect("it converges")
    };
    for momentum in [0.0, 0.9] {
        let count = |epochs| allocation_counter::measure(|| drop(train(epochs, momentum))).count_total;
        assert_eq!(count(1), count(1000));
    }

    let rows = Vector::from((0..100).map(f64::from).collect::<Vec<_>>());
    struct Quiet(Vector<f64>);
    impl Objective for Quiet {
        type Params = f64;
        type Batch = Vector<f64>;
        fn value(&self, w: &f64) -> f64 {
            *w
        }
        fn value_and_grad_into(&self, w: &f64, grad: &mut f64) -> f64 {
            *grad = 1.0;
            *w
        }
        fn rows(&self) -> Option<usize> {
            Some(self.0.len())
        }
        fn gather(&self, rows: &[usize], batch: &mut Vector<f64>) {
            self.0.select_rows_into(rows, batch);
        }
    }
    let objective = Quiet(rows);
    let count = |epochs: usize| {
        let train = || {
            Sgd::new(0.01).batch_size(7).shuffle(1).epochs(epochs).minimize(&objective, &mut 0.0).map(drop)
        };
        allocation_counter::measure(|| train().expect("it converges")).count_total
    };
    assert_eq!(count(1), count(100));
}
