//! The optimiser against steps computed by hand from PyTorch's definition.

use approx::assert_relative_eq;
use gradus::prelude::*;

/// The parameter after each of two steps from 1 with the gradients 2 and 1.
fn two_steps(mut sgd: Sgd<f64>) -> [f64; 2] {
    let mut p = 1.0;
    [2.0, 1.0].map(|grad| {
        sgd.step(&mut p, &grad).expect("valid settings");
        p
    })
}

#[track_caller]
fn assert_steps(sgd: Sgd<f64>, expected: [f64; 2]) {
    // The hand-computed decimals are exact; each step rounds a few times.
    assert_relative_eq!(two_steps(sgd)[..], expected[..], max_relative = 1e-14);
}

#[test]
fn plain() {
    // 1 - 0.1 * 2, 0.8 - 0.1 * 1
    assert_steps(Sgd::new(0.1), [0.8, 0.7]);
}

#[test]
fn momentum() {
    // v = 2; v = 0.9 * 2 + 1 = 2.8
    assert_steps(Sgd::new(0.1).momentum(0.9), [0.8, 0.52]);
}

#[test]
fn dampening_is_not_applied_to_the_first_step() {
    // v = 2; v = 0.9 * 2 + 0.5 * 1 = 2.3
    assert_steps(Sgd::new(0.1).momentum(0.9).dampening(0.5), [0.8, 0.57]);
}

#[test]
fn nesterov() {
    // v = 2, 2 + 0.9 * 2 = 3.8; v = 2.8, 1 + 0.9 * 2.8 = 3.52
    assert_steps(Sgd::new(0.1).momentum(0.9).nesterov(), [0.62, 0.268]);
}

#[test]
fn weight_decay() {
    // 2 + 0.1 * 1 = 2.1; 1 + 0.1 * 0.79 = 1.079
    assert_steps(Sgd::new(0.1).weight_decay(0.1), [0.79, 0.6821]);
}

#[test]
fn maximize() {
    assert_steps(Sgd::new(0.1).maximize(), [1.2, 1.3]);
    // The decay still pulls towards 0: -2 + 0.1 * 1 = -1.9; -1 + 0.1 * 1.19 = -0.881
    assert_steps(Sgd::new(0.1).maximize().weight_decay(0.1), [1.19, 1.2781]);
}

#[test]
fn all_together() {
    // g = 2.1, v = 2.1, 2.1 + 0.9 * 2.1 = 3.99; g = 1.0601, v = 1.89 + 1.0601 = 2.9501, 1.0601 + 0.9 * 2.9501 = 3.71519
    assert_steps(Sgd::new(0.1).momentum(0.9).weight_decay(0.1).nesterov(), [0.601, 0.229_481]);
}

#[test]
fn steps_move_every_kind_of_parameters() {
    let mut layers = vec![nn::Linear { weight: Matrix::ones([1, 2]), bias: Vector::ones([1]) }];
    let grad = layers.clone();
    Sgd::new(0.25).step(&mut layers, &grad).expect("valid settings");
    assert_eq!(layers[0].weight, Matrix::full([1, 2], 0.75));
    assert_eq!(layers[0].bias, Vector::full([1], 0.75));

    let mut arrays = [[1.0_f32, 2.0], [3.0, 4.0]];
    Sgd::new(1.0).momentum(0.5).step(&mut arrays, &[[1.0; 2]; 2]).expect("valid settings");
    assert_eq!(arrays, [[0.0, 1.0], [2.0, 3.0]]);
}

#[test]
#[should_panic(expected = "cannot combine parameters [2] and [3]: the shapes must be equal")]
fn a_gradient_of_another_shape_panics() {
    let _ = Sgd::new(0.1).step(&mut Vector::<f32>::ones([2]), &Vector::ones([3]));
}

#[test]
fn invalid_settings_are_errors() {
    let error = |mut sgd: Sgd<f64>| sgd.step(&mut 1.0, &1.0).expect_err("an invalid setting").to_string();
    assert_eq!(error(Sgd::new(-0.1)), "the learning rate is -0.1; it must be a finite number of at least 0");
    assert_eq!(
        error(Sgd::new(f64::NAN)),
        "the learning rate is NaN; it must be a finite number of at least 0"
    );
    assert_eq!(
        error(Sgd::new(0.1).momentum(-1.0)),
        "the momentum is -1; it must be a finite number of at least 0"
    );
    assert_eq!(
        error(Sgd::new(0.1).weight_decay(-1.0)),
        "the weight decay is -1; it must be a finite number of at least 0"
    );
    assert_eq!(error(Sgd::new(0.1).nesterov()), "the momentum is 0; it must be more than 0 with nesterov");
    assert_eq!(
        error(Sgd::new(0.1).nesterov().momentum(0.9).dampening(0.1)),
        "the dampening is 0.1; it must be 0 with nesterov"
    );
}

#[test]
fn gradients_accumulate_until_they_are_zeroed() {
    let mut total = 0.0_f32;
    let seen: Vec<f32> = (1..=20)
        .map(|_| {
            gradus::accumulate(&mut total, &2.0);
            total
        })
        .collect();
    assert_eq!(seen, (1..=20).map(|i| 2.0 * i as f32).collect::<Vec<_>>());
    assert_eq!(total.zeros_like(), 0.0);
}
