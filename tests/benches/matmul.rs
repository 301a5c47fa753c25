//! Batches of matrix products: the kernel that emitted code calls, beside those of other crates.
//!
//! `cargo bench -p gradus-tests --bench matmul`, or `-- x16x16x16 --rounds 20`; `common/mod.rs` has the
//! arguments. A case is named by its batch and by the rows, the inner length and the columns. The peers are
//! called for each product of a batch, since they have no batches.

mod common;
#[path = "common/products.rs"]
mod products;

use common::arguments::Arguments;
use common::data::numbers;
use common::{Case, Contender, Limit, Work, sizes};
use gradus::emitted::{Size, Strided, Write, matmul};
use products::{Factor, Product};

const CASES: &[&str] = &[
    "matmul/1x64x64x64",
    "matmul/1x128x128x128",
    "matmul/1x256x256x256",
    "matmul/1x512x512x512",
    "matmul/1x1024x1024x1024",
    "matmul/1x2048x2048x2048",
    "matmul/64x64x64x64",
    "matmul/1024x32x32x32",
    "matmul/100000x16x16x16",
    "matmul/10000x8x8x8",
    "matmul/100000x4x4x4",
    "matmul/100000x3x3x3",
    "matmul/128x128x64x1",
    "matmul/1x1000000x8x1",
    "matmul/1x64x1000000x1",
];

/// A product that `multiply` overwrites.
struct Multiplication<M> {
    product: Vec<f32>,
    multiply: M,
}

impl<M: FnMut(&mut [f32])> Work for Multiplication<M> {
    /// A product has no value; its numbers are compared.
    fn run(&mut self) -> f64 {
        (self.multiply)(&mut self.product);
        0.0
    }

    fn numbers(&self) -> Vec<f64> {
        self.product.iter().map(|&number| number.into()).collect()
    }
}

fn contender<'a>(name: &'static str, size: Size, multiply: impl FnMut(&mut [f32]) + 'a) -> Contender<'a> {
    let product = vec![0.0; size.batch * size.rows * size.cols];
    Contender::new(name, Multiplication { product, multiply })
}

fn case(size: Size, present: impl FnOnce(Case<'_>)) {
    let Size { batch, rows, inner, cols } = size;
    let (left, right) = (numbers(batch * rows * inner, 1), numbers(batch * inner * cols, 2));
    let ours = |c: &mut [f32]| {
        let a = Strided { data: &left[..], strides: [rows * inner, inner, 1] };
        let b = Strided { data: &right[..], strides: [inner * cols, cols, 1] };
        matmul(size, a, b, Strided { data: c, strides: [rows * cols, cols, 1] }, Write::Overwrite);
    };
    let one_by_one = |product: Product| {
        let (left, right) = (&left, &right);
        move |c: &mut [f32]| {
            let factors = left.chunks_exact(rows * inner).zip(right.chunks_exact(inner * cols));
            for ((a, b), c) in factors.zip(c.chunks_exact_mut(rows * cols)) {
                product(Factor::new(a, [rows, inner]), Factor::new(b, [inner, cols]), c);
            }
        }
    };
    present(Case {
        steps: 1,
        contenders: vec![
            contender("ours", size, ours),
            contender("gemm", size, one_by_one(products::gemm)),
            contender("ndarray", size, one_by_one(products::ndarray)),
        ],
        limit: Limit { reads: vec![&left, &right], flops: (2 * batch * rows * inner * cols) as f64 },
    });
}

fn main() -> Result<(), String> {
    let arguments = Arguments::read()?;
    for name in arguments.select(CASES) {
        let (kind, lengths) = sizes(&name)?;
        let ("matmul", &[batch, rows, inner, cols]) = (kind, &lengths[..]) else {
            return Err(format!("there is no case {name}; there are {CASES:?}"));
        };
        let size = Size { batch, rows, inner, cols };
        case(size, |timed| timed.present(&name, &arguments));
    }
    Ok(())
}
