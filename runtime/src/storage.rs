//! Storage for numbers, which asks the system for huge pages where there are many.
//!
//! A processor keeps the addresses of few pages at hand. Numbers by the million lie in thousands of pages of
//! 4 KiB: those must be looked up all the time while they are read, and memory that is asked for ahead of its
//! use arrives late. In pages of 2 MiB a pass over such data takes up to a third less time, and the first
//! write to new storage half as much.
//!
//! Where the system gives huge pages to those who ask only, as Linux does on most machines, one must ask before
//! the first number is written.

use alloc::vec::Vec;

/// From how many bytes on storage asks: whole huge pages must be most of it.
const LARGE: usize = 4 << 20;

/// Room for so many numbers.
pub(crate) fn with_capacity<T>(count: usize) -> Vec<T> {
    let data = Vec::with_capacity(count);
    ask(&data);
    data
}

/// So many equal numbers.
pub(crate) fn full<T: Copy>(value: T, count: usize) -> Vec<T> {
    // The system has zeros at hand, which need not be written where there are few.
    if count < LARGE / size_of::<T>().max(1) {
        return alloc::vec![value; count];
    }
    let mut data = with_capacity(count);
    data.resize(count, value);
    data
}

/// The numbers of an iterator that knows their count.
pub(crate) fn collect<T>(numbers: impl IntoIterator<Item = T>) -> Vec<T> {
    let numbers = numbers.into_iter();
    let mut data = with_capacity(numbers.size_hint().0);
    data.extend(numbers);
    data
}

/// A copy.
pub(crate) fn copy<T: Clone>(numbers: &[T]) -> Vec<T> {
    let mut data = with_capacity(numbers.len());
    data.extend_from_slice(numbers);
    data
}

/// Makes room for so many numbers in a vector whose numbers are not needed any more.
pub(crate) fn make_room<T>(data: &mut Vec<T>, count: usize) {
    data.clear();
    if data.capacity() < count {
        *data = with_capacity(count);
    }
}

/// Asks for huge pages, if there is room for many numbers.
#[cfg(all(feature = "huge-pages", target_os = "linux"))]
#[allow(unsafe_code, reason = "a system call")]
fn ask<T>(data: &Vec<T>) {
    const PAGE: usize = 2 << 20;
    let bytes = data.capacity().saturating_mul(size_of::<T>());
    if bytes < LARGE {
        return;
    }
    let begin = data.as_ptr().cast::<u8>();
    let skipped = begin.addr().wrapping_neg() % PAGE;
    let whole = (bytes - skipped) / PAGE * PAGE;
    // SAFETY: these are whole pages that all lie within the room, and the advice does not change what is in them.
    // If the system has no huge pages, the others do as well.
    unsafe { libc::madvise(begin.wrapping_add(skipped).cast_mut().cast(), whole, libc::MADV_HUGEPAGE) };
}

#[cfg(not(all(feature = "huge-pages", target_os = "linux")))]
fn ask<T>(_: &Vec<T>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_has_the_numbers() {
        for count in [0, 3, LARGE / 4 + 5] {
            assert!(with_capacity::<f32>(count).capacity() >= count);
            assert_eq!(full(1.5_f32, count), alloc::vec![1.5; count]);
            assert_eq!(copy(&full(1.5_f32, count)), alloc::vec![1.5; count]);
            assert!(collect(0..count).into_iter().eq(0..count));
        }
        let mut room = full(1_u8, 10);
        make_room(&mut room, 20);
        assert!(room.is_empty() && room.capacity() >= 20);
    }

    /// What the system has noted of the memory at an address, if it says.
    #[cfg(all(feature = "huge-pages", target_os = "linux"))]
    fn asked<T>(data: &[T]) -> Option<bool> {
        let place = data.as_ptr().addr() + size_of_val(data) / 2;
        let maps = std::fs::read_to_string("/proc/self/smaps").ok()?;
        let mut is_here = false;
        for line in maps.lines() {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            let address = |text| usize::from_str_radix(text, 16).ok();
            if let Some((begin, end)) = range.and_then(|(begin, end)| address(begin).zip(address(end))) {
                is_here = (begin..end).contains(&place);
            }
            if let Some(flags) = line.strip_prefix("VmFlags:")
                && is_here
            {
                return Some(flags.split(' ').any(|flag| flag == "hg"));
            }
        }
        None
    }

    #[test]
    #[cfg(all(feature = "huge-pages", target_os = "linux"))]
    fn large_storage_asks_for_huge_pages() {
        if !std::path::Path::new("/sys/kernel/mm/transparent_hugepage").exists() {
            return;
        }
        let count = 16 << 20;
        assert_ne!(asked(&alloc::vec![1_u8; count]), Some(true));
        assert_ne!(asked(&full(0.0_f32, 1000)), Some(true));
        for data in [full(1_u8, count), copy(&alloc::vec![1; count]), collect(core::iter::repeat_n(1, count))]
        {
            assert_ne!(asked(&data), Some(false));
        }
    }
}
