//! Steps in burn, on the backend that it recommends for processors.

use burn::tensor::activation::{log_softmax, relu, sigmoid, softplus};
use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::common::Work;
use crate::problem::{Loss, Problem};
use crate::training::RATE;

/// A model with its data.
pub(crate) struct Model {
    loss: Loss,
    params: Vec<Tensor<2>>,
    x: Tensor<2>,
    y: Tensor<2>,
    labels: Tensor<2, Int>,
}

impl Model {
    pub(crate) fn new(problem: &Problem) -> Self {
        let device = Device::flex().autodiff();
        let matrix = |m: &gradus::Matrix| -> Tensor<2> {
            Tensor::from_data(TensorData::new(m.data().to_vec(), *m.shape()), &device)
        };
        let n = problem.x.rows();
        let labels: Vec<i64> = problem.labels.iter().map(|&label| label as i64).collect();
        Model {
            loss: problem.loss,
            params: problem.start.iter().map(|param| matrix(param).require_grad()).collect(),
            x: matrix(&problem.x),
            y: Tensor::from_data(TensorData::new(problem.y.data().to_vec(), [n, 1]), &device),
            labels: Tensor::from_data(TensorData::new(labels, [n, 1]), &device),
        }
    }

    fn loss(&self) -> Tensor<1> {
        let p = |place: usize| self.params[place].clone();
        let (x, y) = (self.x.clone(), self.y.clone());
        let affine = |x: Tensor<2>, layer: usize| x.matmul(p(2 * layer)) + p(2 * layer + 1);
        let cross_entropy =
            |logits: Tensor<2>| log_softmax(logits, 1).gather(1, self.labels.clone()).mean().neg();
        match self.loss {
            Loss::Linear => (affine(x, 0) - y).square().mean(),
            Loss::Logistic => {
                let z = affine(x, 0);
                (softplus(z.clone(), 1.0) - z * y).mean()
            }
            Loss::Huber => {
                let error = affine(x, 0) - y;
                let inside = error.clone().clamp(-0.5, 0.5);
                (inside.clone() * (error - inside * 0.5)).mean()
            }
            Loss::Softmax => cross_entropy(affine(x, 0)),
            Loss::Elementwise => (softplus((x.clone() * p(0) + p(1)).tanh(), 1.0) + sigmoid(x)).mean(),
            Loss::Mlp => cross_entropy(affine(relu(affine(x, 0)), 1)),
        }
    }
}

impl Work for Model {
    fn run(&mut self) -> f64 {
        let loss = self.loss();
        let mut grads = loss.backward();
        for param in &mut self.params {
            if let Some(grad) = param.grad_remove(&mut grads) {
                let next = param.clone().inner() - grad * RATE;
                *param = next.autodiff().require_grad();
            }
        }
        loss.into_scalar::<f32>().into()
    }

    fn numbers(&self) -> Vec<f64> {
        let numbers = |param: &Tensor<2>| param.to_data().try_to_vec::<f32>().expect("numbers");
        self.params.iter().flat_map(numbers).map(f64::from).collect()
    }
}
