//! `gradus::check::gradient`: right gradients pass, and wrong ones are named.

use gradus::check::{self, Agreement, GradientError};
use gradus::prelude::*;
use gradus::{ParamName, objective_from};

#[differentiable(wrt(w, b))]
fn line<T: Real>(w: &Vector<T>, b: T, x: &Matrix<T>, y: &Vector<T>) -> T {
    (x.matmul(w) + b - y).square().mean()
}

#[differentiable]
mod network {
    use gradus::prelude::*;

    #[derive(Clone, Debug)]
    pub(super) struct Layer {
        pub(super) weight: Matrix<f64>,
        pub(super) bias: Vector<f64>,
        pub(super) r#type: f64,
        pub(super) power: i32,
    }

    #[derive(Clone, Debug)]
    pub(super) struct Network {
        pub(super) first: Layer,
        pub(super) second: Layer,
    }

    fn forward(layer: &Layer, x: &Matrix<f64>) -> Matrix<f64> {
        (x.matmul(&layer.weight.t()) + &layer.bias) * layer.r#type.powi(layer.power)
    }

    #[differentiable(wrt(network))]
    pub(super) fn cost(network: &Network, x: &Matrix<f64>, y: &Matrix<f64>) -> f64 {
        forward(&network.second, &forward(&network.first, x).relu()).mse_loss(y)
    }
}

fn numbers<const R: usize>(seed: u64, shape: [usize; R]) -> Tensor<f64, R> {
    Rng::manual_seed(seed).randn(shape).map(f64::from)
}

fn small_network() -> network::Network {
    let layer = |seed, inputs, outputs| network::Layer {
        weight: numbers(seed, [outputs, inputs]),
        bias: numbers(seed + 1, [outputs]),
        r#type: 1.5,
        power: 2,
    };
    network::Network { first: layer(1, 3, 8), second: layer(3, 8, 2) }
}

/// An objective whose gradient is the right one of another, and then spoilt.
fn spoilt<O: Objective>(right: O, spoil: impl Fn(&mut O::Params)) -> impl Objective<Params = O::Params> {
    objective_from(move |params: &O::Params, grad: &mut O::Params| {
        let value = right.value_and_grad_into(params, grad);
        spoil(grad);
        value
    })
}

/// The name, and the derivatives by the gradient and by differences.
#[track_caller]
fn disagreement(result: Result<Agreement, GradientError>) -> (String, f64, f64) {
    let error = result.expect_err("a wrong gradient");
    let GradientError::Disagreement { parameter, gradient, differences, tolerance } = error else {
        unreachable!("{error}")
    };
    assert!((gradient - differences).abs() > tolerance);
    (parameter, gradient, differences)
}

/// The tolerance is that of the documentation, 12 ε/h of the value, up to the scatter of sums.
#[test]
fn regression_in_both_widths() -> Result<(), GradientError> {
    let (x, y) = (numbers(1, [50, 4]), numbers(2, [50]));
    let params = line::Params { w: numbers(3, [4]), b: 0.5 };
    let agreement = check::gradient(&line::objective(&x, &y), &params)?;
    assert_eq!((agreement.numbers, agreement.directions), (5, 4));
    assert!(agreement.tolerance < 1e-9, "{agreement}");

    let (x, y) = (x.map(|x| x as f32), y.map(|y| y as f32));
    let params = line::Params { w: params.w.map(|w| w as f32), b: 0.5 };
    let agreement = check::gradient(&line::objective(&x, &y), &params)?;
    assert!(agreement.tolerance < 1e-2, "{agreement}");
    Ok(())
}

#[test]
fn models_in_structs() -> Result<(), GradientError> {
    let (x, y) = (numbers(5, [20, 3]), numbers(6, [20, 2]));
    check::gradient(&network::cost::objective(&x, &y), &small_network())?;

    #[differentiable(wrt(model))]
    fn layer(model: &nn::Linear, x: &Matrix, y: &Matrix) -> f32 {
        model.forward(x).tanh().mse_loss(y)
    }
    let mut rng = Rng::manual_seed(1);
    let (x, y) = (rng.randn([64, 10]), rng.randn([64, 16]));
    check::gradient(&layer::objective(&x, &y), &nn::Linear::new(10, 16, &mut rng))?;
    Ok(())
}

/// A kink for each row and each output, some of them within the first step.
#[test]
fn a_layer_of_kinks() -> Result<(), GradientError> {
    #[differentiable(wrt(weight, bias))]
    fn layer(weight: &Matrix<f64>, bias: &Vector<f64>, x: &Matrix<f64>, y: &Matrix<f64>) -> f64 {
        (x.matmul(&weight.t()) + bias).relu().mse_loss(y)
    }
    for seed in 0..20 {
        let (x, y) = (numbers(seed, [64, 10]), numbers(seed + 100, [64, 16]));
        let params = layer::Params { weight: numbers(seed + 200, [16, 10]), bias: numbers(seed + 300, [16]) };
        check::gradient(&layer::objective(&x, &y), &params)?;
        let wrong = spoilt(layer::objective(&x, &y), |grad| grad.weight[[3, 5]] *= 1.01);
        assert_eq!(disagreement(check::gradient(&wrong, &params)).0, "weight[[3, 5]]");
    }
    Ok(())
}

#[test]
fn names_follow_the_fields() {
    let mut names = Vec::new();
    small_network().for_each_named(&ParamName::Params, &mut |name, shape, run| {
        names.push(format!("{name} {shape:?} {}", run.len()));
    });
    assert_eq!(
        names,
        [
            "first.weight [8, 3] 24",
            "first.bias [8] 8",
            "first.type [] 1",
            "second.weight [2, 8] 16",
            "second.bias [2] 2",
            "second.type [] 1",
        ]
    );
}

#[test]
fn a_wrong_entry_of_a_nested_struct() {
    let (x, y) = (numbers(5, [20, 3]), numbers(6, [20, 2]));
    let right = network::cost::grad(&small_network(), &x, &y);
    let wrong = |spoil: fn(&mut network::Network)| {
        disagreement(check::gradient(&spoilt(network::cost::objective(&x, &y), spoil), &small_network()))
    };

    let (name, gradient, differences) = wrong(|grad| grad.second.weight[[1, 6]] *= 2.0);
    assert_eq!(name, "second.weight[[1, 6]]");
    let expected = right.second.weight[[1, 6]];
    assert!((gradient - 2.0 * expected).abs() < 1e-12 && (differences - expected).abs() < 1e-5);

    assert_eq!(wrong(|grad| grad.first.r#type *= -1.0).0, "first.type");
    assert_eq!(wrong(|grad| grad.first.bias[7] = 0.0).0, "first.bias[7]");
}

#[test]
fn swapped_fields() {
    #[differentiable]
    fn product(first: f64, second: f64) -> f64 {
        first * second.powi(2)
    }
    let swapped = spoilt(product::objective(), |grad| core::mem::swap(&mut grad.first, &mut grad.second));
    let (name, gradient, differences) =
        disagreement(check::gradient(&swapped, &product::Params { first: 2.0, second: 3.0 }));
    assert_eq!((name.as_str(), gradient.round(), differences.round()), ("first", 12.0, 9.0));
}

#[test]
fn one_of_a_thousand_in_both_widths() {
    fn check_in<T: Real>(error: f64) {
        let params = Vector::from((0..1000).map(|i| T::from_f64(1.0 + f64::from(i % 7))).collect::<Vec<_>>());
        let with_error = |error: f64| {
            objective_from(move |w: &Vector<T>, grad: &mut Vector<T>| {
                *grad = w.map(Real::cos);
                grad[613] += T::from_f64(error);
                w.iter().map(|w| w.sin()).sum()
            })
        };
        check::gradient(&with_error(0.0), &params).expect("a right gradient");
        let (name, gradient, differences) = disagreement(check::gradient(&with_error(error), &params));
        assert_eq!(name, "params[613]");
        // Of the differences by themselves.
        assert!((gradient - differences - error).abs() < 1e-2 * error.abs(), "{gradient} {differences}");
    }
    check_in::<f64>(1e-6);
    check_in::<f32>(-0.5);
}

#[test]
fn a_gradient_of_zeros_or_of_the_other_sign() {
    let square = |factor: f64| {
        objective_from(move |w: &[f64; 3], grad: &mut [f64; 3]| {
            *grad = w.map(|w| factor * w);
            w.iter().map(|w| w * w).sum()
        })
    };
    let params = [1.0, -2.0, 0.5];
    check::gradient(&square(2.0), &params).expect("a right gradient");
    for factor in [0.0, 1.0, -2.0, 4.0, 2.0 + 1e-8] {
        let (name, gradient, differences) = disagreement(check::gradient(&square(factor), &params));
        assert_eq!(name, "params[0]");
        assert!((gradient - factor).abs() < 1e-12 && (differences - 2.0).abs() < 1e-9);
    }
    let message = check::gradient(&square(1.0), &params).expect_err("a wrong gradient").to_string();
    let expected = "params[0]: the gradient says 1.0, central differences say 2.0; they differ by 1.0, and \
                    rounding explains ";
    assert!(message.starts_with(expected), "{message}");
}

/// `a` and `b` are large and small, near to zero among large ones, or zero.
#[test]
fn scales_of_parameters() {
    /// A product of powers and a distance to 1, which has a derivative at 0 too.
    fn check_at(a: f64, b: f64, unit: [f64; 2]) {
        let objective = |error: [f64; 2]| {
            objective_from(move |p: &[f64; 2], grad: &mut [f64; 2]| {
                let [a, b] = [p[0] / unit[0], p[1] / unit[1]];
                let (along_a, along_b) = ((b + 2.0) * (a - 1.0).exp(), (a - 1.0).exp() + b.cos());
                *grad = [along_a / unit[0] * error[0], along_b / unit[1] * error[1]];
                (b + 2.0) * (a - 1.0).exp() + b.sin()
            })
        };
        let params = [a * unit[0], b * unit[1]];
        check::gradient(&objective([1.0, 1.0]), &params).expect("a right gradient");
        let first = disagreement(check::gradient(&objective([1.0 + 1e-3, 1.0]), &params));
        assert_eq!(first.0, "params[0]", "{a} {b} {unit:?}");
        let second = disagreement(check::gradient(&objective([1.0, 0.5]), &params));
        assert_eq!(second.0, "params[1]", "{a} {b} {unit:?}");
    }
    check_at(0.5, 2.0, [1.0, 1.0]);
    check_at(0.5, 2.0, [1e-20, 1e-20]);
    check_at(0.5, 2.0, [1e30, 1e30]);
    check_at(0.5, 2.0, [1e-3, 1e6]);
    check_at(0.5, 0.0, [1.0, 1.0]);
    check_at(0.5, 1e-9, [1.0, 1.0]);
    check_at(0.0, 0.0, [1.0, 1.0]);
    check_at(1e-20, 1e-20, [1.0, 1.0]);
}

#[test]
fn fields_of_very_different_scales() -> Result<(), GradientError> {
    #[differentiable]
    fn energy(boltzmann: f64, temperature: f64, shift: f64) -> f64 {
        (-1e-20 / (boltzmann * temperature)).exp() + shift.powi(2) + shift
    }
    for shift in [1e-14, 0.0, 1e3] {
        let params = energy::Params { boltzmann: 1.38e-23, temperature: 300.0, shift };
        check::gradient(&energy::objective(), &params)?;
        let wrong = spoilt(energy::objective(), |grad| grad.shift *= 2.0);
        assert_eq!(disagreement(check::gradient(&wrong, &params)).0, "shift");
    }
    Ok(())
}

/// In `f32` a value of 1e4 has no digits for a change of 1e-3, so the parameter is moved further.
#[test]
fn a_small_derivative_of_a_large_value() {
    let objective = |derivative: f32| {
        objective_from(move |w: &f32, grad: &mut f32| {
            *grad = derivative;
            1e4 + w
        })
    };
    check::gradient(&objective(1.0), &0.1).expect("a right gradient");
    assert_eq!(disagreement(check::gradient(&objective(-1.0), &0.1)).0, "params");
    assert_eq!(disagreement(check::gradient(&objective(0.0), &0.1)).0, "params");
}

/// At the minimum the value cancels, and rounding is that of the numbers that cancel.
#[test]
fn at_the_minimum() -> Result<(), GradientError> {
    let x = numbers(1, [50, 4]);
    let w = numbers(3, [4]);
    let y = x.matmul(&w) + 1e3;
    let params = line::Params { w, b: 1e3 };
    check::gradient(&line::objective(&x, &y), &params)?;
    let wrong = spoilt(line::objective(&x, &y), |grad| grad.w[1] += 1e-3);
    assert_eq!(disagreement(check::gradient(&wrong, &params)).0, "w[1]");
    Ok(())
}

#[test]
fn bent_functions_need_smaller_steps() {
    // A kink at a thousandth from the parameter, and a wave that the first step passes over.
    let kink = |slope: f64| {
        objective_from(move |w: &f64, grad: &mut f64| {
            *grad = slope;
            (w - 1.001).abs() + w
        })
    };
    check::gradient(&kink(0.0), &1.0).expect("the side of the parameter");
    assert_eq!(disagreement(check::gradient(&kink(2.0), &1.0)).0, "params");

    let wave = |factor: f64| {
        objective_from(move |w: &f64, grad: &mut f64| {
            *grad = 1e4 * (1e4 * w).cos() * factor;
            (1e4 * w).sin()
        })
    };
    check::gradient(&wave(1.0), &1.0).expect("a right gradient");
    let (_, gradient, differences) = disagreement(check::gradient(&wave(0.99), &1.0));
    assert!((gradient / differences - 0.99).abs() < 1e-6);
}

/// `e^709.7` is finite, and infinite a step further.
#[test]
fn next_to_infinity() {
    let exp = |factor: f64| {
        objective_from(move |w: &f64, grad: &mut f64| {
            *grad = factor * w.exp();
            w.exp()
        })
    };
    check::gradient(&exp(1.0), &709.7).expect("a right gradient");
    assert_eq!(disagreement(check::gradient(&exp(0.9), &709.7)).0, "params");
}

#[test]
fn what_is_not_finite_is_named() {
    let of = |value: f64, derivative: f64| {
        objective_from(move |_: &[f64; 2], grad: &mut [f64; 2]| {
            *grad = [0.0, derivative];
            value
        })
    };
    let error = |value, derivative, params| {
        check::gradient(&of(value, derivative), &params).expect_err("nothing to confirm").to_string()
    };
    assert_eq!(
        error(f64::INFINITY, 0.0, [0.0; 2]),
        "the function is inf at these parameters; check its gradient where it is finite"
    );
    assert_eq!(error(0.0, f64::NEG_INFINITY, [0.0; 2]), "params[1]: the gradient is -inf");
    assert_eq!(error(0.0, 0.0, [f64::NAN, 0.0]), "params[0] is NaN; check the gradient at finite parameters");
    let unwritten = objective_from(|w: &[f64; 2], grad: &mut [f64; 2]| {
        grad[0] = 1.0;
        w[0]
    });
    assert_eq!(
        check::gradient(&unwritten, &[1.0, 2.0]).expect_err("an entry is missing").to_string(),
        "params[1]: the gradient is NaN; it was NaN before the call too, so perhaps it is never written"
    );
    let alone = objective_from(|w: &f64, grad: &mut f64| {
        *grad = 1.0;
        if *w == 1.0 { 0.0 } else { f64::NAN }
    });
    assert_eq!(
        check::gradient(&alone, &1.0).expect_err("no neighbours").to_string(),
        "params: the gradient says 1.0, central differences find no finite value nearby"
    );
}

#[test]
fn nothing_to_differentiate_by_is_an_error() {
    let nothing = objective_from(|_: &Vec<f64>, _: &mut Vec<f64>| 1.0);
    assert_eq!(check::gradient(&nothing, &Vec::new()), Err(GradientError::NoParameters));
}

/// Two right gradients of a function that does not depend on a parameter, and of one that is constant.
#[test]
fn parameters_without_effect() -> Result<(), GradientError> {
    let half = objective_from(|w: &[f64; 2], grad: &mut [f64; 2]| {
        *grad = [w[0].cos(), 0.0];
        w[0].sin()
    });
    check::gradient(&half, &[0.3, 7.0])?;
    let dead = objective_from(|w: &f64, grad: &mut f64| {
        *grad = 0.0;
        w.max(0.0) + 5.0
    });
    check::gradient(&dead, &-0.01)?;
    Ok(())
}

#[test]
fn the_same_at_each_call() {
    let (x, y) = (numbers(1, [50, 4]), numbers(2, [50]));
    let params = line::Params { w: numbers(3, [4]), b: 0.5 };
    let calls = [(); 2].map(|()| check::gradient(&line::objective(&x, &y), &params));
    assert_eq!(calls[0], calls[1]);
}
