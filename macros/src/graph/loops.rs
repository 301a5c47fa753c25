//! Loops whose turns must be taken in order, and lengths that are computed.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Axis, Depends, Graph, Id, Length, Node, Sequence, Turns, Type};
use crate::shape::Extent;

impl Graph {
    /// Begins a loop, and gives it a number. Loops are numbered in an order in which they can be run.
    pub(crate) fn open_loop(
        &self,
        axis: Axis,
        around: &[Axis],
        parent: Option<usize>,
        conditions: &[(Id, bool)],
    ) -> usize {
        let mut inner = self.inner.borrow_mut();
        let first = Id(inner.nodes.len() as u32);
        inner.sequences.push(Sequence {
            axis,
            around: around.to_vec(),
            parent,
            descending: false,
            reverses: None,
            open_ended: false,
            conditions: conditions.to_vec(),
            turns: None,
            first,
        });
        inner.sequences.len() - 1
    }

    /// Notes that all nodes from here on may belong to a turn: what the loop begins with has been made.
    pub(crate) fn begin_turns(&self, number: usize) {
        let inner = &mut *self.inner.borrow_mut();
        inner.sequences[number].first = Id(inner.nodes.len() as u32);
    }

    /// A loop with the turns of another one in the opposite order. It is run after that one, so that their
    /// number is known.
    pub(crate) fn open_reversed(&self, of: usize, parent: Option<usize>) -> usize {
        let Sequence { axis, around, descending, conditions, .. } = self.sequence(of);
        let number = self.open_loop(axis, &around, parent, &conditions);
        let sequence = &mut self.inner.borrow_mut().sequences[number];
        sequence.descending = !descending;
        sequence.reverses = Some(of);
        number
    }

    pub(crate) fn sequence(&self, number: usize) -> Sequence {
        self.inner.borrow().sequences[number].clone()
    }

    /// Whether a node was made before the loop was begun.
    pub(crate) fn is_before(&self, id: Id, number: usize) -> bool {
        id < self.inner.borrow().sequences[number].first
    }

    pub(crate) fn state(&self, number: usize, place: usize, ty: Type, shape: Vec<Extent>) -> Id {
        let Sequence { axis, around, .. } = self.sequence(number);
        // Where it is in the turns of its own loop, it is in those of the loops around that one.
        let within = self.with_parents(number);
        let own = Depends { within, ..Depends::on(&[around.as_slice(), &[axis]].concat()) };
        let depends = own.and(&self.depends_of_axis(axis)).and(&self.depends_of_shape(&shape));
        self.intern(Node::State(number, place), ty, shape, depends.pinned(), 0)
    }

    pub(crate) fn turns(&self, number: usize, turns: Turns) -> Id {
        let Sequence { axis, around, .. } = self.sequence(number);
        let Turns { starts, nexts, go_on } = &turns;
        let inside: Vec<Id> = nexts.iter().chain(go_on).copied().collect();
        let outside = self.depends_of(starts).and(&Depends::on(&around));
        let depends = self.bound(&[axis], self.depends_of(&inside)).and(&outside);
        let open_ended = turns.go_on.is_some();
        let id = self.intern(Node::Loop(number, turns), Type::Bool, Vec::new(), depends, super::LIMIT);
        let sequence = &mut self.inner.borrow_mut().sequences[number];
        sequence.open_ended = open_ended;
        sequence.turns = Some(id);
        id
    }

    /// The variable at a place after the loop, which has the type of the turns' last value.
    pub(crate) fn after(&self, turns: Id, place: usize) -> Id {
        let Node::Loop(_, Turns { nexts, .. }) = self.node(turns) else { return turns };
        self.after_as(turns, place, self.ty(nexts[place]))
    }

    /// The same with another type, in place of one that is not known yet.
    pub(crate) fn after_as(&self, turns: Id, place: usize, ty: Type) -> Id {
        let Node::Loop(_, Turns { nexts, .. }) = self.node(turns) else { return turns };
        let shape = self.shape(nexts[place]);
        let depends = self.depends_of(&[turns]);
        let depends = if shape.is_empty() { depends } else { depends.pinned() };
        self.intern(Node::Final(turns, place), ty, shape, depends, super::LIMIT)
    }

    pub(crate) fn ran(&self, turns: Id) -> Id {
        let depends = self.depends_of(&[turns]);
        self.intern(Node::Ran(turns), Type::Int("usize"), Vec::new(), depends, super::LIMIT)
    }

    /// Notes that a length is computed, and how.
    pub(crate) fn set_length(&self, extent: Extent, length: Id) {
        let Depends { free, within, .. } = self.depends_of(&[length]);
        let mut inner = self.inner.borrow_mut();
        match inner.lengths.get_mut(&extent) {
            Some(known) => known.id = Some(length),
            None => {
                inner.lengths.insert(extent, Length { id: Some(length), free, within, open_ended: false });
            }
        }
    }

    /// Notes what the length depends on of a loop that is not complete yet.
    pub(crate) fn set_length_around(&self, extent: Extent, free: &[Axis]) {
        let length = Length { id: None, free: free.to_vec(), within: Vec::new(), open_ended: true };
        self.inner.borrow_mut().lengths.insert(extent, length);
    }

    /// Notes in which loop alone an index over the length is known.
    pub(crate) fn set_length_within(&self, extent: Extent, number: usize) {
        let within = self.with_parents(number);
        if let Some(length) = self.inner.borrow_mut().lengths.get_mut(&extent) {
            length.within = within;
        }
    }

    /// A loop and those around it.
    fn with_parents(&self, number: usize) -> Vec<usize> {
        let mut all = vec![number];
        while let Some(outer) = self.sequence(all[all.len() - 1]).parent {
            all.push(outer);
        }
        all
    }

    /// Whether only running a loop tells the length.
    pub(super) fn is_open_ended(&self, extent: Extent) -> bool {
        self.inner.borrow().lengths.get(&extent).is_some_and(|length| length.open_ended)
    }

    /// The length, if it is one that is computed.
    pub(crate) fn length(&self, extent: Extent) -> Option<Id> {
        self.inner.borrow().lengths.get(&extent)?.id
    }

    /// All lengths that are computed.
    pub(crate) fn lengths(&self) -> Vec<(Extent, Id)> {
        let inner = self.inner.borrow();
        inner.lengths.iter().filter_map(|(extent, length)| Some((*extent, length.id?))).collect()
    }

    /// Whether any length is computed or any loop is run in order.
    pub(super) fn has_loops(&self) -> bool {
        let inner = self.inner.borrow();
        !inner.lengths.is_empty() || !inner.sequences.is_empty()
    }

    /// The turns of the loop with this number, if they must be taken in order.
    pub(crate) fn turns_of(&self, number: usize) -> Option<Id> {
        self.inner.borrow().sequences[number].turns
    }

    /// What a turn of the loop with this number does, if its turns must be taken in order.
    pub(crate) fn turn(&self, number: usize) -> Option<Turns> {
        match self.node(self.turns_of(number)?) {
            Node::Loop(_, turns) => Some(turns),
            _ => None,
        }
    }

    /// The loop of which the value is a variable, or the number of turns.
    pub(crate) fn loop_of(&self, id: Id) -> Option<usize> {
        match self.node(id) {
            Node::State(number, _) => Some(number),
            Node::Final(turns, _) | Node::Ran(turns) => match self.node(turns) {
                Node::Loop(number, _) => Some(number),
                _ => None,
            },
            _ => None,
        }
    }

    /// The variables of a loop, as a turn finds them, on which the values depend.
    pub(crate) fn states_in(&self, ids: &[Id], number: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut seen = HashSet::new();
        let mut rest = ids.to_vec();
        while let Some(id) = rest.pop() {
            if !self.with(id, |data| data.within.contains(&number)) || !seen.insert(id) {
                continue;
            }
            match self.node(id) {
                Node::State(own, place) if own == number => {
                    found.insert(place);
                }
                _ => rest.extend(self.operands(id).into_iter().chain(self.implied(id))),
            }
        }
        found
    }

    /// Puts others in the place of the nodes that lengths and loops refer to.
    pub(crate) fn refer_to(&self, rewritten: &HashMap<Id, Id>) {
        let inner = &mut *self.inner.borrow_mut();
        let lengths = inner.lengths.values_mut().filter_map(|length| length.id.as_mut());
        let turns = inner.sequences.iter_mut().filter_map(|sequence| sequence.turns.as_mut());
        for id in lengths.chain(turns) {
            if let Some(new) = rewritten.get(id) {
                *id = *new;
            }
        }
    }

    /// What the number of turns of a loop over the axis depends on.
    pub(super) fn depends_of_axis(&self, axis: Axis) -> Depends {
        let inner = self.inner.borrow();
        let Some(Length { free, within, .. }) = inner.lengths.get(&axis.extent) else {
            return Depends::default();
        };
        // Over the turns of an open-ended loop others can run only after it.
        let is_own = |number: &usize| {
            let own = inner.sequences[*number].axis;
            own.extent != axis.extent || own == axis
        };
        let within = within.iter().copied().filter(is_own).collect();
        Depends { within, ..Depends::on(free) }.pinned()
    }

    pub(super) fn depends_of_shape(&self, shape: &[Extent]) -> Depends {
        let axes = shape.iter().map(|&extent| self.depends_of_axis(Axis { extent, number: 0 }));
        axes.fold(Depends::default(), |all, one| all.and(&one))
    }

    /// A length that is no shorter whatever the turns of the loops around are, if there is one; else the
    /// length itself.
    pub(crate) fn longest(&self, extent: Extent) -> Extent {
        let longest = self.length(extent).filter(|_| self.is_ragged(extent));
        longest.and_then(|length| self.extent_above(length)).unwrap_or(extent)
    }

    /// An extent that no value of the count is above.
    fn extent_above(&self, count: Id) -> Option<Extent> {
        let one = |id: Id| matches!(self.node(id), Node::Int(1));
        match self.node(count) {
            Node::Index(axis) => Some(self.longest(axis.extent)),
            Node::Size(extent) => Some(self.longest(extent)),
            Node::Op(op, operands) => match (op.name, self.node(operands[0])) {
                // The last index is one less than the length.
                ("add", Node::Index(axis)) if one(operands[1]) => Some(self.longest(axis.extent)),
                ("sub" | "saturating_sub", _) => self.extent_above(operands[0]),
                ("min", _) => operands.iter().find_map(|&operand| self.extent_above(operand)),
                _ => None,
            },
            Node::Select(_, then, otherwise) if self.node(otherwise) == Node::Int(0) => {
                self.extent_above(then)
            }
            _ => None,
        }
    }

    /// Whether the length depends on a loop around it.
    pub(crate) fn is_ragged(&self, extent: Extent) -> bool {
        !self.depends_of_axis(Axis { extent, number: 0 }).free.is_empty()
    }

    /// Whether the length is known only when the code before it has run, rather than from the parameters.
    pub(crate) fn is_late(&self, extent: Extent) -> bool {
        let mut rest: Vec<Id> = match self.length(extent) {
            Some(length) if !self.is_ragged(extent) => vec![length],
            Some(_) => return true,
            None => return self.inner.borrow().lengths.contains_key(&extent),
        };
        while let Some(id) = rest.pop() {
            match self.node(id) {
                Node::Int(_) | Node::Leaf(_) => {}
                Node::Size(extent) if self.is_late(extent) => return true,
                Node::Size(_) => {}
                Node::Op(op, operands) if op.cheap => rest.extend(operands),
                Node::Cast(_) | Node::Select(..) => rest.extend(self.operands(id)),
                _ => return true,
            }
        }
        false
    }

    /// What is left of it where the axes are bound.
    pub(super) fn bound(&self, axes: &[Axis], inside: Depends) -> Depends {
        let lengths = axes.iter().map(|&axis| self.depends_of_axis(axis));
        let mut all = lengths.fold(inside, |all, one| all.and(&one));
        all.free.retain(|axis| !axes.contains(axis));
        all.pins.retain(|axis| !axes.contains(axis));
        let inner = self.inner.borrow();
        all.within.retain(|&number| !axes.contains(&inner.sequences[number].axis));
        all
    }

    /// Whether the axes cannot have other names in the body: it reads the variables of a loop over one of
    /// them, or has an index whose length depends on one.
    pub(super) fn is_pinned(&self, axes: &[Axis], body: Id) -> bool {
        let on_another = |axis: &Axis| self.depends_of_axis(*axis).free.iter().any(|on| axes.contains(on));
        axes.iter().any(on_another)
            || self.with(body, |data| axes.iter().any(|axis| data.pins.contains(axis)))
    }
}
