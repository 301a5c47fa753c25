//! Batches of matrix products, by all.

use burn::tensor::TensorData;
use candle_core::Device;
use faer::linalg::matmul::matmul as faer_matmul;
use faer::{Accum, MatMut, MatRef, Par};
use gradus::emitted::{Size, Strided, Write, matmul};

use crate::common::data::numbers;
use crate::common::{Case, Contender, Limit, Work};

/// A product that `multiply` makes, in place of the last one.
struct Multiplication<T, M> {
    product: T,
    multiply: M,
    read: fn(&T) -> Vec<f32>,
}

impl<T, M: FnMut(&mut T)> Work for Multiplication<T, M> {
    /// A product has no value; its numbers are compared.
    fn run(&mut self) -> f64 {
        (self.multiply)(&mut self.product);
        0.0
    }

    fn numbers(&self) -> Vec<f64> {
        (self.read)(&self.product).into_iter().map(f64::from).collect()
    }
}

pub(crate) fn case([batch, rows, inner, cols]: [usize; 4], present: impl FnOnce(Case<'_>)) {
    let (left, right) = (numbers(batch * rows * inner, 1), numbers(batch * inner * cols, 2));
    let (left, right) = (&left[..], &right[..]);
    let zeros = vec![0.0; batch * rows * cols];

    let ours = |c: &mut Vec<f32>| {
        let a = Strided { data: left, strides: [rows * inner, inner, 1] };
        let b = Strided { data: right, strides: [inner * cols, cols, 1] };
        let c = Strided { data: &mut c[..], strides: [rows * cols, cols, 1] };
        matmul(Size { batch, rows, inner, cols }, a, b, c, Write::Overwrite);
    };
    let by_faer = |c: &mut Vec<f32>| {
        let factors = left.chunks_exact(rows * inner).zip(right.chunks_exact(inner * cols));
        for ((a, b), c) in factors.zip(c.chunks_exact_mut(rows * cols)) {
            let a = MatRef::from_row_major_slice(a, rows, inner);
            let b = MatRef::from_row_major_slice(b, inner, cols);
            let c = MatMut::from_row_major_slice_mut(c, rows, cols);
            faer_matmul(c, Accum::Replace, a, b, 1.0, Par::Seq);
        }
    };
    let by_candle = {
        let tensor =
            |data, shape| candle_core::Tensor::from_slice(data, shape, &Device::Cpu).expect("its shape");
        let (a, b) = (tensor(left, (batch, rows, inner)), tensor(right, (batch, inner, cols)));
        move |c: &mut candle_core::Tensor| *c = a.matmul(&b).expect("the shapes fit")
    };
    let by_burn = {
        let device = burn::tensor::Device::flex();
        let tensor = |data: &[f32], shape: [usize; 3]| {
            burn::tensor::Tensor::<3>::from_data(TensorData::new(data.to_vec(), shape), &device)
        };
        let (a, b) = (tensor(left, [batch, rows, inner]), tensor(right, [batch, inner, cols]));
        move |c: &mut burn::tensor::Tensor<3>| *c = a.clone().matmul(b.clone())
    };
    let nothing =
        candle_core::Tensor::from_slice(&zeros, (batch, rows, cols), &Device::Cpu).expect("its shape");
    let no_tensor = burn::tensor::Tensor::<3>::zeros([batch, rows, cols], &burn::tensor::Device::flex());
    present(Case {
        steps: 1,
        contenders: vec![
            Contender::new(
                "ours",
                Multiplication { product: zeros.clone(), multiply: ours, read: Vec::clone },
            ),
            Contender::new("faer", Multiplication { product: zeros, multiply: by_faer, read: Vec::clone }),
            Contender::new(
                "candle",
                Multiplication { product: nothing, multiply: by_candle, read: of_candle },
            ),
            Contender::new("burn", Multiplication { product: no_tensor, multiply: by_burn, read: of_burn }),
        ],
        limit: Limit { reads: vec![left, right], flops: (2 * batch * rows * inner * cols) as f64 },
    });
}

fn of_candle(tensor: &candle_core::Tensor) -> Vec<f32> {
    tensor.flatten_all().and_then(|flat| flat.to_vec1()).expect("numbers")
}

fn of_burn(tensor: &burn::tensor::Tensor<3>) -> Vec<f32> {
    tensor.to_data().try_to_vec().expect("numbers")
}
