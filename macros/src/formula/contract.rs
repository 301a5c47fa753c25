//! The shapes of a function's arguments and of its result, by the names that lengths have in its formula.

use super::Writer;
use crate::lower::Part;
use crate::shape::{Extent, Source};
use crate::written::text;

impl Writer<'_> {
    /// A line of shapes, one for the result if there are arrays in it, and one for what must not be empty.
    pub(super) fn contract(&mut self) -> String {
        let cotangents = &self.lowered.cotangents;
        let is_argument =
            |place: &usize| self.lowered.leaves[*place].param.is_some() && !cotangents.contains(place);
        let places: Vec<usize> = (0..self.lowered.leaves.len()).filter(is_argument).collect();
        let mut arguments = Vec::new();
        for place in places {
            let leaf = &self.lowered.leaves[place];
            let shape = self.graph.shape(leaf.node);
            if !shape.is_empty() {
                arguments.push(format!("{}: {}", text(&leaf.access), self.shape(&shape)));
            }
        }
        let mut lines = if arguments.is_empty() { Vec::new() } else { vec![arguments.join(", ")] };
        lines.extend(self.result());
        let mut demands: Vec<String> = Vec::new();
        for (side, _) in self.lowered.extents.nonempty() {
            let extent = self.lowered.extents.root(side.extent);
            let demand = format!("{} > 0", self.length(extent).0);
            if !matches!(self.lowered.extents.source(extent), Source::Literal(_))
                && !demands.contains(&demand)
            {
                demands.push(demand);
            }
        }
        if !demands.is_empty() {
            lines.push(demands.join(", "));
        }
        lines.join("\n")
    }

    fn result(&mut self) -> Option<String> {
        let mut has_array = false;
        let parts: Vec<String> = self
            .lowered
            .parts
            .iter()
            .map(|part| match part {
                Part::Whole(id) if self.graph.shape(*id).is_empty() => "a number".to_owned(),
                Part::Whole(id) => {
                    has_array = true;
                    self.shape(&self.graph.shape(*id))
                }
                Part::Elements(lengths, _) => {
                    has_array = true;
                    format!("{lengths:?}")
                }
            })
            .collect();
        has_array.then(|| match parts.as_slice() {
            [only] => format!("the result: {only}"),
            parts => format!("the result: ({})", parts.join(", ")),
        })
    }

    fn shape(&mut self, shape: &[Extent]) -> String {
        let lengths = shape.iter().map(|&extent| self.length(self.lowered.extents.root(extent)).0);
        format!("[{}]", lengths.collect::<Vec<_>>().join(", "))
    }
}
