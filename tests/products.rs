//! Products, sums and norms in respects besides their definition.

use approx::assert_relative_eq;
use gradus::emitted::{InstructionSet, Size, Strided, Write, matmul, matmul_on};
use gradus::prelude::*;

fn numbers(count: usize, seed: u64) -> Vec<f32> {
    Rng::manual_seed(seed).randn([count]).into_vec()
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
        // The product is row-major or column-major.
        for c_strides in [[rows * cols, cols, 1], [rows * cols, 1, rows]] {
            let mut c = vec![0.0; expected.len()];
            matmul(
                size,
                Strided { data: &a[..], strides: [rows * inner, inner, 1] },
                Strided { data: &b[..], strides },
                Strided { data: &mut c[..], strides: c_strides },
                Write::Overwrite,
            );
            for (place, &expected) in expected.iter().enumerate() {
                let (batch, i, j) = (place / (rows * cols), place / cols % rows, place % cols);
                let answer = c[batch * c_strides[0] + i * c_strides[1] + j * c_strides[2]];
                assert!(answer == expected, "{size:?} {c_strides:?}");
            }
        }
    }
}

#[test]
fn special_values_reach_the_product() {
    for (rows, inner, cols) in [
        (3, 3, 3),
        (5, 4, 7),
        (40, 8, 1),
        (40, 100, 1),
        (1, 100, 40),
        (33, 70, 50),
        (64, 64, 10),
        (19, 64, 150),
    ] {
        // Each factor and the product by rows and by columns.
        for columns in 0..8 {
            let strides =
                |bit: usize, rows, cols| if columns >> bit & 1 == 1 { [0, 1, rows] } else { [0, cols, 1] };
            let (a, b, c) = (strides(0, rows, inner), strides(1, inner, cols), strides(2, rows, cols));
            let size = Size { batch: 1, rows, inner, cols };
            let (zeros, mut special) = (vec![0.0_f32; inner * cols], vec![0.0_f32; rows * inner]);
            special[(rows - 1) * a[1]] = f32::INFINITY;
            special[(inner - 1) * a[2]] = f32::NAN;
            for instructions in InstructionSet::all() {
                let mut product = vec![1.0_f32; rows * cols];
                matmul_on(
                    instructions,
                    size,
                    Strided { data: &special[..], strides: a },
                    Strided { data: &zeros[..], strides: b },
                    Strided { data: &mut product[..], strides: c },
                    Write::Overwrite,
                );
                for (i, j) in (0..rows).flat_map(|i| (0..cols).map(move |j| (i, j))) {
                    let (x, special) = (product[i * c[1] + j * c[2]], i == 0 || i == rows - 1);
                    assert!(if special { x.is_nan() } else { x == 0.0 }, "{size:?} {columns} {i} {j}: {x}");
                }
            }
        }
    }
}

#[test]
fn a_sum_of_a_million_products_stays_close() {
    let count = 1_000_000;
    let x: Vec<f32> = numbers(count, 1).into_iter().map(f32::abs).collect();
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
    for (rows, inner, cols) in [(70, 300, 150), (16, 16, 16), (64, 8, 1), (30, 200, 1), (64, 64, 10)] {
        let (a, b) = (numbers(rows * inner, 1), numbers(inner * cols, 2));
        let mut c = vec![0.0; rows * cols];
        for c_strides in [[0, cols, 1], [0, 1, rows]] {
            let mut multiply = || {
                matmul(
                    Size { batch: 1, rows, inner, cols },
                    Strided { data: &a[..], strides: [0, inner, 1] },
                    Strided { data: &b[..], strides: [0, 1, inner] },
                    Strided { data: &mut c[..], strides: c_strides },
                    Write::Overwrite,
                );
            };
            multiply();
            assert_eq!(allocation_counter::measure(multiply).count_total, 0);
        }
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
