//! Blocks of rows of a matrix that is larger than the caches: each is multiplied by a vector and, while it is
//! near, its transpose by another, as a step of a linear regression does. The limit is reading the matrix once.
//!
//! `cargo bench -p gradus-tests --bench rows`

use std::hint::black_box;
use std::time::Instant;

use gradus::emitted::{Kernel, Lanes, Simd, Size, Strided, Write, dispatch, matmul};

/// Rows that are worked on at a time.
const BLOCK: usize = 64;
const ROUNDS: usize = 15;

/// The sum of all numbers, as fast as they can be read.
struct Read<'a>(&'a [f32]);

impl Kernel for Read<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self) -> f32 {
        let mut sums = [S::F32::splat(0.0); 8];
        for numbers in self.0.chunks_exact(8 * S::F32::LEN) {
            for (at, sum) in sums.iter_mut().enumerate() {
                *sum += S::F32::load(numbers, at * S::F32::LEN);
            }
        }
        sums.into_iter().map(Lanes::sum).sum()
    }
}

/// `y = x w` for rows of `x`, then `grad += xᵀ (y - t)`.
fn forward_and_back(x: &[f32], w: &[f32], t: &[f32], y: &mut [f32], grad: &mut [f32]) {
    let (rows, inner) = (t.len(), w.len());
    matmul(
        Size { batch: 1, rows, inner, cols: 1 },
        Strided { data: x, strides: [0, inner, 1] },
        Strided { data: w, strides: [0, 1, 1] },
        Strided { data: &mut y[..rows], strides: [0, 1, 1] },
        Write::Overwrite,
    );
    y.iter_mut().zip(t).for_each(|(y, t)| *y -= t);
    matmul(
        Size { batch: 1, rows: inner, inner: rows, cols: 1 },
        Strided { data: x, strides: [0, 1, inner] },
        Strided { data: y, strides: [0, 1, 1] },
        Strided { data: grad, strides: [0, 1, 1] },
        Write::Accumulate,
    );
}

fn main() {
    for (rows, inner) in [(1_000_000, 64), (4_000_000, 16), (1_000_000, 8), (100_000, 784)] {
        let x: Vec<f32> = (0..rows * inner).map(|i| (i % 7) as f32).collect();
        let (w, t) = (vec![0.5_f32; inner], vec![1.0_f32; rows]);
        let (mut y, mut grad) = (vec![0.0_f32; rows], vec![0.0_f32; inner]);
        let mut best = [f64::INFINITY; 3];
        for _ in 0..ROUNDS {
            for (way, best) in best.iter_mut().enumerate() {
                let start = Instant::now();
                match way {
                    0 => drop(black_box(dispatch(Read(&x)))),
                    1 => {
                        for (x, t) in x.chunks(BLOCK * inner).zip(t.chunks(BLOCK)) {
                            forward_and_back(x, &w, t, &mut y, &mut grad);
                        }
                    }
                    _ => forward_and_back(&x, &w, &t, &mut y, &mut grad),
                }
                black_box(&mut grad);
                *best = best.min(start.elapsed().as_secs_f64() * 1e3);
            }
        }
        let [read, blocks, twice] = best;
        println!(
            "{rows} x {inner}: reading {read:.2} ms; block by block {blocks:.2} ms, {:.2} times that; \
             in two passes {twice:.2} ms, {:.2} times",
            blocks / read,
            twice / read
        );
    }
}
