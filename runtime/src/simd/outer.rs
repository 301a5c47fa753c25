//! The sum of outer products: what a product of matrices spends its time on.

use super::{Lanes, Simd};
use crate::Real;

/// Numbers in two directions: `(i, k)` is at `data[i * strides[0] + k * strides[1]]`.
#[derive(Clone, Copy)]
pub(crate) struct Grid<'a, T> {
    pub(crate) data: &'a [T],
    pub(crate) strides: [usize; 2],
}

impl<T> Grid<'_, T> {
    /// Makes sure that there are so many numbers.
    #[inline(always)]
    fn check(&self, counts: [usize; 2]) {
        let [across, along] = [0, 1].map(|axis| (counts[axis] - 1).checked_mul(self.strides[axis]));
        let last = across.zip(along).and_then(|(across, along)| across.checked_add(along));
        assert!(last.is_some_and(|last| last < self.data.len()), "a grid reaches over the end of its data");
    }
}

/// Row `i` and vector `j` of columns of the product of `M` rows and `N` vectors of columns:
/// `Σ_k left(i, k) right(k, j)`.
///
/// Both factors have `len` numbers along the axis that is summed up. `right` has a stride of 1 across it and `width`
/// columns, which are `N` vectors, or, where `PART` says so, end within the last of them.
///
/// That the numbers are there is found out once. There is no time to do that for each of them: on AVX-512 the
/// multiplications leave room for about one other instruction each, and take all vector registers, while a slice for
/// each row takes more of the others than there are.
#[inline(always)]
pub(crate) fn outer_products<S: Simd, T: Real, const M: usize, const N: usize, const PART: bool>(
    len: usize,
    left: Grid<'_, T>,
    right: Grid<'_, T>,
    width: usize,
) -> [[T::Lanes<S>; N]; M] {
    let lanes = T::Lanes::<S>::LEN;
    let mut sums = [[T::Lanes::<S>::splat(T::ZERO); N]; M];
    if len == 0 {
        return sums;
    }
    let width = if PART { width } else { N * lanes };
    assert!((N - 1) * lanes < width && width <= N * lanes);
    left.check([M, len]);
    right.check([width, len]);
    assert!(right.strides[0] == 1);
    let (mut a, mut b) = (0, 0);
    for _ in 0..len {
        // SAFETY: the last number of the last step is in the data.
        let row = unsafe { right.data.get_unchecked(b..b + width) };
        let mut vectors = [T::Lanes::<S>::splat(T::ZERO); N];
        for (j, vector) in vectors.iter_mut().enumerate() {
            *vector = T::Lanes::<S>::load_up_to(row, j * lanes, width - j * lanes, T::ZERO);
        }
        for (i, sums) in sums.iter_mut().enumerate() {
            // SAFETY: as above.
            let number = T::Lanes::<S>::splat(unsafe { *left.data.get_unchecked(a + i * left.strides[0]) });
            for (sum, vector) in sums.iter_mut().zip(vectors) {
                *sum = number.fused(vector, *sum);
            }
        }
        (a, b) = (a + left.strides[1], b + right.strides[1]);
    }
    sums
}
