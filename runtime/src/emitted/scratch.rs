//! Memory for a while, which a thread keeps for the next time.

use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

use super::ROWS;
use crate::real::Real;
use crate::storage;

/// Numbers for a while.
pub struct Scratch<T: Real>(Vec<T>);

impl<T: Real> Scratch<T> {
    /// So many zeros.
    pub fn zeros(length: usize) -> Self {
        let mut data = T::take();
        storage::make_room(&mut data, length);
        data.resize(length, T::ZERO);
        Scratch(data)
    }
}

impl<T: Real> Drop for Scratch<T> {
    fn drop(&mut self) {
        T::keep(core::mem::take(&mut self.0));
    }
}

impl<T: Real> Deref for Scratch<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Real> DerefMut for Scratch<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

/// Arrays with a number for each row of a block.
pub struct Block<T: Real>(Scratch<T>);

impl<T: Real> Block<T> {
    /// So many arrays.
    pub fn of(length: usize) -> Self {
        Block(Scratch::zeros(length * ROWS))
    }
}

impl<T: Real> Deref for Block<T> {
    type Target = [[T; ROWS]];

    fn deref(&self) -> &[[T; ROWS]] {
        self.0.as_chunks().0
    }
}

impl<T: Real> DerefMut for Block<T> {
    fn deref_mut(&mut self) -> &mut [[T; ROWS]] {
        self.0.as_chunks_mut().0
    }
}
