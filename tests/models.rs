//! Whole models: their gradients against central differences.

mod check;

use check::{check, numbers};
use gradus::prelude::*;

#[differentiable(wrt(w, b))]
fn linear_regression(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
    (x.matmul(w) + b - y).square().mean()
}

#[test]
fn linear_regression_with_a_bias() {
    let (x, y) = (numbers(1, [5, 3]), numbers(2, [5]));
    let params = linear_regression::Params { w: numbers(3, [3]), b: 0.3 };
    check(&linear_regression::objective(&x, &y), &params, |p| linear_regression(&p.w, p.b, &x, &y));
}

#[differentiable(wrt(w, b))]
fn logistic_regression(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>, lambda: f64) -> f64 {
    let z = x.matmul(w) + b;
    (z.softplus() - y * &z).mean() + lambda / 2.0 * w.square().sum()
}

#[test]
fn logistic_regression_with_regularisation() {
    let (x, y) = (numbers(1, [6, 3]), Vector::from([0.0, 1.0, 1.0, 0.0, 1.0, 0.0]));
    let params = logistic_regression::Params { w: numbers(3, [3]), b: -0.2 };
    check(&logistic_regression::objective(&x, &y, 0.1), &params, |p| {
        logistic_regression(&p.w, p.b, &x, &y, 0.1)
    });
}

#[differentiable(wrt(w, b))]
fn softmax_regression(w: &Matrix<f64>, b: &Vector<f64>, x: &Matrix<f64>, labels: &[usize]) -> f64 {
    (x.matmul(w) + b).cross_entropy(labels)
}

#[test]
fn softmax_regression_with_labels() {
    let (x, labels) = (numbers(1, [5, 3]), [0, 3, 1, 3, 2]);
    let params = softmax_regression::Params { w: numbers(3, [3, 4]), b: numbers(4, [4]) };
    check(&softmax_regression::objective(&x, &labels), &params, |p| {
        softmax_regression(&p.w, &p.b, &x, &labels)
    });
}

#[differentiable(wrt(w1, b1, w2, b2))]
fn perceptron(
    w1: &Matrix<f64>,
    b1: &Vector<f64>,
    w2: &Matrix<f64>,
    b2: &Vector<f64>,
    x: &Matrix<f64>,
    y: &Matrix<f64>,
) -> f64 {
    let hidden = (x.matmul(w1) + b1).tanh();
    (hidden.matmul(w2) + b2).mse_loss(y)
}

fn perceptron_params() -> perceptron::Params {
    perceptron::Params {
        w1: numbers(3, [3, 4]),
        b1: numbers(4, [4]),
        w2: numbers(5, [4, 2]),
        b2: numbers(6, [2]),
    }
}

#[test]
fn perceptron_with_a_hidden_layer() {
    let (x, y) = (numbers(1, [5, 3]), numbers(2, [5, 2]));
    check(&perceptron::objective(&x, &y), &perceptron_params(), |p| {
        perceptron(&p.w1, &p.b1, &p.w2, &p.b2, &x, &y)
    });
}

#[test]
fn a_gradient_of_another_shape_is_resized() {
    let (x, y) = (numbers(1, [5, 3]), numbers(2, [5, 2]));
    let p = perceptron_params();
    let (value, expected) = perceptron::value_and_grad(&p.w1, &p.b1, &p.w2, &p.b2, &x, &y);
    let (wide, tall) = (Matrix::full([7, 9], f64::NAN), Matrix::full([0, 0], f64::NAN));
    let mut grad =
        perceptron::Params { w1: wide, b1: Vector::full([1], f64::NAN), w2: tall, b2: Vector::default() };
    assert_eq!(perceptron::value_and_grad_into(&p.w1, &p.b1, &p.w2, &p.b2, &x, &y, &mut grad), value);
    assert_eq!(grad, expected);
    assert_eq!(perceptron::grad(&p.w1, &p.b1, &p.w2, &p.b2, &x, &y), expected);
    assert_eq!(perceptron::value(&p.w1, &p.b1, &p.w2, &p.b2, &x, &y), value);
}

#[test]
fn ranges_of_rows_are_arguments() {
    let (x, y) = (numbers(1, [8, 3]), numbers(2, [8]));
    let w = numbers(3, [3]);
    let (some_x, some_y) = (x.slice_rows(2..6), y.slice_rows(2..6));
    let views = linear_regression::value_and_grad(&w, 0.1, some_x, some_y);
    let copies = linear_regression::value_and_grad(&w, 0.1, &some_x.to_tensor(), &some_y.to_tensor());
    assert_eq!(views, copies);
    let params = linear_regression::Params { w, b: 0.1 };
    check(&linear_regression::objective(some_x, some_y), &params, |p| {
        linear_regression(&p.w, p.b, &some_x.to_tensor(), &some_y.to_tensor())
    });
}

#[test]
fn mini_batches_take_the_rows_of_all_data() -> Result<(), TrainError> {
    // y = 2 x - 1 exactly, so that every mini-batch has its minimum there.
    let x = numbers(1, [20, 1]);
    let y = Vector::from(x.iter().map(|x| 2.0 * x - 1.0).collect::<Vec<_>>());
    let mut params = linear_regression::Params { w: Vector::zeros([1]), b: 0.0 };
    let objective = linear_regression::objective(&x, &y);
    assert_eq!(objective.rows(), Some(20));
    let history = Sgd::new(0.2).epochs(200).batch_size(7).shuffle(1).minimize(&objective, &mut params)?;
    assert_eq!(history.epochs(), 200);
    // Each of the 600 steps shrinks the error by a factor below 0.95, so that rounding is all that is left.
    assert!((params.w[0] - 2.0).abs() < 1e-10 && (params.b + 1.0).abs() < 1e-10, "{params:?}");
    Ok(())
}

#[test]
fn a_mini_batch_is_the_cost_of_its_rows() {
    let (x, labels) = (numbers(1, [5, 3]), [0, 3, 1, 3, 2]);
    let params = softmax_regression::Params { w: numbers(3, [3, 4]), b: numbers(4, [4]) };
    let objective = softmax_regression::objective(&x, &labels);
    let (mut batch, mut grad) = (Default::default(), params.clone());
    objective.gather(&[4, 0, 4], &mut batch);
    let value = objective.batch_value_and_grad_into(&batch, &params, &mut grad);
    let expected =
        softmax_regression::value_and_grad(&params.w, &params.b, &x.select_rows(&[4, 0, 4]), &[2, 0, 2]);
    assert_eq!((value, grad), expected);
}

#[differentiable]
mod network {
    use gradus::prelude::*;

    #[derive(Clone, Debug, PartialEq)]
    pub(super) struct Layer {
        pub(super) weight: Matrix<f64>,
        pub(super) bias: Vector<f64>,
    }

    #[derive(Clone, Debug, PartialEq)]
    pub(super) struct Network {
        pub(super) first: Layer,
        pub(super) second: Layer,
        pub(super) scale: f64,
    }

    impl Layer {
        fn forward(&self, x: &Matrix<f64>) -> Matrix<f64> {
            x.matmul(&self.weight.t()) + &self.bias
        }
    }

    impl Network {
        pub(super) fn forward(&self, x: &Matrix<f64>) -> Matrix<f64> {
            let hidden = self.first.forward(x).tanh();
            self.second.forward(&hidden) * self.scale
        }
    }

    fn error(output: &Matrix<f64>, y: &Matrix<f64>) -> f64 {
        output.mse_loss(y)
    }

    #[differentiable(wrt(network))]
    pub(super) fn cost(network: &Network, x: &Matrix<f64>, y: &Matrix<f64>) -> f64 {
        error(&network.forward(x), y)
    }

    #[differentiable]
    pub(super) fn penalised(network: &Network, strength: f64, x: &Matrix<f64>, y: &Matrix<f64>) -> f64 {
        let size = network.first.weight.square().sum() + network.second.weight.square().sum();
        let fit: f64 = cost(network, x, y);
        fit + strength * size
    }
}

fn small_network() -> network::Network {
    network::Network {
        first: network::Layer { weight: numbers(3, [4, 3]), bias: numbers(4, [4]) },
        second: network::Layer { weight: numbers(5, [2, 4]), bias: numbers(6, [2]) },
        scale: 1.5,
    }
}

#[test]
fn nested_structs_of_parameters() {
    let (x, y) = (numbers(1, [5, 3]), numbers(2, [5, 2]));
    check(&network::cost::objective(&x, &y), &small_network(), |network| network::cost(network, &x, &y));
    let grad: network::Network = network::cost::grad(&small_network(), &x, &y);
    assert_eq!(grad.second.bias.shape(), &[2]);
}

#[test]
fn a_struct_beside_other_parameters() {
    let (x, y) = (numbers(1, [5, 3]), numbers(2, [5, 2]));
    let params =
        network::penalised::Params { network: small_network(), strength: 0.3, x: x.clone(), y: y.clone() };
    check(&network::penalised::objective(), &params, |p| {
        network::penalised(&p.network, p.strength, &p.x, &p.y)
    });
}

#[differentiable(wrt(model))]
fn linear_layer(model: &nn::Linear, x: &Matrix, y: &Matrix) -> f32 {
    model.forward(x).mse_loss(y)
}

#[test]
fn a_layer_of_the_runtime() {
    let mut rng = Rng::manual_seed(1);
    let (x, y) = (rng.randn([6, 3]), rng.randn([6, 2]));
    let model = nn::Linear::new(3, 2, &mut rng);
    let (value, grad) = linear_layer::value_and_grad(&model, &x, &y);
    assert!((value - linear_layer(&model, &x, &y)).abs() <= 4.0 * f32::EPSILON * value);
    // By hand: d/dW = 2/N (output - y)ᵀ x and d/db = 2/N Σ (output - y), in another order of sums.
    let error = (model.forward(&x) - &y) * (2.0 / 12.0);
    approx::assert_abs_diff_eq!(grad.weight, error.t().matmul(&x), epsilon = 16.0 * f32::EPSILON);
    approx::assert_abs_diff_eq!(grad.bias, error.sum_axis(0), epsilon = 16.0 * f32::EPSILON);
}
