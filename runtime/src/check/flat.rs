//! Parameters as one row of numbers: their names, their sizes, and directions in them.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::ops::Range;

use crate::parameters::{ParamName, Parameters};
use crate::random::Rng;
use crate::real::Real;

/// All numbers, one behind the other.
pub(super) fn numbers<P: Parameters>(params: &P) -> Vec<f64> {
    let mut numbers = Vec::new();
    params.for_each(&mut |run| numbers.extend(run.iter().map(|number| number.to_f64())));
    numbers
}

/// The name of the number at `place`.
pub(super) fn name<P: Parameters>(params: &P, place: usize) -> String {
    let (mut found, mut start) = (String::new(), 0);
    params.for_each_named(&ParamName::Params, &mut |name, shape, run| {
        if let Some(place) = place.checked_sub(start).filter(|place| *place < run.len()) {
            found = match shape {
                [] => name.to_string(),
                [_] => format!("{name}[{place}]"),
                _ => format!("{name}[{:?}]", indices(place, shape)),
            };
        }
        start += run.len();
    });
    found
}

fn indices(mut place: usize, shape: &[usize]) -> Vec<usize> {
    let mut indices = shape.to_vec();
    for index in indices.iter_mut().rev() {
        let length = *index;
        *index = place % length;
        place /= length;
    }
    indices
}

/// The places of each field's numbers. The items of an array belong to the field that has the array.
pub(super) fn fields<P: Parameters>(params: &P) -> Vec<Range<usize>> {
    let mut fields: Vec<(String, Range<usize>)> = Vec::new();
    let mut start = 0;
    params.for_each_named(&ParamName::Params, &mut |mut name, _, run| {
        while let ParamName::Item(of, _) = name {
            name = of;
        }
        let name = name.to_string();
        let end = start + run.len();
        match fields.last_mut() {
            Some((last, places)) if *last == name => places.end = end,
            _ => fields.push((name, start..end)),
        }
        start = end;
    });
    fields.into_iter().map(|(_, places)| places).filter(|places| !places.is_empty()).collect()
}

/// Random numbers between 0.5 and 1 or -0.5 and -1: none that would leave its parameter out.
pub(super) fn direction(rng: &mut Rng, length: usize) -> Vec<f64> {
    let random = rng.uniform([length], -1.0, 1.0);
    let number = |&number: &f32| (0.5 + 0.5 * f64::from(number.abs())).copysign(f64::from(number));
    only(&random.iter().map(number).collect::<Vec<_>>(), &(0..length))
}

/// A direction in some of the numbers only, and forward if it is a single one.
pub(super) fn only(direction: &[f64], places: &Range<usize>) -> Vec<f64> {
    let mut only = alloc::vec![0.0; direction.len()];
    only[places.clone()].copy_from_slice(&direction[places.clone()]);
    if places.len() == 1 {
        only[places.start] = only[places.start].abs();
    }
    only
}
