//! Operands, and the same nodes with others in their place.

use std::collections::{HashMap, HashSet};

use super::{Axis, Data, Depends, Entry, Graph, Id, Node, Turns, fresh_axes};
use crate::shape::Extent;

impl Graph {
    /// The operands of a node, those under its own indices too.
    pub(crate) fn operands(&self, id: Id) -> Vec<Id> {
        self.with(id, |data| data.node.operands())
    }

    /// The axes that a node binds.
    pub(crate) fn axes_bound(&self, id: Id) -> Vec<Axis> {
        match self.node(id) {
            Node::Build(axes, _) | Node::Fold(_, axes, _) => axes,
            Node::Set(_, entry) => entry.axes,
            Node::Scatter(_, entries) => entries.into_iter().flat_map(|entry| entry.axes).collect(),
            Node::Loop(number, _) => vec![self.sequence(number).axis],
            _ => Vec::new(),
        }
    }

    /// The same node with other operands, in the order of [`Graph::operands`].
    pub(crate) fn with_operands(&self, id: Id, new: &mut impl FnMut(Id) -> Id) -> Id {
        self.remade(self.data(id), new)
    }

    /// A node of this graph or of another one, with operands of this one.
    pub(super) fn remade(&self, data: Data, new: &mut impl FnMut(Id) -> Id) -> Id {
        let mut all = |operands: Vec<Id>| operands.into_iter().map(&mut *new).collect::<Vec<_>>();
        match data.node {
            Node::Float(_)
            | Node::Int(_)
            | Node::Leaf(_)
            | Node::Size(_)
            | Node::Index(_)
            | Node::State(..) => {
                let Data { node, ty, shape, free, within, pins, cost, .. } = data;
                self.intern(node, ty, shape, Depends { free, within, pins }, cost)
            }
            Node::Op(op, operands) => self.op(op, &all(operands)),
            Node::Call(callee, operands) => self.call(callee, all(operands), data.ty),
            Node::CallGradient(call, position) => self.call_gradient(new(call), position),
            Node::Final(turns, place) => self.after(new(turns), place),
            Node::Ran(turns) => self.ran(new(turns)),
            Node::Cast(value) => self.cast(new(value), data.ty),
            Node::Get(array, indices) => {
                let array = new(array);
                let indices: Vec<Id> = indices.into_iter().map(new).collect();
                self.get(array, &indices)
            }
            Node::Build(axes, body) => self.build(&axes, new(body)),
            Node::Fold(op, axes, body) => self.fold(op, &axes, new(body)),
            Node::Scatter(base, entries) => {
                let base = base.map(&mut *new);
                let entries: Vec<Entry> = entries.into_iter().map(|entry| entry.with(new)).collect();
                self.scatter(base, data.shape, data.ty, &entries)
            }
            Node::Set(base, entry) => {
                let base = new(base);
                self.set(base, entry.with(new))
            }
            Node::Select(condition, then, otherwise) => {
                let condition = new(condition);
                let then = new(then);
                self.select(condition, then, new(otherwise))
            }
            Node::Loop(number, Turns { starts, nexts, go_on }) => {
                let (starts, nexts) = (all(starts), all(nexts));
                self.turns(number, Turns { starts, nexts, go_on: go_on.map(new) })
            }
        }
    }

    /// Every node the roots need, operands before users. Who needs an index needs the length it runs over,
    /// and who needs a variable of a loop needs its turns.
    pub(crate) fn reachable(&self, roots: &[Id]) -> Vec<Id> {
        let has_loops = self.has_loops();
        let mut needed = HashSet::new();
        let mut rest = roots.to_vec();
        while let Some(id) = rest.pop() {
            if needed.insert(id) {
                rest.extend(self.operands(id));
                if has_loops {
                    rest.extend(self.implied(id));
                }
            }
        }
        // Nodes are made after their operands.
        let mut needed: Vec<Id> = needed.into_iter().collect();
        needed.sort_unstable();
        needed
    }

    /// The calls whose gradients the roots need.
    pub(crate) fn pulled_back(&self, roots: &[Id]) -> HashSet<Id> {
        let call = |id: Id| match self.node(id) {
            Node::CallGradient(call, _) => Some(call),
            _ => None,
        };
        self.reachable(roots).into_iter().filter_map(call).collect()
    }

    /// What a node needs that is not an operand.
    pub(super) fn implied(&self, id: Id) -> Vec<Id> {
        match self.node(id) {
            Node::State(number, _) => self.turns_of(number).into_iter().collect(),
            _ => self.extents(id).into_iter().filter_map(|extent| self.length(extent)).collect(),
        }
    }

    /// The extents that a node names.
    pub(crate) fn extents(&self, id: Id) -> Vec<Extent> {
        let mut extents = self.shape(id);
        match self.node(id) {
            Node::Size(extent) => extents.push(extent),
            Node::Index(axis) => extents.push(axis.extent),
            _ => extents.extend(self.axes_bound(id).into_iter().map(|axis| axis.extent)),
        }
        extents
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
        let changes =
            |id: Id| self.with(id, |data| replacements.iter().any(|(axis, _)| data.free.contains(axis)));
        let result = match &data.node {
            // To rename all that a fold holds could copy a whole function; its elements are kept instead.
            // The variables of a loop belong to its own indices.
            Node::Fold(..) | Node::State(..) | Node::Final(..) | Node::Ran(_) => self.kept(id, replacements),
            Node::Get(array, indices) if self.is_changing(*array) && changes(*array) => {
                let by: Vec<Id> =
                    indices.iter().map(|&index| self.replace(index, replacements, done)).collect();
                let mut taken = data.free.clone();
                taken.extend(self.free(*array));
                let own = fresh_axes(&self.shape(*array), &taken);
                let element = self.get(*array, &self.indices(&own));
                let all: Vec<(Axis, Id)> =
                    replacements.iter().copied().chain(own.into_iter().zip(by)).collect();
                self.kept(element, &all)
            }
            Node::Index(axis) => replacements.iter().find(|(from, _)| from == axis).map_or(id, |(_, by)| *by),
            Node::Build(axes, body) => {
                let (axes, body) = self.replace_under(axes, &[*body], replacements);
                self.build(&axes, body[0])
            }
            Node::Scatter(None, entries) => {
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
                self.scatter(None, data.shape.clone(), data.ty, &entries)
            }
            _ => self.with_operands(id, &mut |operand| self.replace(operand, replacements, done)),
        };
        if let Some(name) = self.name(id) {
            self.suggest_name(result, &name);
        }
        done.insert(id, result);
        result
    }

    /// A scalar at other indices, as an element of the array of all its values.
    fn kept(&self, id: Id, replacements: &[(Axis, Id)]) -> Id {
        let free = self.free(id);
        let (axes, by): (Vec<Axis>, Vec<Id>) =
            replacements.iter().copied().filter(|(axis, _)| free.contains(axis)).unzip();
        self.get(self.build(&axes, id), &by)
    }

    /// Whether the array is a version of one that changes in place, which is read where it is that version.
    pub(crate) fn is_changing(&self, array: Id) -> bool {
        self.with(array, |data| {
            matches!(
                data.node,
                Node::State(..)
                    | Node::Final(..)
                    | Node::Set(..)
                    | Node::Select(..)
                    | Node::Scatter(Some(_), _)
            )
        })
    }

    /// The array that this one is, but for what has been changed in it.
    pub(crate) fn origin(&self, array: Id) -> Id {
        match self.node(array) {
            Node::Set(base, _) | Node::Scatter(Some(base), _) | Node::Select(_, base, _) => self.origin(base),
            Node::Final(turns, place) => match self.node(turns) {
                Node::Loop(_, Turns { starts, .. }) => self.origin(starts[place]),
                _ => array,
            },
            _ => array,
        }
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
        let mut taken = self.depends_of(&outer.iter().map(|(_, by)| *by).collect::<Vec<_>>()).free;
        taken.extend(self.depends_of(inside).free.into_iter().filter(|axis| !axes.contains(axis)));
        let extents: Vec<Extent> = axes.iter().map(|axis| axis.extent).collect();
        let names = fresh_axes(&extents, &taken);
        let mut all = outer;
        all.extend(axes.iter().copied().zip(self.indices(&names)));
        (names, inside.iter().map(|&id| self.substitute(id, &all)).collect())
    }
}

impl Node {
    pub(super) fn operands(&self) -> Vec<Id> {
        match self {
            Node::Float(_)
            | Node::Int(_)
            | Node::Leaf(_)
            | Node::Size(_)
            | Node::Index(_)
            | Node::State(..) => Vec::new(),
            Node::Op(_, operands) | Node::Call(_, operands) => operands.clone(),
            Node::Cast(value) | Node::CallGradient(value, _) | Node::Final(value, _) | Node::Ran(value) => {
                vec![*value]
            }
            Node::Get(array, indices) => [&[*array], indices.as_slice()].concat(),
            Node::Build(_, body) | Node::Fold(_, _, body) => vec![*body],
            Node::Scatter(base, entries) => {
                base.iter().copied().chain(entries.iter().flat_map(Entry::inside)).collect()
            }
            Node::Set(base, entry) => [*base].into_iter().chain(entry.inside()).collect(),
            Node::Select(condition, then, otherwise) => vec![*condition, *then, *otherwise],
            Node::Loop(_, Turns { starts, nexts, go_on }) => {
                starts.iter().chain(nexts).chain(go_on).copied().collect()
            }
        }
    }
}

impl Entry {
    /// What it needs for each value of its axes.
    pub(super) fn inside(&self) -> impl Iterator<Item = Id> {
        self.indices.iter().copied().chain([self.body])
    }

    fn with(self, new: &mut impl FnMut(Id) -> Id) -> Entry {
        let Entry { axes, indices, body } = self;
        Entry { axes, indices: indices.into_iter().map(&mut *new).collect(), body: new(body) }
    }
}
