//! The variance as the mean of the squares less the square of the mean, which cancel far from 0.

use super::powers::square_of;
use crate::graph::{Axis, Expr, Id, Node};
use crate::matching::{binary, sum, sum_over};

/// `k (Σ x² - (Σ x)² / n)` with the number `n` of summands is `k Σ (x - m)²` with the mean `m`, which counts as a
/// constant: the distances from it add up to 0.
pub(super) fn variance(e: Expr) -> Option<Expr> {
    let (squares, square) = binary(e, "sub")?;
    let (mut left, mut right) = (Ratio::of(squares), Ratio::of(square));
    let (place, axes, x) = left.above.iter().enumerate().find_map(|(place, &factor)| {
        let (axes, body) = sum(factor)?;
        Some((place, axes, square_of(body)?))
    })?;
    left.above.remove(place);
    let total = sum_over(&axes, x);
    remove(&mut right.above, total)?;
    remove(&mut right.above, total)?;
    let count = right.below.iter().copied().find(|&factor| is_number_of(factor, &axes))?;
    remove(&mut right.below, count)?;
    if left.cancelled() != right.cancelled() {
        return None;
    }
    let mean = (total / count).detach();
    let distances = sum_over(&axes, (x - mean).square());
    let above = left.above.into_iter().fold(distances, |product, factor| product * factor);
    Some(left.below.into_iter().fold(above, |quotient, factor| quotient / factor))
}

fn is_number_of(n: Expr, axes: &[Axis]) -> bool {
    let graph = n.graph;
    let sizes = axes.iter().map(|axis| graph.expr(graph.size(axis.extent)));
    let count = sizes.reduce(|a, b| a * b);
    count.is_some_and(|count| graph.node(n.id) == Node::Cast(count.id))
}

/// The factors of a product, above and below the line.
struct Ratio<'g> {
    above: Vec<Expr<'g>>,
    below: Vec<Expr<'g>>,
}

impl<'g> Ratio<'g> {
    fn of(e: Expr<'g>) -> Self {
        let mut ratio = Ratio { above: Vec::new(), below: Vec::new() };
        ratio.take(e, false, 4);
        ratio
    }

    /// A product of products of so many is taken apart.
    fn take(&mut self, e: Expr<'g>, inverse: bool, depth: usize) {
        let parts = match (square_of(e), binary(e, "mul"), binary(e, "div")) {
            _ if depth == 0 => None,
            (Some(x), ..) => Some((x, x, inverse)),
            (_, Some((x, y)), _) => Some((x, y, inverse)),
            (.., Some((x, y))) => Some((x, y, !inverse)),
            _ => None,
        };
        match parts {
            Some((x, y, second)) => {
                self.take(x, inverse, depth - 1);
                self.take(y, second, depth - 1);
            }
            None if inverse => self.below.push(e),
            None => self.above.push(e),
        }
    }

    /// The factors above and below that are not on both sides, in order.
    fn cancelled(&self) -> [Vec<Id>; 2] {
        let ids = |factors: &[Expr]| factors.iter().map(|factor| factor.id).collect::<Vec<_>>();
        let (mut above, mut below) = (ids(&self.above), ids(&self.below));
        above.retain(|factor| match below.iter().position(|other| other == factor) {
            Some(place) => {
                below.remove(place);
                false
            }
            None => true,
        });
        above.sort_unstable();
        below.sort_unstable();
        [above, below]
    }
}

fn remove<'g>(factors: &mut Vec<Expr<'g>>, factor: Expr<'g>) -> Option<Expr<'g>> {
    let place = factors.iter().position(|other| other.id == factor.id)?;
    Some(factors.remove(place))
}
