//! The kernels against loops that follow their definitions.

use gradus::emitted::{InstructionSet, Size, Strided, Write, matmul_on};
use gradus::prelude::*;

/// `c[b, i, j] = Σ_k a[b, i, k] b[b, k, j]` or `+=`, element by element and in `f64`; beside it the sums of the
/// magnitudes, which errors of rounding are in proportion to.
fn definition<T: Real>(
    size: Size,
    a: Strided<&[T]>,
    b: Strided<&[T]>,
    c: Strided<&[T]>,
    write: Write,
) -> (Vec<f64>, Vec<f64>) {
    let at = |strides: [usize; 3], i, j, k| i * strides[0] + j * strides[1] + k * strides[2];
    let mut sums: Vec<f64> = c.data.iter().map(|x| x.to_f64()).collect();
    let mut magnitudes: Vec<f64> = sums.iter().map(|x| x.abs()).collect();
    for batch in 0..size.batch {
        for i in 0..size.rows {
            for j in 0..size.cols {
                let place = at(c.strides, batch, i, j);
                if write == Write::Overwrite {
                    (sums[place], magnitudes[place]) = (0.0, 0.0);
                }
                for k in 0..size.inner {
                    let (a, b) = (a.data[at(a.strides, batch, i, k)], b.data[at(b.strides, batch, k, j)]);
                    let product = a.to_f64() * b.to_f64();
                    sums[place] += product;
                    magnitudes[place] += product.abs();
                }
            }
        }
    }
    (sums, magnitudes)
}

fn numbers<T: Real>(count: usize, seed: u64) -> Vec<T> {
    let numbers = Rng::manual_seed(seed).randn([count]).into_vec();
    numbers.into_iter().map(|x: f32| T::from_f64(f64::from(x))).collect()
}

/// All layouts of a batch of matrices: row-major, transposed, rows with gaps, gaps everywhere, the batch
/// innermost, one matrix repeated.
fn layouts(batch: usize, rows: usize, cols: usize) -> [[usize; 3]; 6] {
    [
        [rows * cols, cols, 1],
        [rows * cols, 1, rows],
        [rows * (cols + 3), cols + 3, 1],
        [rows * cols * 6, cols * 3, 2],
        [1, cols * batch, batch],
        [0, cols, 1],
    ]
}

/// The product is the definition's on every instruction set.
fn agrees<T: Real>(size: Size, a_strides: [usize; 3], b_strides: [usize; 3], c_strides: [usize; 3]) {
    let Size { batch, rows, inner, cols } = size;
    let reach = |strides: [usize; 3], extents: [usize; 3]| -> usize {
        strides.iter().zip(extents).map(|(stride, extent)| stride * extent.saturating_sub(1)).sum::<usize>()
            + 1
    };
    // A slice may be longer than the matrices in it, and what lies between and behind them stays.
    let a = numbers(reach(a_strides, [batch, rows, inner]) + 3, 1);
    let b = numbers(reach(b_strides, [batch, inner, cols]), 2);
    let (a, b) = (Strided { data: &a[..], strides: a_strides }, Strided { data: &b[..], strides: b_strides });
    let before: Vec<T> = numbers(reach(c_strides, [batch, rows, cols]) + 3, 3);
    for write in [Write::Overwrite, Write::Accumulate] {
        let (expected, magnitudes) =
            definition(size, a, b, Strided { data: &before, strides: c_strides }, write);
        for instructions in InstructionSet::all() {
            let mut answer = before.clone();
            let c = Strided { data: &mut answer[..], strides: c_strides };
            matmul_on(instructions, size, a, b, c, write);
            // At worst each addition rounds by half a unit of the magnitude so far; in blocks, as in any order
            // but one after another, far fewer than all of them pile up.
            let depth = 4.0 + (inner as f64).sqrt();
            for (place, answer) in answer.iter().enumerate() {
                let tolerance = T::EPSILON.to_f64() * magnitudes[place] * depth;
                let error = (answer.to_f64() - expected[place]).abs();
                assert!(
                    error <= tolerance,
                    "{size:?} {a_strides:?} {b_strides:?} {c_strides:?} {write:?} {instructions:?}: {error}"
                );
            }
        }
    }
}

/// The product of every combination of layouts is the definition's, for both types.
fn agrees_for_all_layouts(size: Size) {
    let Size { batch, rows, inner, cols } = size;
    for a in layouts(batch, rows, inner) {
        for b in layouts(batch, inner, cols) {
            for c in &layouts(batch, rows, cols)[..5] {
                agrees::<f32>(size, a, b, *c);
                agrees::<f64>(size, a, b, *c);
            }
        }
    }
}

/// The product of row-major and transposed matrices is the definition's, for both types.
fn agrees_for_transposes(size: Size) {
    let Size { batch, rows, inner, cols } = size;
    for a in &layouts(batch, rows, inner)[..2] {
        for b in &layouts(batch, inner, cols)[..2] {
            for c in &layouts(batch, rows, cols)[..2] {
                agrees::<f32>(size, *a, *b, *c);
                agrees::<f64>(size, *a, *b, *c);
            }
        }
    }
}

#[test]
fn matmul_of_every_layout_is_the_definition() {
    for (batch, rows, inner, cols) in [
        (1, 1, 1, 1),
        (2, 3, 4, 5),
        (3, 17, 9, 33),
        (1, 2, 0, 3),
        (2, 0, 3, 4),
        (2, 3, 4, 0),
        (0, 3, 4, 5),
        (2, 7, 1, 18),
        (2, 5, 6, 1),
        (2, 1, 6, 5),
    ] {
        agrees_for_all_layouts(Size { batch, rows, inner, cols });
    }
}

#[test]
fn a_matrix_times_a_vector_is_the_definition() {
    // Rows of every number of vectors with and without a remainder, groups of rows with and without one.
    for inner in [1, 3, 4, 8, 10, 16, 17, 32, 33, 48, 64, 65, 77, 100, 128, 129, 200] {
        for rows in [1, 5, 16, 37] {
            agrees_for_transposes(Size { batch: 1, rows, inner, cols: 1 });
            agrees_for_transposes(Size { batch: 1, rows: 1, inner, cols: rows });
        }
    }
    // Long sums in blocks.
    agrees_for_transposes(Size { batch: 1, rows: 17, inner: 9000, cols: 1 });
    agrees_for_transposes(Size { batch: 1, rows: 3, inner: 2500, cols: 1 });
    agrees_for_transposes(Size { batch: 2, rows: 300, inner: 20, cols: 1 });
}

#[test]
fn batches_of_small_matrices_are_the_definition() {
    for inner in [1, 2, 3, 4, 5, 6, 7, 8, 9, 16] {
        // More of them than are turned at a time.
        agrees_for_transposes(Size { batch: 1100 / (inner * inner), rows: inner, inner, cols: inner });
        agrees_for_transposes(Size { batch: 2, rows: 9, inner, cols: 11 });
    }
    agrees_for_all_layouts(Size { batch: 2, rows: 4, inner: 4, cols: 4 });
    agrees_for_all_layouts(Size { batch: 2, rows: 7, inner: 3, cols: 9 });
}

#[test]
fn large_matrices_are_the_definition() {
    // Tiles of every width and height, whole and in part; packed and not; several blocks along each axis.
    for cols in [2, 16, 20, 32, 50, 64, 70, 150] {
        for rows in [2, 8, 13] {
            agrees_for_transposes(Size { batch: 1, rows, inner: 19, cols });
        }
    }
    for (batch, rows, inner, cols) in
        [(1, 20, 600, 21), (2, 18, 270, 66), (1, 2, 260, 1050), (1, 300, 17, 21), (1, 37, 9, 500)]
    {
        agrees_for_transposes(Size { batch, rows, inner, cols });
    }
    agrees_for_all_layouts(Size { batch: 2, rows: 9, inner: 10, cols: 20 });
}

#[test]
fn a_layer_and_its_gradient_are_the_definition() {
    // A block of 64 rows of data times weights and a gradient of weights, with few columns and many, each factor
    // and the product with rows or columns along memory; and such sizes with remainders.
    for (rows, inner, cols) in
        [(64, 64, 10), (64, 20, 128), (128, 64, 10), (10, 64, 64), (50, 33, 11), (139, 7, 49)]
    {
        agrees_for_transposes(Size { batch: 1, rows, inner, cols });
    }
    // More rows and columns, and a longer inner axis, than are worked on at a time.
    agrees_for_transposes(Size { batch: 1, rows: 131, inner: 523, cols: 3 });
    agrees_for_transposes(Size { batch: 1, rows: 5, inner: 523, cols: 150 });
    // Any extents and, for both factors and the product, any layout.
    let mut seed = 1_u64;
    let mut below = |bound: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % bound
    };
    for _ in 0..150 {
        let (rows, inner, cols) = (1 + below(70), 1 + below(70), 1 + below(70));
        let a = layouts(1, rows, inner)[below(5)];
        let b = layouts(1, inner, cols)[below(5)];
        let c = layouts(1, rows, cols)[below(5)];
        agrees::<f32>(Size { batch: 1, rows, inner, cols }, a, b, c);
        agrees::<f64>(Size { batch: 1, rows, inner, cols }, a, b, c);
    }
}
