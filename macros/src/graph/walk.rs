//! Operands, and the same nodes with others in their place.

use std::collections::HashMap;

use super::{Axis, Entry, Graph, Id, Node, fresh_axes};
use crate::shape::Extent;

impl Graph {
    /// The operands of a node, those under its own indices too.
    pub(crate) fn operands(&self, id: Id) -> Vec<Id> {
        match self.node(id) {
            Node::Float(_) | Node::Int(_) | Node::Leaf(_) | Node::Size(_) | Node::Index(_) => Vec::new(),
            Node::Op(_, operands) | Node::Call(_, operands) => operands,
            Node::Cast(value) | Node::CallGradient(value, _) => vec![value],
            Node::Get(array, indices) => [vec![array], indices].concat(),
            Node::Build(_, body) | Node::Fold(_, _, body) => vec![body],
            Node::Scatter(entries) => {
                entries.into_iter().flat_map(|entry| [entry.indices, vec![entry.body]].concat()).collect()
            }
            Node::Select(condition, then, otherwise) => vec![condition, then, otherwise],
        }
    }

    /// The same node with other operands, in the order of [`Graph::operands`].
    pub(crate) fn with_operands(&self, id: Id, new: &mut impl FnMut(Id) -> Id) -> Id {
        let data = self.data(id);
        let mut all = |operands: Vec<Id>| operands.into_iter().map(&mut *new).collect::<Vec<_>>();
        match data.node {
            Node::Float(_) | Node::Int(_) | Node::Leaf(_) | Node::Size(_) | Node::Index(_) => id,
            Node::Op(op, operands) => self.op(op, &all(operands)),
            Node::Call(callee, operands) => self.call(callee, all(operands), data.ty),
            Node::CallGradient(call, position) => self.call_gradient(new(call), position),
            Node::Cast(value) => self.cast(new(value), data.ty),
            Node::Get(array, indices) => {
                let array = new(array);
                let indices: Vec<Id> = indices.into_iter().map(new).collect();
                self.get(array, &indices)
            }
            Node::Build(axes, body) => self.build(&axes, new(body)),
            Node::Fold(op, axes, body) => self.fold(op, &axes, new(body)),
            Node::Scatter(entries) => {
                let entries: Vec<Entry> = entries
                    .into_iter()
                    .map(|Entry { axes, indices, body }| {
                        let indices = indices.into_iter().map(&mut *new).collect();
                        Entry { axes, indices, body: new(body) }
                    })
                    .collect();
                self.scatter(data.shape, data.ty, &entries)
            }
            Node::Select(condition, then, otherwise) => {
                let condition = new(condition);
                let then = new(then);
                self.select(condition, then, new(otherwise))
            }
        }
    }

    /// Every node the roots need, operands before users.
    pub(crate) fn reachable(&self, roots: &[Id]) -> Vec<Id> {
        let mut needed = vec![false; self.inner.borrow().nodes.len()];
        for root in roots {
            needed[root.index()] = true;
        }
        for index in (0..needed.len()).rev() {
            if needed[index] {
                for operand in self.operands(Id(index as u32)) {
                    needed[operand.index()] = true;
                }
            }
        }
        (0..needed.len()).filter(|&index| needed[index]).map(|index| Id(index as u32)).collect()
    }

    /// The same value with other indices, without capturing any.
    pub(crate) fn substitute(&self, id: Id, replacements: &[(Axis, Id)]) -> Id {
        let changed: Vec<(Axis, Id)> =
            replacements.iter().copied().filter(|(axis, by)| *by != self.index(*axis)).collect();
        self.replace(id, &changed, &mut HashMap::new())
    }

    fn replace(&self, id: Id, replacements: &[(Axis, Id)], done: &mut HashMap<Id, Id>) -> Id {
        let data = self.data(id);
        if !replacements.iter().any(|(axis, _)| data.free.contains(axis)) {
            return id;
        }
        if let Some(&known) = done.get(&id) {
            return known;
        }
        let result = match &data.node {
            // To rename all that a fold holds could copy a whole function; its elements are kept instead.
            Node::Fold(..) => {
                let (axes, by): (Vec<Axis>, Vec<Id>) =
                    replacements.iter().copied().filter(|(axis, _)| data.free.contains(axis)).unzip();
                self.get(self.build(&axes, id), &by)
            }
            Node::Index(axis) => replacements.iter().find(|(from, _)| from == axis).map_or(id, |(_, by)| *by),
            Node::Build(axes, body) => {
                let (axes, body) = self.replace_under(axes, &[*body], replacements);
                self.build(&axes, body[0])
            }
            Node::Scatter(entries) => {
                let entries: Vec<Entry> = entries
                    .iter()
                    .map(|entry| {
                        let mut inside = entry.indices.clone();
                        inside.push(entry.body);
                        let (axes, mut inside) = self.replace_under(&entry.axes, &inside, replacements);
                        let body = inside.pop().expect("the body was pushed above");
                        Entry { axes, indices: inside, body }
                    })
                    .collect();
                self.scatter(data.shape.clone(), data.ty, &entries)
            }
            _ => self.with_operands(id, &mut |operand| self.replace(operand, replacements, done)),
        };
        if let Some(name) = self.name(id) {
            self.suggest_name(result, &name);
        }
        done.insert(id, result);
        result
    }

    /// Replaces inside a binder: its own axes hide the outer ones and make way for those put in.
    fn replace_under(
        &self,
        axes: &[Axis],
        inside: &[Id],
        replacements: &[(Axis, Id)],
    ) -> (Vec<Axis>, Vec<Id>) {
        let outer: Vec<(Axis, Id)> =
            replacements.iter().copied().filter(|(axis, _)| !axes.contains(axis)).collect();
        let mut taken = self.free_of(&outer.iter().map(|(_, by)| *by).collect::<Vec<_>>());
        taken.extend(self.free_of(inside).into_iter().filter(|axis| !axes.contains(axis)));
        let extents: Vec<Extent> = axes.iter().map(|axis| axis.extent).collect();
        let names = fresh_axes(&extents, &taken);
        let mut all = outer;
        all.extend(axes.iter().copied().zip(self.indices(&names)));
        (names, inside.iter().map(|&id| self.substitute(id, &all)).collect())
    }
}
