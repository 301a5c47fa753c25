//! Room for packed numbers, which a thread keeps from call to call.

use core::ops::{Deref, DerefMut, Range};

#[cfg(feature = "alloc")]
use alloc::vec::Vec;

#[cfg(feature = "alloc")]
type Room<T> = Vec<T>;
#[cfg(not(feature = "alloc"))]
type Room<T> = [T; 0];

/// Types of numbers that a thread keeps room for.
pub trait Kept: Copy {
    /// Takes the room that the thread has kept last, if it has any.
    #[cfg(feature = "alloc")]
    fn take() -> Vec<Self>;
    /// Keeps the room for the next one.
    #[cfg(feature = "alloc")]
    fn keep(room: Vec<Self>);
}

macro_rules! kept {
    ($($number:ident)*) => {$(
        impl Kept for $number {
            #[cfg(feature = "std")]
            fn take() -> Vec<Self> {
                room::$number.with_borrow_mut(Vec::pop).unwrap_or_default()
            }
            #[cfg(feature = "std")]
            fn keep(room: Vec<Self>) {
                // A thread that is about to end keeps nothing.
                let _ = room::$number.try_with(|kept| kept.borrow_mut().push(room));
            }
            #[cfg(all(feature = "alloc", not(feature = "std")))]
            fn take() -> Vec<Self> {
                Vec::new()
            }
            #[cfg(all(feature = "alloc", not(feature = "std")))]
            fn keep(_: Vec<Self>) {}
        }
    )*};
}

kept!(f32 f64);

#[cfg(feature = "std")]
mod room {
    #![allow(non_upper_case_globals, reason = "each has the name of the type it is for")]

    use alloc::vec::Vec;
    use core::cell::RefCell;

    std::thread_local! {
        pub(super) static f32: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) };
        pub(super) static f64: RefCell<Vec<Vec<f64>>> = const { RefCell::new(Vec::new()) };
    }
}

/// Where room begins, in bytes: a vector that is in two lines of the cache takes as long as two.
#[cfg(feature = "alloc")]
const LINE: usize = 64;

/// Some numbers whose values do not matter.
pub(super) struct Scratch<T: Kept> {
    room: Room<T>,
    range: Range<usize>,
}

impl<T: Kept> Scratch<T> {
    /// So many numbers. There are none without an allocator.
    pub(super) fn new(len: usize, filler: T) -> Option<Self> {
        #[cfg(feature = "alloc")]
        {
            if len == 0 {
                return Some(Self { room: Vec::new(), range: 0..0 });
            }
            let mut room = T::take();
            let most = len + LINE / size_of::<T>();
            if room.len() < most {
                room.resize(most, filler);
            }
            let start = room.as_ptr().align_offset(LINE).min(most - len);
            Some(Self { room, range: start..start + len })
        }
        #[cfg(not(feature = "alloc"))]
        {
            let _ = filler;
            (len == 0).then_some(Self { room: [], range: 0..0 })
        }
    }
}

impl<T: Kept> Deref for Scratch<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.room[self.range.clone()]
    }
}

impl<T: Kept> DerefMut for Scratch<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.room[self.range.clone()]
    }
}

#[cfg(feature = "alloc")]
impl<T: Kept> Drop for Scratch<T> {
    fn drop(&mut self) {
        if self.room.is_empty() {
            return;
        }
        T::keep(core::mem::take(&mut self.room));
    }
}
