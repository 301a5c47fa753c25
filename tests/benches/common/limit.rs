//! What this machine can do at most, measured in the same run.

use std::hint::black_box;
use std::time::Instant;

use pulp::{Arch, Simd, WithSimd};

/// What a run must do at least; nothing if nobody knows.
#[derive(Default)]
pub(crate) struct Limit<'a> {
    /// It reads all of these.
    pub(crate) reads: Vec<&'a [f32]>,
    /// It does so many multiplications and additions.
    pub(crate) flops: f64,
}

impl Limit<'_> {
    /// Seconds for that alone, on one thread: for the reading or for the arithmetic, whichever takes longer.
    pub(crate) fn time(&self) -> f64 {
        if self.reads.is_empty() && self.flops == 0.0 {
            return 0.0;
        }
        let arch = Arch::new();
        let reading = time(|| self.reads.iter().map(|data| arch.dispatch(Sum(data))).sum::<f32>());
        let arithmetic = time(|| arch.dispatch(Arithmetic)) / arch.dispatch(Flops);
        reading.max(arithmetic * self.flops)
    }
}

/// The best of some times in seconds.
fn time<T>(run: impl Fn() -> T) -> f64 {
    let times = (0..3).map(|_| {
        let start = Instant::now();
        black_box(run());
        start.elapsed().as_secs_f64()
    });
    times.fold(f64::INFINITY, f64::min)
}

/// Reads numbers as fast as there is a way to: the widest registers there are, in eight places at once,
/// since one place at a time does not keep the memory busy.
struct Sum<'a>(&'a [f32]);

impl WithSimd for Sum<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let (wide, _) = S::as_simd_f32s(self.0);
        let part = wide.len() / 8;
        let parts: [&[S::f32s]; 8] = std::array::from_fn(|place| &wide[place * part..][..part]);
        let mut sums = [simd.splat_f32s(0.0); 8];
        for at in 0..part {
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum = simd.add_f32s(*sum, part[at]);
            }
        }
        sums.into_iter().map(|sum| simd.reduce_sum_f32s(sum)).sum()
    }
}

/// Multiplies and adds in registers alone, in [`CHAINS`] that do not wait for each other.
struct Arithmetic;

const TURNS: usize = 50_000;
const CHAINS: usize = 12;

impl WithSimd for Arithmetic {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f32 {
        let (factor, addend) = (simd.splat_f32s(black_box(0.999)), simd.splat_f32s(black_box(0.001)));
        let mut values = [simd.splat_f32s(1.0); CHAINS];
        for _ in 0..TURNS {
            for value in &mut values {
                *value = simd.mul_add_f32s(*value, factor, addend);
            }
        }
        values.into_iter().map(|value| simd.reduce_sum_f32s(value)).sum()
    }
}

/// How many multiplications and additions [`Arithmetic`] does.
struct Flops;

impl WithSimd for Flops {
    type Output = f64;

    fn with_simd<S: Simd>(self, _: S) -> f64 {
        (TURNS * CHAINS * S::F32_LANES * 2) as f64
    }
}
