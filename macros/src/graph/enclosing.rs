//! The loops in which alone a node is needed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, Graph, Id, Node, Turns};
use crate::matching::{binary, is_int};
use crate::shape::Extent;

impl Graph {
    /// For each node the lengths of the loops that hold all of its uses: where one of them has no turns, the
    /// node is not needed. A loop that only running it ends has no such length.
    pub(crate) fn enclosing(&self, roots: &[Id]) -> BTreeMap<Id, BTreeSet<Extent>> {
        let mut lengths: BTreeMap<Id, BTreeSet<Extent>> =
            roots.iter().map(|&root| (root, BTreeSet::new())).collect();
        for &id in self.reachable(roots).iter().rev() {
            let own = lengths.entry(id).or_default().clone();
            for (operand, inside) in self.used_inside(id) {
                let path: BTreeSet<Extent> = own.iter().copied().chain(inside).collect();
                let known = lengths.entry(operand).or_insert_with(|| path.clone());
                known.retain(|extent| path.contains(extent));
            }
        }
        lengths
    }

    /// The length of which the condition asks whether it is 0.
    pub(crate) fn asked(&self, condition: Id) -> Option<Extent> {
        let (size, zero) = binary(self.expr(condition), "ne")?;
        match self.node(size.id) {
            Node::Size(extent) if is_int(zero, 0) => Some(extent),
            _ => None,
        }
    }

    /// The conditions without which a contribution is zero, and what it is under them.
    pub(crate) fn peeled(&self, contribution: Id) -> (Vec<(Id, bool)>, Id) {
        let is_zero = |id: Id| self.with(id, |data| data.node == Node::Float(0.0_f64.to_bits()));
        let (mut conditions, mut inner) = (Vec::new(), contribution);
        while let Node::Select(condition, then, otherwise) = self.node(inner) {
            inner = match (is_zero(then), is_zero(otherwise)) {
                (false, true) => {
                    conditions.push((condition, true));
                    then
                }
                (true, false) => {
                    conditions.push((condition, false));
                    otherwise
                }
                _ => break,
            };
        }
        (conditions, inner)
    }

    /// What a node needs, each with the lengths of the loops of the node that it is in.
    fn used_inside(&self, id: Id) -> Vec<(Id, Vec<Extent>)> {
        let each = |ids: Vec<Id>, extents: &[Extent]| {
            ids.into_iter().map(|id| (id, extents.to_vec())).collect::<Vec<_>>()
        };
        let of_entry = |entry: &Entry| {
            let extents: Vec<Extent> = entry.axes.iter().map(|axis| axis.extent).collect();
            // Where a contribution is zero, its place need not even exist.
            let conditions = self.peeled(entry.body).0;
            let asked =
                conditions.into_iter().filter(|(_, holds)| *holds).filter_map(|(id, _)| self.asked(id));
            let places = each(entry.indices.clone(), &[extents.clone(), asked.collect()].concat());
            [places, each(vec![entry.body], &extents)].concat()
        };
        let mut used = match self.node(id) {
            Node::Build(axes, body) | Node::Fold(_, axes, body) => {
                let extents: Vec<Extent> = axes.iter().map(|axis| axis.extent).collect();
                each(vec![body], &extents)
            }
            Node::Scatter(base, entries) => {
                let base = each(base.into_iter().collect(), &[]);
                base.into_iter().chain(entries.iter().flat_map(of_entry)).collect()
            }
            Node::Set(base, entry) => [each(vec![base], &[]), of_entry(&entry)].concat(),
            Node::Loop(number, Turns { starts, nexts, go_on }) => {
                let extent = go_on.is_none().then(|| self.sequence(number).axis.extent);
                let inside = each(nexts.into_iter().chain(go_on).collect(), extent.as_slice());
                [each(starts, &[]), inside].concat()
            }
            Node::Select(condition, then, otherwise) => {
                [each(vec![condition, otherwise], &[]), each(vec![then], self.asked(condition).as_slice())]
                    .concat()
            }
            _ => each(self.operands(id), &[]),
        };
        used.extend(each(self.implied(id), &[]));
        used
    }
}
