//! Tensors as text, by PyTorch's rules.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::Tensor;
use crate::real::Real;

/// Tensors with more numbers show only the edges of their axes.
const THRESHOLD: usize = 1000;
const EDGE: usize = 3;
const LINE_WIDTH: usize = 80;

/// How the numbers of one tensor are written.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// All are whole: `3.`
    Whole,
    Fixed,
    Scientific,
}

impl Style {
    fn of<T: Real>(numbers: &[T]) -> Style {
        let finite = || numbers.iter().map(|x| x.to_f64()).filter(|x| x.is_finite() && *x != 0.0);
        let largest = finite().map(f64::abs).fold(0.0, f64::max);
        let smallest = finite().map(f64::abs).fold(f64::INFINITY, f64::min);
        let whole = finite().all(|x| x % 1.0 == 0.0);
        if largest / smallest > 1000.0 || largest > 1e8 || (!whole && smallest < 1e-4) {
            Style::Scientific
        } else if whole {
            Style::Whole
        } else {
            Style::Fixed
        }
    }

    fn text<T: Real>(self, number: T, precision: usize) -> String {
        if !number.is_finite() {
            return format!("{number}");
        }
        match self {
            Style::Whole => format!("{number:.0}."),
            Style::Fixed => format!("{number:.precision$}"),
            Style::Scientific => {
                // Rust writes 1e-5 where others write 1e-05.
                let text = format!("{number:.precision$e}");
                match text.split_once('e') {
                    Some((digits, exponent)) => {
                        let (sign, exponent) =
                            exponent.strip_prefix('-').map_or(('+', exponent), |e| ('-', e));
                        format!("{digits}e{sign}{exponent:0>2}")
                    }
                    None => text,
                }
            }
        }
    }
}

/// The indices that are shown of an axis; `None` is the gap.
fn shown(len: usize, elided: bool) -> impl Iterator<Item = Option<usize>> {
    let edge = if elided && len > 2 * EDGE { EDGE } else { len };
    let gap = (edge < len).then_some(None);
    let tail = if edge < len { len - EDGE..len } else { 0..0 };
    (0..edge).map(Some).chain(gap).chain(tail.map(Some))
}

/// Collects the texts' numbers in the order in which they are written.
fn collect<T: Real>(shape: &[usize], data: &[T], elided: bool, out: &mut Vec<T>) {
    match shape {
        [] => out.extend_from_slice(data),
        [len, inner @ ..] => {
            let width: usize = inner.iter().product();
            for i in shown(*len, elided).flatten() {
                collect(inner, &data[i * width..][..width], elided, out);
            }
        }
    }
}

struct Writer<I> {
    texts: I,
    width: usize,
    elided: bool,
}

impl<I: Iterator<Item = String>> Writer<I> {
    fn write(&mut self, f: &mut fmt::Formatter<'_>, shape: &[usize], depth: usize) -> fmt::Result {
        f.write_str("[")?;
        match shape {
            [] => {}
            [len] => self.write_row(f, *len, depth)?,
            [len, inner @ ..] => {
                for (place, i) in shown(*len, self.elided).enumerate() {
                    if place > 0 {
                        f.write_str(",")?;
                        (0..inner.len()).try_for_each(|_| f.write_str("\n"))?;
                        write!(f, "{:1$}", "", depth)?;
                    }
                    match i {
                        Some(_) => self.write(f, inner, depth + 1)?,
                        None => f.write_str("...")?,
                    }
                }
            }
        }
        f.write_str("]")
    }

    fn write_row(&mut self, f: &mut fmt::Formatter<'_>, len: usize, depth: usize) -> fmt::Result {
        let per_line = ((LINE_WIDTH - depth) / (self.width + 2)).max(1);
        for (place, i) in shown(len, self.elided).enumerate() {
            match place {
                0 => {}
                _ if place % per_line == 0 => write!(f, ",\n{:1$}", "", depth)?,
                _ => f.write_str(", ")?,
            }
            match i {
                Some(_) => write!(f, "{:>1$}", self.texts.next().unwrap_or_default(), self.width)?,
                None => f.write_str("...")?,
            }
        }
        Ok(())
    }
}

/// Writes as PyTorch does: aligned, with 4 digits behind the point or as many as `{:.2}` asks for,
/// scientific where the numbers' range needs it, and with `...` in tensors of more than 1000 numbers.
///
/// ```
/// use gradus::prelude::*;
///
/// let x = Matrix::from([[0.5_f32, -1.25], [10.0, 2.0 / 3.0]]);
/// assert_eq!(x.to_string(), "[[ 0.5000, -1.2500],\n [10.0000,  0.6667]]");
/// assert_eq!(format!("{:.1}", Vector::from([0.25_f32, 1.0])), "[0.2, 1.0]");
/// ```
impl<T: Real, const R: usize> fmt::Display for Tensor<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return if R == 1 { f.write_str("[]") } else { write!(f, "[] of shape {:?}", self.shape) };
        }
        let elided = self.len() > THRESHOLD;
        let mut numbers = Vec::new();
        collect(&self.shape, &self.data, elided, &mut numbers);
        let style = Style::of(&numbers);
        let precision = f.precision().unwrap_or(4);
        let texts: Vec<String> = numbers.iter().map(|&x| style.text(x, precision)).collect();
        let width = texts.iter().map(String::len).max().unwrap_or(0);
        Writer { texts: texts.into_iter(), width, elided }.write(f, &self.shape, 1)
    }
}

/// Numbers for `Debug`, without the middle of many.
struct Elided<'a, T>(&'a [T]);

impl<T: fmt::Debug> fmt::Debug for Elided<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for i in shown(self.0.len(), self.0.len() > THRESHOLD) {
            match i {
                Some(i) => list.entry(&self.0[i]),
                None => list.entry(&format_args!("...")),
            };
        }
        list.finish()
    }
}

impl<T: fmt::Debug, const R: usize> fmt::Debug for Tensor<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tensor").field("shape", &self.shape).field("data", &Elided(&self.data)).finish()
    }
}
