//! Random numbers, the same as PyTorch's for the same seed.

use alloc::vec::Vec;
use core::f32::consts::TAU;

use rand_mt::Mt;

use crate::real::Real;
use crate::storage;
use crate::tensor::Tensor;

/// A random number generator that gives PyTorch's numbers (on the CPU, for `float32`).
///
/// ```
/// use gradus::prelude::*;
///
/// let mut rng = Rng::manual_seed(1);
/// let x: Vector = rng.rand([3]);
/// assert_eq!(x.to_string(), "[0.7576, 0.2793, 0.4031]");
/// ```
#[derive(Debug, Clone)]
pub struct Rng {
    generator: Mt,
    /// Normal numbers are drawn in pairs; the second waits for the next call.
    second_normal: Option<f64>,
}

impl Rng {
    /// A generator that starts as PyTorch's after `torch.manual_seed(seed)`, of which the low 32 bits count.
    pub fn manual_seed(seed: u64) -> Self {
        Rng { generator: Mt::new(seed as u32), second_normal: None }
    }

    fn next_f32(&mut self) -> f32 {
        const BITS: u32 = 24;
        (self.generator.next_u32() & ((1 << BITS) - 1)) as f32 / (1 << BITS) as f32
    }

    fn next_f64(&mut self) -> f64 {
        const BITS: u32 = 53;
        let (high, low) = (self.generator.next_u32(), self.generator.next_u32());
        let bits = u64::from(high) << 32 | u64::from(low);
        (bits & ((1 << BITS) - 1)) as f64 / (1_u64 << BITS) as f64
    }

    fn next_normal(&mut self) -> f64 {
        if let Some(second) = self.second_normal.take() {
            return second;
        }
        let u1 = self.next_f64();
        let u2 = self.next_f64();
        let radius = Real::sqrt(-2.0 * Real::ln_1p(-u2));
        let angle = core::f64::consts::TAU * u1;
        self.second_normal = Some(radius * Real::sin(angle));
        radius * Real::cos(angle)
    }

    fn tensor<const R: usize>(shape: [usize; R], number: impl FnMut() -> f32) -> Tensor<f32, R> {
        let data = storage::collect(core::iter::repeat_with(number).take(shape.iter().product()));
        Tensor::from_vec(shape, data).expect("as many numbers as the shape takes")
    }

    /// Numbers that are uniform in `[0, 1)`.
    pub fn rand<const R: usize>(&mut self, shape: [usize; R]) -> Tensor<f32, R> {
        Self::tensor(shape, || self.next_f32())
    }

    /// As [`rand`](Self::rand), in the shape of another tensor.
    pub fn rand_like<T, const R: usize>(&mut self, like: &Tensor<T, R>) -> Tensor<f32, R> {
        self.rand(*like.shape())
    }

    /// Numbers that are uniform in `[low, high)`.
    pub fn uniform<const R: usize>(&mut self, shape: [usize; R], low: f32, high: f32) -> Tensor<f32, R> {
        Self::tensor(shape, || self.next_f32() * (high - low) + low)
    }

    /// Numbers of the normal distribution with mean 0 and variance 1.
    pub fn randn<const R: usize>(&mut self, shape: [usize; R]) -> Tensor<f32, R> {
        const BLOCK: usize = 16;
        if shape.iter().product::<usize>() < BLOCK {
            return Self::tensor(shape, || self.next_normal() as f32);
        }
        let mut tensor = self.rand(shape);
        let (blocks, rest) = tensor.data_mut().as_chunks_mut::<BLOCK>();
        blocks.iter_mut().for_each(to_normal);
        if !rest.is_empty()
            && let Some(last) = tensor.data_mut().last_chunk_mut::<BLOCK>()
        {
            last.fill_with(|| self.next_f32());
            to_normal(last);
        }
        tensor
    }

    /// The numbers `0..n` in random order.
    pub fn randperm(&mut self, n: usize) -> Vec<usize> {
        let mut order = alloc::vec![0; n];
        self.randperm_into(&mut order);
        order
    }

    /// As [`randperm`](Self::randperm), without allocating.
    pub(crate) fn randperm_into(&mut self, order: &mut [usize]) {
        order.iter_mut().enumerate().for_each(|(i, place)| *place = i);
        for i in 0..order.len().saturating_sub(1) {
            let other = self.generator.next_u32() as usize % (order.len() - i);
            order.swap(i, i + other);
        }
    }
}

/// The Box-Muller transform, which makes 8 + 8 uniform numbers normal.
fn to_normal(block: &mut [f32; 16]) {
    let (first, second) = block.split_at_mut(8);
    for (a, b) in first.iter_mut().zip(second) {
        let radius = Real::sqrt(-2.0 * Real::ln(1.0 - *a));
        let angle = TAU * *b;
        *a = radius * Real::cos(angle);
        *b = radius * Real::sin(angle);
    }
}
