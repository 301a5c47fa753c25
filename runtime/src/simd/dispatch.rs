//! Which instruction set runs a kernel.

use super::Lanes;
use super::pack::Portable;

pub(super) mod sealed {
    pub trait Sealed {}
}

/// An instruction set: the vectors that a kernel computes with.
///
/// It cannot be implemented elsewhere, and the types that do are private: only [`dispatch()`] and
/// [`InstructionSet::run`] hand them out.
pub trait Simd: Copy + 'static + sealed::Sealed {
    /// As many `f32` as the instruction set takes at once.
    type F32: Lanes<f32>;
    /// As many `f64` as the instruction set takes at once.
    type F64: Lanes<f64>;
    /// Twice as many `f32`, where there are registers for them.
    type TwiceF32: Lanes<f32>;
    /// Twice as many `f64`, where there are registers for them.
    type TwiceF64: Lanes<f64>;
    /// Runs a part of a kernel as a function of its own. A kernel, all of which is inlined, may otherwise need
    /// more stack than there is where a program is compiled without optimisation.
    fn call<K: Kernel>(kernel: K) -> K::Output;
    /// The same, in a function that stays apart when a program is compiled with optimisation. What is known of a
    /// kernel before its loops is then found out and kept in registers for that kernel alone, and only where it is
    /// called.
    #[inline(never)]
    fn call_apart<K: Kernel>(kernel: K) -> K::Output {
        Self::call(kernel)
    }
}

/// Work that is written once for all instruction sets.
pub trait Kernel {
    /// What it leaves.
    type Output;
    /// Does the work. It must be `#[inline(always)]`, like all that it does with vectors; a closure that is called
    /// at more than one place is a function that is not.
    fn run<S: Simd>(self) -> Self::Output;
}

/// Runs the kernel on the widest instruction set the machine has.
#[inline]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    InstructionSet::widest().run(kernel)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
enum Name {
    Portable = 1,
    #[cfg(target_arch = "x86_64")]
    Avx2 = 2,
    #[cfg(target_arch = "x86_64")]
    Avx512 = 3,
}

/// An instruction set that the machine has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InstructionSet(Name);

impl InstructionSet {
    /// All that the machine has, the narrowest first.
    pub fn all() -> impl Iterator<Item = Self> {
        let names = [
            Name::Portable,
            #[cfg(target_arch = "x86_64")]
            Name::Avx2,
            #[cfg(target_arch = "x86_64")]
            Name::Avx512,
        ];
        names.into_iter().filter(|&name| has(name)).map(Self)
    }

    /// The widest that the machine has.
    #[inline]
    pub fn widest() -> Self {
        Self(widest())
    }

    /// Runs the kernel on this instruction set.
    #[inline]
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.0 {
            Name::Portable => Portable::call(kernel),
            // The name has been found by `has`, since a value of this type is made in no other way.
            #[cfg(target_arch = "x86_64")]
            Name::Avx2 => super::avx2::Avx2::call(kernel),
            #[cfg(target_arch = "x86_64")]
            Name::Avx512 => super::avx512::Avx512::call(kernel),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
pub(super) fn avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<super::avx2::Avx2>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
pub(super) fn avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<super::avx512::Avx512>()
}

/// With std the machine is asked; without it, what the program is compiled for is known.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
macro_rules! have {
    ($($feature:tt)*) => { $(std::arch::is_x86_feature_detected!($feature))&&* };
}
#[cfg(all(target_arch = "x86_64", not(feature = "std")))]
macro_rules! have {
    ($($feature:tt)*) => { cfg!(all($(target_feature = $feature),*)) };
}

fn has(name: Name) -> bool {
    match name {
        Name::Portable => true,
        #[cfg(target_arch = "x86_64")]
        Name::Avx2 => have!("avx2" "fma"),
        #[cfg(target_arch = "x86_64")]
        Name::Avx512 => have!("avx512f" "avx512bw" "avx512dq" "avx512vl" "avx2" "fma"),
    }
}

/// The answer is kept: a kernel of a few numbers would take less time than the question.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
#[inline]
fn widest() -> Name {
    use core::sync::atomic::{AtomicU8, Ordering::Relaxed};
    static WIDEST: AtomicU8 = AtomicU8::new(0);

    #[cold]
    fn ask() -> Name {
        let name = InstructionSet::all().last().map_or(Name::Portable, |set| set.0);
        WIDEST.store(name as u8, Relaxed);
        name
    }

    match WIDEST.load(Relaxed) {
        3 => Name::Avx512,
        2 => Name::Avx2,
        1 => Name::Portable,
        _ => ask(),
    }
}

#[cfg(not(all(target_arch = "x86_64", feature = "std")))]
#[inline]
fn widest() -> Name {
    InstructionSet::all().last().map_or(Name::Portable, |set| set.0)
}
