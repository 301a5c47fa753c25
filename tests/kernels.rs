//! The kernels against loops that follow their definitions.

use approx::assert_relative_eq;
use gradus::emitted::{Size, Strided, Write, matmul};
use gradus::prelude::*;

/// `c[b, i, j] += Σ_k a[b, i, k] b[b, k, j]`, element by element.
fn definition(size: Size, a: Strided<&[f64]>, b: Strided<&[f64]>, c: Strided<&mut [f64]>) {
    let at = |strides: [usize; 3], i, j, k| i * strides[0] + j * strides[1] + k * strides[2];
    for batch in 0..size.batch {
        for i in 0..size.rows {
            for j in 0..size.cols {
                for k in 0..size.inner {
                    let product = a.data[at(a.strides, batch, i, k)] * b.data[at(b.strides, batch, k, j)];
                    c.data[at(c.strides, batch, i, j)] += product;
                }
            }
        }
    }
}

fn numbers(count: usize, seed: u64) -> Vec<f64> {
    Rng::manual_seed(seed).randn([count]).map(f64::from).into_vec()
}

/// All layouts of a batch of matrices: row-major, transposed, with gaps, one matrix repeated.
fn layouts(rows: usize, cols: usize) -> [[usize; 3]; 4] {
    [[rows * cols, cols, 1], [rows * cols, 1, rows], [rows * cols * 6, cols * 3, 2], [0, cols, 1]]
}

#[test]
fn matmul_of_every_layout_is_the_definition() {
    for (batch, rows, inner, cols) in
        [(1, 1, 1, 1), (2, 3, 4, 5), (3, 17, 9, 33), (1, 2, 0, 3), (2, 0, 3, 4), (2, 3, 4, 0)]
    {
        let size = Size { batch, rows, inner, cols };
        let room = |rows: usize, cols: usize| 6 * batch * (rows * cols).max(1) + 1;
        let (a, b) = (numbers(room(rows, inner), 1), numbers(room(inner, cols), 2));
        for a_strides in layouts(rows, inner) {
            for b_strides in layouts(inner, cols) {
                for c_strides in &layouts(rows, cols)[..3] {
                    let (a, b) = (
                        Strided { data: &a[..], strides: a_strides },
                        Strided { data: &b[..], strides: b_strides },
                    );
                    let before = numbers(room(rows, cols), 3);
                    for write in [Write::Overwrite, Write::Accumulate] {
                        let (mut expected, mut answer) = (before.clone(), before.clone());
                        if write == Write::Overwrite {
                            // The definition accumulates; its places start from 0, which overwriting must not need.
                            let zero = Size { inner: 0, ..size };
                            matmul(
                                zero,
                                a,
                                b,
                                Strided { data: &mut expected[..], strides: *c_strides },
                                write,
                            );
                        }
                        definition(size, a, b, Strided { data: &mut expected[..], strides: *c_strides });
                        matmul(size, a, b, Strided { data: &mut answer[..], strides: *c_strides }, write);
                        // Sums of at most 9 products, in another order: some units in the last place.
                        assert_relative_eq!(
                            &answer[..],
                            &expected[..],
                            epsilon = 1e-13,
                            max_relative = 1e-13
                        );
                    }
                }
            }
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
