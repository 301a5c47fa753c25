//! Steps in candle.

use candle_core::{Device, Result, Tensor, Var};
use candle_nn::{loss, ops};

use crate::common::Work;
use crate::problem::{Loss, Problem};
use crate::training::RATE;

/// A model with its data.
pub(crate) struct Model {
    loss: Loss,
    params: Vec<Var>,
    x: Tensor,
    y: Tensor,
    labels: Tensor,
}

impl Model {
    pub(crate) fn new(problem: &Problem) -> Result<Self> {
        let matrix = |m: &gradus::Matrix| Tensor::from_slice(m.data(), m.shape(), &Device::Cpu);
        let labels: Vec<u32> = problem.labels.iter().map(|&label| label as u32).collect();
        let params = problem.start.iter().map(|param| Var::from_tensor(&matrix(param)?));
        let n = problem.x.rows();
        Ok(Model {
            loss: problem.loss,
            params: params.collect::<Result<_>>()?,
            x: matrix(&problem.x)?,
            y: Tensor::from_slice(problem.y.data(), (n, 1), &Device::Cpu)?,
            labels: Tensor::from_slice(&labels, n, &Device::Cpu)?,
        })
    }

    fn loss(&self) -> Result<Tensor> {
        let Model { params: p, x, y, labels, .. } = self;
        let affine = |x: &Tensor, layer: usize| x.matmul(&p[2 * layer])?.broadcast_add(&p[2 * layer + 1]);
        match self.loss {
            Loss::Linear => loss::mse(&affine(x, 0)?, y),
            Loss::Logistic => loss::binary_cross_entropy_with_logit(&affine(x, 0)?, y),
            Loss::Huber => loss::huber(&affine(x, 0)?, y, 0.5),
            Loss::Softmax => loss::cross_entropy(&affine(x, 0)?, labels),
            Loss::Elementwise => {
                let t = x.broadcast_mul(&p[0])?.broadcast_add(&p[1])?.tanh()?;
                let softplus = (t.exp()? + 1.0)?.log()?;
                (softplus + ops::sigmoid(x)?)?.mean_all()
            }
            Loss::Mlp => loss::cross_entropy(&affine(&affine(x, 0)?.relu()?, 1)?, labels),
        }
    }

    fn step(&self) -> Result<f32> {
        let loss = self.loss()?;
        let grads = loss.backward()?;
        for param in &self.params {
            if let Some(grad) = grads.get(param) {
                param.set(&(param.as_tensor() - (grad * f64::from(RATE))?)?)?;
            }
        }
        loss.to_scalar()
    }
}

impl Work for Model {
    fn run(&mut self) -> f64 {
        self.step().expect("the shapes fit").into()
    }

    fn numbers(&self) -> Vec<f64> {
        let numbers = |param: &Var| param.flatten_all()?.to_vec1::<f32>();
        let params = self.params.iter().flat_map(|param| numbers(param).expect("numbers"));
        params.map(f64::from).collect()
    }
}
