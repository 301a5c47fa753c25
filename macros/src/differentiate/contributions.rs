//! What is known of an adjoint before all users have contributed.

use crate::differentiate::{Walk, zeros_like};
use crate::graph::{Axis, Entry, Expr, FoldOp, Id, Node, Type, fresh_axes};
use crate::shape::Extent;

/// The contributions to an array's adjoint.
#[derive(Default)]
pub(super) struct Contributions {
    /// To the array as a whole.
    whole: Option<Id>,
    /// To its elements.
    entries: Vec<Entry>,
}

impl<'g> Walk<'g> {
    /// Adds a contribution that is made only where the conditions hold.
    pub(super) fn contribute_under(
        &mut self,
        conditions: &[(Id, bool)],
        to: Id,
        context: &[Axis],
        contribution: Id,
    ) {
        let outer = std::mem::replace(&mut self.conditions, conditions.to_vec());
        self.contribute_value(to, context, contribution);
        self.conditions = outer;
    }

    pub(super) fn contribute_value(&mut self, to: Id, context: &[Axis], contribution: Id) {
        match self.graph.shape(to).is_empty() {
            true => self.contribute(to, context, contribution),
            false => self.contribute_array(to, context, contribution),
        }
    }

    /// The whole adjoint, once all users have contributed.
    pub(super) fn take(&mut self, id: Id) -> Option<Id> {
        let adjoint = match self.arrays.remove(&id) {
            Some(contributions) => Some(self.collect(id, contributions)),
            None => self.scalars.remove(&id),
        }?;
        if let Some(name) = self.graph.name(id) {
            self.graph.suggest_name(adjoint, &format!("d_{name}"));
        }
        Some(adjoint)
    }

    /// An array's adjoint: one element of each contribution where every one has such, else a scatter. What
    /// a loop does in order is added up as it goes.
    fn collect(&self, array: Id, Contributions { whole, entries }: Contributions) -> Id {
        let graph = self.graph;
        let shape = graph.shape(array);
        let in_order = entries.iter().any(|entry| graph.with(entry.body, |data| !data.pins.is_empty()));
        match whole {
            Some(whole) if entries.is_empty() => return whole,
            None if !in_order => {}
            _ => return graph.scatter(whole, shape, graph.ty(array), &entries),
        }
        let axes = fresh_axes(&shape, &graph.free(array));
        let here = graph.indices(&axes);
        let elements: Option<Vec<Expr>> = entries
            .iter()
            .map(|entry| {
                let entry = &self.chosen(entry, &shape, entries.len() == 1);
                let targets = self.loop_indices(entry, &shape)?;
                let others: Vec<Axis> =
                    entry.axes.iter().copied().filter(|axis| !targets.contains(axis)).collect();
                let body = graph.fold(FoldOp::Sum, &others, entry.body);
                Some(graph.expr(graph.get(graph.build(&targets, body), &here)))
            })
            .collect();
        match elements.map(|elements| elements.into_iter().reduce(|a, b| a + b)) {
            Some(Some(sum)) => graph.build(&axes, sum.id),
            _ => graph.scatter(None, shape, graph.ty(array), &entries),
        }
    }

    /// An entry at one computed place of each row, as one over whole rows that is zero at all other places: it
    /// can then share the loops of others.
    fn chosen(&self, entry: &Entry, shape: &[Extent], is_alone: bool) -> Entry {
        let graph = self.graph;
        let is_loop =
            |index: Id| matches!(graph.node(index), Node::Index(axis) if entry.axes.contains(&axis));
        let computed: Vec<usize> = (0..shape.len()).filter(|&place| !is_loop(entry.indices[place])).collect();
        let (&[place], true) = (computed.as_slice(), is_alone && shape.len() == entry.axes.len() + 1) else {
            return entry.clone();
        };
        let taken =
            [entry.axes.as_slice(), &graph.free(entry.indices[place]), &graph.free(entry.body)].concat();
        if entry.axes.is_empty() || graph.ty(entry.indices[place]) != Type::Int("usize") {
            return entry.clone();
        }
        let axis = fresh_axes(&[shape[place]], &taken)[0];
        let here = graph.expr(graph.index(axis)).eq(graph.expr(entry.indices[place]));
        let mut chosen = entry.clone();
        chosen.body = here.select(graph.expr(entry.body), 0.0).id;
        chosen.indices[place] = graph.index(axis);
        chosen.axes.push(axis);
        chosen
    }

    /// The axes that the entry's indices are, where they are different loop indices over whole axes.
    fn loop_indices(&self, entry: &Entry, shape: &[Extent]) -> Option<Vec<Axis>> {
        let mut targets = Vec::new();
        for (&index, &extent) in entry.indices.iter().zip(shape) {
            match self.graph.node(index) {
                Node::Index(axis)
                    if axis.extent == extent && entry.axes.contains(&axis) && !targets.contains(&axis) =>
                {
                    targets.push(axis);
                }
                _ => return None,
            }
        }
        Some(targets)
    }

    /// Adds a contribution, made under `context`, to the adjoint of a scalar.
    pub(super) fn contribute(&mut self, to: Id, context: &[Axis], contribution: Id) {
        if !self.is_active(to) {
            return;
        }
        let own = self.graph.free(to);
        let others: Vec<Axis> = context.iter().copied().filter(|axis| !own.contains(axis)).collect();
        // A condition that is the same for the whole sum stays outside, where it spares all of it.
        let same = |(condition, _): &&(Id, bool)| {
            self.graph.with(*condition, |data| data.free.iter().all(|axis| !others.contains(axis)))
        };
        let outside = self.conditions.iter().take_while(same).count();
        let (outer, inner) = self.conditions.split_at(outside);
        let (turns, outer, inner) = match self.asked_first(&others, outer) {
            Some(turns) => (turns, outer, inner),
            None => (Vec::new(), &[][..], self.conditions.as_slice()),
        };
        let inside = self.graph.fold(FoldOp::Sum, &others, self.under(inner, contribution));
        let contribution = self.under(&turns, self.under(outer, inside));
        let sum = match self.scalars.get(&to) {
            Some(&known) => self.add(known, contribution),
            None => contribution,
        };
        self.scalars.insert(to, sum);
    }

    /// What must be asked before the conditions, if one may panic, where they are asked outside of a sum over
    /// the axes: whether it is one of nothing. `None` if that cannot be asked.
    fn asked_first(&self, axes: &[Axis], conditions: &[(Id, bool)]) -> Option<Vec<(Id, bool)>> {
        if !conditions.iter().any(|(condition, _)| self.graph.is_risky(*condition)) {
            return Some(Vec::new());
        }
        let turns = self.graph.have_turns(axes)?.into_iter().map(|condition| (condition, true));
        Some(turns.filter(|turns| !conditions.contains(turns)).collect())
    }

    /// A contribution that is zero but under the conditions.
    fn under(&self, conditions: &[(Id, bool)], contribution: Id) -> Id {
        let graph = self.graph;
        conditions.iter().rev().fold(contribution, |value, &(condition, holds)| {
            let zero = zeros_like(graph, value);
            if holds { graph.select(condition, value, zero) } else { graph.select(condition, zero, value) }
        })
    }

    /// Adds a contribution, made under `context`, to the adjoint of an array as a whole.
    pub(super) fn contribute_array(&mut self, to: Id, context: &[Axis], contribution: Id) {
        if !self.is_active(to) {
            return;
        }
        let graph = self.graph;
        let own = graph.free(to);
        let others: Vec<Axis> = context.iter().copied().filter(|axis| !own.contains(axis)).collect();
        if !others.is_empty() {
            let axes = fresh_axes(&graph.shape(to), &[context, &graph.free(contribution)].concat());
            let indices = graph.indices(&axes);
            let element = graph.get(contribution, &indices);
            return self.contribute_element(to, &[context, &axes].concat(), indices, element);
        }
        let contribution = self.under(&self.conditions, contribution);
        let known = self.arrays.get(&to).and_then(|contributions| contributions.whole);
        let sum = known.map_or(contribution, |known| self.add(known, contribution));
        self.arrays.entry(to).or_default().whole = Some(sum);
    }

    /// A sum, where contributions under one condition stay under it.
    fn add(&self, left: Id, right: Id) -> Id {
        let graph = self.graph;
        if let (Node::Select(condition, a, b), Node::Select(other, c, d)) =
            (graph.node(left), graph.node(right))
            && condition == other
        {
            return graph.select(condition, self.add(a, c), self.add(b, d));
        }
        match (self.is_zero(left), self.is_zero(right)) {
            (true, _) => right,
            (_, true) => left,
            _ if graph.shape(left).is_empty() => (graph.expr(left) + graph.expr(right)).id,
            _ => {
                let axes = fresh_axes(&graph.shape(left), &[graph.free(left), graph.free(right)].concat());
                let element = |array: Id| graph.expr(graph.get(array, &graph.indices(&axes)));
                graph.build(&axes, (element(left) + element(right)).id)
            }
        }
    }

    pub(super) fn is_zero(&self, id: Id) -> bool {
        self.graph.with(id, |data| match &data.node {
            Node::Float(bits) => *bits == 0.0_f64.to_bits(),
            Node::Scatter(None, entries) => entries.is_empty(),
            _ => false,
        })
    }

    /// `array[indices] += adjoint`, for every value of the indices on which the array does not depend.
    pub(super) fn contribute_element(&mut self, array: Id, context: &[Axis], indices: Vec<Id>, adjoint: Id) {
        if !self.is_active(array) {
            return;
        }
        let own = self.graph.free(array);
        let axes = context.iter().copied().filter(|axis| !own.contains(axis)).collect();
        let body = self.under(&self.conditions, adjoint);
        self.arrays.entry(array).or_default().entries.push(Entry { axes, indices, body });
    }

    /// The derivative of a call by an operand, times the call's adjoint.
    pub(super) fn contribute_product(
        &mut self,
        operand: Id,
        gradient: Id,
        context: &[Axis],
        incoming: Expr<'g>,
    ) {
        let graph = self.graph;
        let shape = graph.shape(operand);
        if shape.is_empty() {
            self.contribute(operand, context, (incoming * graph.expr(gradient)).id);
            return;
        }
        let axes = fresh_axes(&shape, context);
        let indices = graph.indices(&axes);
        let element = incoming * graph.expr(graph.get(gradient, &indices));
        self.contribute_element(operand, &[context, &axes].concat(), indices, element.id);
    }
}
