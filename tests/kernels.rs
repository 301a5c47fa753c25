//! The kernels against loops that follow their definitions.

use approx::assert_relative_eq;
use gradus::emitted::{InstructionSet, Size, Strided, Write, matmul, matmul_on};
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
        [(1, 20, 600, 21), (2, 18, 270, 66), (1, 2, 260, 1050), (1, 300, 17, 21)]
    {
        agrees_for_transposes(Size { batch, rows, inner, cols });
    }
    agrees_for_all_layouts(Size { batch: 2, rows: 9, inner: 10, cols: 20 });
}

/// The product of rows of `a` alone: without other threads, and as part of no larger product.
fn row_by_row(size: Size, a: &[f32], b: &[f32], b_strides: [usize; 3]) -> Vec<f32> {
    let Size { batch, rows, inner, cols } = size;
    let mut c = vec![0.0; batch * rows * cols];
    let together = if cols == 1 { 128 } else { 8 };
    for (place, c) in c.chunks_mut(rows * cols).enumerate() {
        let (a, b) = (&a[place * rows * inner..][..rows * inner], &b[place * b_strides[0]..]);
        for (a, c) in a.chunks(together * inner).zip(c.chunks_mut(together * cols)) {
            let size = Size { batch: 1, rows: a.len() / inner, inner, cols };
            let a = Strided { data: a, strides: [0, inner, 1] };
            let c = Strided { data: c, strides: [0, cols, 1] };
            matmul(size, a, Strided { data: b, strides: b_strides }, c, Write::Overwrite);
        }
    }
    c
}

#[test]
fn threads_change_no_bit() {
    for (batch, rows, inner, cols) in
        [(1, 203, 150, 140), (1, 3000, 500, 1), (150, 40, 40, 40), (1, 1003, 64, 70)]
    {
        let size = Size { batch, rows, inner, cols };
        let a: Vec<f32> = numbers(batch * rows * inner, 1);
        let b: Vec<f32> = numbers(batch * inner * cols, 2);
        let strides = [inner * cols, cols, 1];
        let expected = row_by_row(size, &a, &b, strides);
        let mut c = vec![0.0; expected.len()];
        matmul(
            size,
            Strided { data: &a[..], strides: [rows * inner, inner, 1] },
            Strided { data: &b[..], strides },
            Strided { data: &mut c[..], strides: [rows * cols, cols, 1] },
            Write::Overwrite,
        );
        assert!(c == expected, "{size:?}");
    }
}

#[test]
fn special_values_reach_the_product() {
    for (rows, inner, cols) in [(3, 3, 3), (5, 4, 7), (40, 8, 1), (40, 100, 1), (1, 100, 40), (33, 70, 50)] {
        let size = Size { batch: 1, rows, inner, cols };
        let (zeros, mut special) = (vec![0.0_f32; inner * cols], vec![0.0_f32; rows * inner]);
        special[(rows - 1) * inner] = f32::INFINITY;
        special[inner - 1] = f32::NAN;
        let mut c = vec![1.0_f32; rows * cols];
        matmul(
            size,
            Strided { data: &special[..], strides: [0, inner, 1] },
            Strided { data: &zeros[..], strides: [0, cols, 1] },
            Strided { data: &mut c[..], strides: [0, cols, 1] },
            Write::Overwrite,
        );
        for (i, row) in c.chunks(cols).enumerate() {
            let special = i == 0 || i == rows - 1;
            assert!(row.iter().all(|x| if special { x.is_nan() } else { *x == 0.0 }), "{size:?} {row:?}");
        }
    }
}

#[test]
fn a_sum_of_a_million_products_stays_close() {
    let count = 1_000_000;
    let x: Vec<f32> = numbers::<f32>(count, 1).into_iter().map(f32::abs).collect();
    let ones = vec![1.0_f32; count];
    let expected: f64 = x.iter().map(|&x| f64::from(x)).sum();
    // Along rows, along columns, and with several columns of the product.
    for (a_strides, cols) in [([0, count, 1], 1), ([0, 1, 1], 1), ([0, count, 1], 2)] {
        let mut c = vec![0.0_f32; cols];
        matmul(
            Size { batch: 1, rows: 1, inner: count, cols },
            Strided { data: &x[..], strides: a_strides },
            Strided { data: &ones[..], strides: [0, 1, 0] },
            Strided { data: &mut c[..], strides: [0, cols, 1] },
            Write::Overwrite,
        );
        for sum in c {
            assert_relative_eq!(f64::from(sum), expected, max_relative = 2e-6);
        }
    }
}

#[test]
fn nothing_is_allocated_after_the_first_call() {
    for (rows, inner, cols) in [(70, 300, 150), (16, 16, 16), (64, 8, 1), (30, 200, 1)] {
        let (a, b) = (numbers::<f32>(rows * inner, 1), numbers::<f32>(inner * cols, 2));
        let mut c = vec![0.0; rows * cols];
        let mut multiply = || {
            matmul(
                Size { batch: 1, rows, inner, cols },
                Strided { data: &a[..], strides: [0, inner, 1] },
                Strided { data: &b[..], strides: [0, 1, inner] },
                Strided { data: &mut c[..], strides: [0, cols, 1] },
                Write::Overwrite,
            );
        };
        multiply();
        assert_eq!(allocation_counter::measure(multiply).count_total, 0);
    }
}

#[test]
fn overwriting_leaves_other_places_alone() {
    let size = Size { batch: 1, rows: 2, inner: 0, cols: 2 };
    let mut c = [1.0_f32; 8];
    let nothing = Strided { data: &[][..], strides: [0, 0, 0] };
    matmul(size, nothing, nothing, Strided { data: &mut c, strides: [8, 4, 2] }, Write::Overwrite);
    assert_eq!(c, [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
}

#[test]
#[should_panic(expected = "range")]
fn a_slice_that_is_too_short_panics() {
    let size = Size { batch: 1, rows: 2, inner: 2, cols: 2 };
    let short = Strided { data: &[1.0_f32; 3][..], strides: [4, 2, 1] };
    matmul(size, short, short, Strided { data: &mut [0.0; 4], strides: [4, 2, 1] }, Write::Overwrite);
}

#[test]
fn sums_of_every_length_are_exact_on_small_integers() {
    for length in 0..40 {
        let x: Vec<f32> = (0..length).map(|i| i as f32).collect();
        let (sum, squares) = (length * (length - 1) / 2, (length - 1) * length * (2 * length - 1) / 6);
        assert_eq!(x.sum(), sum as f32);
        assert_eq!(x.dot(&x), squares as f32);
        assert_eq!(x.norm(), (squares as f32).sqrt());
    }
}

#[test]
fn a_long_sum_of_floats_stays_close() {
    let x = vec![0.1_f32; 1_000_000];
    // Naive summation is off by 1 % here; eight partial sums keep the error below 0.1 %.
    assert_relative_eq!(x.sum(), 100_000.0, max_relative = 1e-3);
}
