//! Work that threads share.

/// The work, in steps of a number each, that is worth waking another thread for: about 30 µs, where waking
/// one takes about 5.
#[cfg(feature = "threads")]
const WORTH_A_THREAD: usize = 1 << 19;

/// How many threads there are.
#[cfg(feature = "threads")]
pub(crate) fn count() -> usize {
    rayon_core::current_num_threads()
}

/// There is one thread.
#[cfg(not(feature = "threads"))]
pub(crate) fn count() -> usize {
    1
}

/// Does two things, at once where there is enough work for another thread.
#[cfg(feature = "threads")]
pub(crate) fn both<A: Send, B: Send>(
    work: usize,
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    if work < WORTH_A_THREAD || rayon_core::current_num_threads() == 1 {
        return (first(), second());
    }
    rayon_core::join(first, second)
}

/// Does two things.
#[cfg(not(feature = "threads"))]
pub(crate) fn both<A, B>(_work: usize, first: impl FnOnce() -> A, second: impl FnOnce() -> B) -> (A, B) {
    (first(), second())
}
