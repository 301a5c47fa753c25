//! A matrix times a vector, where a row is a part of a vector: several rows are in each.

use super::{AHEAD, FAR};
use crate::real::Real;
use crate::simd::{Lanes, Simd, prefetch, prefetch_far};

/// For each row of `L` numbers, the sum of its products with those of `x`. There are as many rows as lanes, or a multiple.
#[inline(always)]
pub(super) fn dots<S: Simd, T: Real, const L: usize>(rows: &[T], x: &[T], sums: &mut [T]) {
    let lanes = T::Lanes::<S>::LEN;
    let x = T::Lanes::<S>::load_up_to(x, 0, L, T::ZERO).repeated::<L>();
    for first in (0..sums.len()).step_by(lanes) {
        let rows = &rows[first * L..][..L * lanes];
        let mut products = [x; L];
        for (place, product) in products.iter_mut().enumerate() {
            prefetch(rows, place * lanes + AHEAD / size_of::<T>());
            *product = T::Lanes::<S>::load(rows, place * lanes) * x;
        }
        T::Lanes::<S>::sums_of_parts(products).store(sums, first);
    }
}

/// Adds each row of `L` numbers, times its factor, to `sums`. There are as many rows as lanes, or a multiple.
#[inline(always)]
pub(super) fn add<S: Simd, T: Real, const L: usize>(rows: &[T], factors: &[T], sums: &mut [T]) {
    let lanes = T::Lanes::<S>::LEN;
    // An addition takes longer than until the next could begin.
    let mut parts = [T::Lanes::<S>::splat(T::ZERO); 4];
    for first in (0..factors.len()).step_by(lanes) {
        let rows = &rows[first * L..][..L * lanes];
        let factors = T::Lanes::<S>::load(factors, first);
        for place in 0..L {
            prefetch_far(rows, place * lanes + FAR / size_of::<T>());
            let factors = factors.stretched::<L>(place * lanes / L);
            let part = &mut parts[place % 4];
            *part = T::Lanes::<S>::load(rows, place * lanes).fused(factors, *part);
        }
    }
    let [a, b, c, d] = parts;
    let added = ((a + c) + (b + d)).sums_of_every::<L>();
    (T::Lanes::<S>::load_up_to(sums, 0, L, T::ZERO) + added).store_up_to(sums, 0, L);
}
