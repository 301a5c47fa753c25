//! Which loops are run in order, and which values belong to their turns.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::graph::{Axis, Graph, Id, Node, Turns};

pub(crate) struct Loops<'g> {
    graph: &'g Graph,
    turns: BTreeMap<usize, Id>,
    /// The variables of each loop that are needed, by their places.
    variables: BTreeMap<usize, BTreeMap<usize, Id>>,
    /// The loops that must have ended before a value is known.
    after: HashMap<Id, Numbers>,
    /// The loops in which a value is.
    within: HashMap<Id, Vec<usize>>,
}

/// A set of loops, by their numbers: a bit for each, since there is a set for each node.
#[derive(Clone, Default, PartialEq, Eq)]
struct Numbers(Vec<u64>);

impl Numbers {
    fn insert(&mut self, number: usize) {
        let word = number / 64;
        self.0.resize(self.0.len().max(word + 1), 0);
        self.0[word] |= 1 << (number % 64);
    }

    fn extend(&mut self, other: &Numbers) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    fn contains(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }
}

impl<'g> Loops<'g> {
    pub(super) fn of(graph: &'g Graph, reachable: &[Id]) -> Self {
        let mut loops = Loops {
            graph,
            turns: BTreeMap::new(),
            variables: BTreeMap::new(),
            after: HashMap::new(),
            within: HashMap::new(),
        };
        for &id in reachable {
            if let Node::Loop(number, _) = graph.node(id) {
                loops.turns.insert(number, id);
            }
        }
        for &id in reachable {
            match graph.node(id) {
                Node::State(number, place) => loops.note(number, place),
                Node::Final(_, place) => {
                    if let Some(number) = graph.loop_of(id) {
                        loops.note(number, place);
                    }
                }
                _ => {}
            }
        }
        if loops.turns.is_empty() {
            return loops;
        }
        for &id in reachable {
            let within = loops.find_within(id);
            loops.within.insert(id, within);
        }
        // What a loop begins with may come after its variables.
        loop {
            let mut changed = false;
            for &id in reachable {
                let after = loops.after_of(id);
                changed |= loops.after.get(&id) != Some(&after);
                loops.after.insert(id, after);
            }
            if !changed {
                return loops;
            }
        }
    }

    fn note(&mut self, number: usize, place: usize) {
        let Some(Node::Loop(_, Turns { nexts, .. })) = self.turns.get(&number).map(|&id| self.graph.node(id))
        else {
            return;
        };
        let next = nexts[place];
        let state = self.graph.state(number, place, self.graph.ty(next), self.graph.shape(next));
        self.variables.entry(number).or_default().insert(place, state);
    }

    fn after_of(&self, id: Id) -> Numbers {
        let graph = self.graph;
        let mut after = Numbers::default();
        let axes = match graph.node(id) {
            Node::State(number, _) => {
                let Some(Node::Loop(_, Turns { starts, .. })) =
                    self.turns.get(&number).map(|&id| graph.node(id))
                else {
                    self.extend_after(&mut after, &graph.operands(id));
                    return after;
                };
                self.extend_after(&mut after, &starts);
                // A loop that runs another one backwards is run after it and those around it.
                let before = graph.sequence(number).reverses.map(|of| self.chain(of)).unwrap_or_default();
                before.into_iter().for_each(|number| after.insert(number));
                return after;
            }
            Node::Final(..) | Node::Ran(_) => {
                graph.loop_of(id).into_iter().for_each(|number| after.insert(number));
                Vec::new()
            }
            Node::Loop(..) => Vec::new(),
            _ => graph.axes_bound(id),
        };
        let operands = graph.operands(id);
        self.extend_after(&mut after, &operands);
        if !axes.is_empty() {
            let inside: BTreeSet<usize> = operands
                .into_iter()
                .flat_map(|operand| graph.with(operand, |data| data.within.clone()))
                .collect();
            let ends = |number: &usize| self.turns.contains_key(number) && axes.contains(&self.axis(*number));
            inside.into_iter().filter(ends).for_each(|number| after.insert(number));
        }
        let extents = match graph.node(id) {
            Node::Size(extent) => vec![extent],
            Node::Index(axis) if self.open_ended(axis).is_none() => vec![axis.extent],
            _ => axes.iter().map(|axis| axis.extent).collect(),
        };
        for extent in extents {
            self.extend_after(&mut after, graph.length(extent).as_slice());
        }
        after
    }

    fn extend_after(&self, after: &mut Numbers, by: &[Id]) {
        for known in by.iter().filter_map(|id| self.after.get(id)) {
            after.extend(known);
        }
    }

    /// The open-ended loop whose own index it is.
    fn open_ended(&self, axis: Axis) -> Option<usize> {
        self.numbers().find(|&number| self.axis(number) == axis && self.graph.sequence(number).open_ended)
    }

    pub(super) fn variables(&self, number: usize) -> Vec<(usize, Id)> {
        self.variables.get(&number).into_iter().flatten().map(|(place, state)| (*place, *state)).collect()
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> + '_ {
        self.turns.keys().copied()
    }

    pub(super) fn turns(&self, number: usize) -> Id {
        self.turns[&number]
    }

    pub(super) fn axis(&self, number: usize) -> Axis {
        self.graph.sequence(number).axis
    }

    /// The loop around it that is run in order too.
    pub(super) fn outer(&self, number: usize) -> Option<usize> {
        let mut outer = self.graph.sequence(number).parent;
        while let Some(number) = outer.filter(|number| !self.turns.contains_key(number)) {
            outer = self.graph.sequence(number).parent;
        }
        outer
    }

    /// The loop and those around it, the outermost first.
    pub(super) fn chain(&self, number: usize) -> Vec<usize> {
        let mut chain = vec![number];
        while let Some(outer) = self.outer(chain[0]) {
            chain.insert(0, outer);
        }
        chain
    }

    /// The indices around the loop's turns, and their own.
    pub(super) fn axes(&self, number: usize) -> Vec<Axis> {
        let chain = self.chain(number).into_iter();
        chain
            .flat_map(|number| [self.graph.free(self.turns[&number]), vec![self.axis(number)]].concat())
            .collect()
    }

    /// The innermost loop to whose turns the values belong.
    pub(super) fn home(&self, ids: &[Id]) -> Option<usize> {
        self.home_once(ids, ids)
    }

    /// The same for something that is done once `needed` are known.
    pub(super) fn home_once(&self, ids: &[Id], needed: &[Id]) -> Option<usize> {
        let mut after = Numbers::default();
        self.extend_after(&mut after, needed);
        let fits = |number: &usize| {
            self.turns.contains_key(number)
                && self.chain(*number).iter().all(|&number| !after.contains(number))
        };
        ids.iter().flat_map(|&id| self.within(id)).filter(fits).max()
    }

    /// The loop in whose turns a node is computed, whatever the conditions are under which that is done.
    pub(super) fn natural_home(&self, id: Id) -> Option<usize> {
        if self.turns.is_empty() {
            return None;
        }
        let own = self.home(&[id]);
        match self.graph.axes_bound(id).is_empty() {
            true => own,
            false => own.max(self.home(&self.graph.operands(id))),
        }
    }

    /// Whether a value is known only after a loop, or one around it.
    pub(super) fn is_after(&self, id: Id, number: usize) -> bool {
        let chain = self.chain(number);
        match self.after.get(&id) {
            Some(after) => chain.iter().any(|&number| after.contains(number)),
            // A condition that was made of others.
            None => self.graph.operands(id).into_iter().any(|operand| self.is_after(operand, number)),
        }
    }

    fn within(&self, id: Id) -> Vec<usize> {
        self.within.get(&id).cloned().unwrap_or_else(|| self.graph.with(id, |data| data.within.clone()))
    }

    /// The loops in which a value is, from those of its operands: what has changed in place is where it has
    /// changed.
    fn find_within(&self, id: Id) -> Vec<usize> {
        let graph = self.graph;
        let mut within = graph.with(id, |data| data.within.clone());
        match graph.node(id) {
            Node::Final(..) | Node::Ran(_) => {
                within.extend(graph.loop_of(id).and_then(|number| self.outer(number)));
            }
            Node::Get(array, _) if super::sharing::is_read_in_place(graph, id) => {
                within.extend(self.within(array));
            }
            Node::Set(base, _) | Node::Scatter(Some(base), _) => within.extend(self.within(base)),
            Node::Select(_, then, otherwise) if !graph.shape(id).is_empty() => {
                within.extend(self.within(then));
                within.extend(self.within(otherwise));
            }
            Node::Build(axes, body) => {
                let own = graph.with(body, |data| data.within.clone());
                within.extend(own.into_iter().filter(|&number| {
                    self.turns.contains_key(&number) && !axes.contains(&self.axis(number))
                }));
            }
            _ => {}
        }
        within.sort_unstable();
        within.dedup();
        within
    }
}
