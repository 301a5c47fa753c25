//! Batches of products with a right factor that fits in registers, one vector for each of its rows.

use super::product::{Product, Single};
use super::{AHEAD, MOST_LANES, Size, Write};
use crate::real::Real;
use crate::simd::{Kernel, Lanes, Simd, prefetch};

/// Computes a batch of products if it is one that this kernel is made for.
#[inline(always)]
pub(super) fn compute<S: Simd, T: Real>(product: &mut Product<'_, T>) -> bool {
    let lanes = T::Lanes::<S>::LEN;
    // Longer vectors come with twice the registers.
    let registers = if lanes * size_of::<T>() == 64 { 16 } else { 8 };
    let Size { inner, cols, .. } = product.size;
    if inner > registers || cols > lanes || product.c.strides[2] != 1 {
        return false;
    }
    match inner {
        1 => S::call_apart(Batch::<T, 1>(product)),
        2 => S::call_apart(Batch::<T, 2>(product)),
        3 => S::call_apart(Batch::<T, 3>(product)),
        4 => S::call_apart(Batch::<T, 4>(product)),
        5 => S::call_apart(Batch::<T, 5>(product)),
        6 => S::call_apart(Batch::<T, 6>(product)),
        7 => S::call_apart(Batch::<T, 7>(product)),
        8 => S::call_apart(Batch::<T, 8>(product)),
        16 => S::call_apart(Batch::<T, 16>(product)),
        _ => return false,
    }
    true
}

struct Batch<'p, 'a, T, const K: usize>(&'p mut Product<'a, T>);

impl<T: Real, const K: usize> Kernel for Batch<'_, '_, T, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        batch::<S, T, K>(self.0);
    }
}

#[inline(always)]
fn batch<S: Simd, T: Real, const K: usize>(product: &mut Product<'_, T>) {
    let (size, write) = (product.size, product.write);
    let [_, a_row, a_col] = product.a.strides;
    let [_, b_row, b_col] = product.b.strides;
    let c_row = product.c.strides[1];
    let mut turned = [[T::ZERO; MOST_LANES]; K];
    for batch in 0..size.batch {
        let Single { a, b, c } = product.single(batch);
        let mut right = [T::Lanes::<S>::splat(T::ZERO); K];
        if b_col == 1 {
            let mut left = b;
            for vector in &mut right {
                prefetch(left, AHEAD / size_of::<T>());
                *vector = T::Lanes::<S>::load_up_to(left, 0, size.cols, T::ZERO);
                left = &left[b_row.min(left.len())..];
            }
        } else {
            for (k, (row, vector)) in turned.iter_mut().zip(&mut right).enumerate() {
                for (j, number) in row[..size.cols].iter_mut().enumerate() {
                    *number = b[k * b_row + j * b_col];
                }
                *vector = T::Lanes::<S>::load(row, 0);
            }
        }
        let (mut a, mut c) = (a, c);
        for _ in 0..size.rows {
            let mut sum = match write {
                Write::Overwrite => T::Lanes::<S>::splat(T::ZERO),
                Write::Accumulate => T::Lanes::<S>::load_up_to(c, 0, size.cols, T::ZERO),
            };
            if a_col == 1 {
                let row = &a[..K];
                // Shorter rows are in lines that have been asked for.
                if K * size_of::<T>() >= 64 {
                    prefetch(a, AHEAD / size_of::<T>());
                }
                for (k, vector) in right.iter().enumerate() {
                    sum = T::Lanes::<S>::splat(row[k]).fused(*vector, sum);
                }
            } else {
                for (k, vector) in right.iter().enumerate() {
                    sum = T::Lanes::<S>::splat(a[k * a_col]).fused(*vector, sum);
                }
            }
            sum.store_up_to(c, 0, size.cols);
            a = &a[a_row.min(a.len())..];
            let next = c_row.min(c.len());
            c = &mut c[next..];
        }
    }
}
