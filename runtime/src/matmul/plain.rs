//! Loops that take any strides.

use super::product::{Product, Single};
use super::{Size, Strided, Write};
use crate::real::Real;

/// Puts 0 in the place of every element.
pub(super) fn clear<T: Real>(size: Size, c: &mut Strided<&mut [T]>) {
    let [of_batch, of_row, of_col] = c.strides;
    for batch in 0..size.batch {
        for i in 0..size.rows {
            for j in 0..size.cols {
                c.data[batch * of_batch + i * of_row + j * of_col] = T::ZERO;
            }
        }
    }
}

pub(super) fn compute<T: Real>(mut product: Product<'_, T>) {
    let Product { size, a, b, c, write } = &mut product;
    let (size, [_, a_row, a_col], [_, b_row, b_col], [_, c_row, c_col]) =
        (*size, a.strides, b.strides, c.strides);
    if *write == Write::Overwrite {
        clear(size, c);
    }
    for batch in 0..size.batch {
        let Single { a, b, c } = product.single(batch);
        for i in 0..size.rows {
            for k in 0..size.inner {
                let factor = a[i * a_row + k * a_col];
                for j in 0..size.cols {
                    c[i * c_row + j * c_col] += factor * b[k * b_row + j * b_col];
                }
            }
        }
    }
}
