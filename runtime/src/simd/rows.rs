//! Several rows of a matrix.

/// `R` rows of `len` numbers, each `stride` behind the one before.
///
/// Their bounds are asked for once: for each row by itself that takes longer than to multiply a short one.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a, T, const R: usize> {
    data: &'a [T],
    stride: usize,
    len: usize,
}

impl<'a, T, const R: usize> Rows<'a, T, R> {
    /// The first rows in a slice.
    ///
    /// # Panics
    /// If there are not so many numbers.
    #[inline(always)]
    pub(crate) fn new(data: &'a [T], stride: usize, len: usize) -> Self {
        let end = stride.checked_mul(R - 1).and_then(|last| last.checked_add(len));
        assert!(end.is_some_and(|end| end <= data.len()), "{R} rows do not end within the data");
        Rows { data, stride, len }
    }

    /// One of them.
    ///
    /// # Panics
    /// If there are not so many.
    #[inline(always)]
    pub(crate) fn row(&self, place: usize) -> &'a [T] {
        assert!(place < R, "there are {R} rows, but row {place} was asked for");
        let start = place * self.stride;
        // SAFETY: the last row ends within the data, as `new` has asked, and this one not behind it.
        unsafe { self.data.get_unchecked(start..start + self.len) }
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn rows_are_where_they_begin() {
        let data = [0, 1, 2, 3, 4, 5, 6, 7];
        let rows = Rows::<_, 3>::new(&data, 3, 2);
        assert_eq!([rows.row(0), rows.row(1), rows.row(2)], [[0, 1], [3, 4], [6, 7]]);
        // They may lie over each other, and a distance of 0 repeats one.
        assert_eq!(Rows::<_, 3>::new(&data, 1, 4).row(2), [2, 3, 4, 5]);
        assert_eq!(Rows::<_, 16>::new(&data, 0, 8).row(15), data);
    }

    #[test]
    #[should_panic(expected = "do not end within the data")]
    fn rows_behind_the_end_panic() {
        Rows::<_, 3>::new(&[0; 7], 3, 2);
    }

    #[test]
    #[should_panic(expected = "do not end within the data")]
    fn rows_too_far_apart_to_be_counted_panic() {
        Rows::<_, 3>::new(&[0; 7], usize::MAX / 2 + 1, 2);
    }

    #[test]
    #[should_panic(expected = "there are 3 rows")]
    fn a_row_that_is_not_there_panics() {
        Rows::<_, 3>::new(&[0; 8], 3, 2).row(3);
    }
}
