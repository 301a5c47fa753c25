//! Which arrays are versions of one that changes in place.
//!
//! What makes a new version takes over the array before it where all who read that have done so by then,
//! and copies it where some must read it later.

use std::collections::{HashMap, HashSet};

use super::guards::Guard;
use super::needs::waits_for;
use super::sharing::is_late;
use super::units::{Unit, Units};
use crate::graph::{Id, Node, Turns};

/// The first version of each array, which stands for all of them.
#[derive(Default)]
pub(crate) struct Cells {
    first: HashMap<Id, Id>,
}

impl Cells {
    pub(super) fn of(units: &mut Units, reachable: &[Id], roots: &[Id]) -> Self {
        let mut search =
            Search { units, roots, cells: Cells::default(), taken: HashMap::new(), done: HashSet::new() };
        for &id in reachable {
            search.decide(id);
        }
        search.cells
    }

    /// The array in whose place the version stands.
    pub(crate) fn first(&self, id: Id) -> Id {
        self.first.get(&id).copied().unwrap_or(id)
    }

    /// Whether the array is one of several versions.
    pub(crate) fn is_version(&self, id: Id) -> bool {
        self.first.contains_key(&id)
    }

    pub(crate) fn versions(&self) -> impl Iterator<Item = (Id, Id)> + '_ {
        self.first.iter().map(|(version, first)| (*version, *first))
    }
}

struct Search<'a, 'g> {
    units: &'a mut Units<'g>,
    roots: &'a [Id],
    cells: Cells,
    /// Who has taken over an array, and under which conditions.
    taken: HashMap<Id, Vec<Vec<Guard>>>,
    done: HashSet<Id>,
}

impl Search<'_, '_> {
    fn decide(&mut self, id: Id) {
        let graph = self.units.graph;
        if graph.shape(id).is_empty() || !self.done.insert(id) {
            return;
        }
        match graph.node(id) {
            Node::Set(base, _) | Node::Scatter(Some(base), _) => self.change(id, base),
            Node::State(number, place) => {
                let Some(Turns { starts, .. }) = graph.turn(number) else { return };
                self.change(id, starts[place]);
            }
            Node::Final(_, place) => {
                let Some(number) = graph.loop_of(id) else { return };
                let state = self.units.loops.variables(number).into_iter().find(|(own, _)| *own == place);
                if let Some((_, state)) = state {
                    self.decide(state);
                    let first = self.cells.first(state);
                    self.cells.first.insert(id, first);
                }
            }
            Node::Select(condition, then, otherwise) => {
                self.decide(then);
                self.decide(otherwise);
                let first = self.cells.first(then);
                let same = first == self.cells.first(otherwise) && self.cells.is_version(first);
                let sides = [(then, Some((condition, true))), (otherwise, Some((condition, false)))];
                if same && sides.into_iter().all(|(side, guard)| self.can_take(id, side, guard)) {
                    for (side, guard) in sides {
                        self.take(id, side, guard);
                    }
                } else {
                    self.cells.first.insert(id, id);
                }
            }
            _ => {}
        }
    }

    fn change(&mut self, id: Id, base: Id) {
        self.decide(base);
        if self.can_take(id, base, None) {
            self.take(id, base, None);
        } else {
            self.cells.first.insert(id, id);
        }
    }

    fn begin(&self, id: Id) -> Option<usize> {
        self.units.place(Unit::Begin(id))
    }

    /// The units that read the array, but for the one that takes it over.
    fn readers(&self, of: usize, taker: usize) -> Vec<usize> {
        let own = self.units.unit(of).id();
        let reads = |place: &usize| {
            let id = self.units.unit(*place).id();
            *place != taker && id.is_some() && id != own
        };
        self.units.users(of).iter().copied().filter(reads).collect()
    }

    /// Whether the version may stand in the place of another one, which it reads under a condition.
    fn can_take(&self, id: Id, base: Id, condition: Option<Guard>) -> bool {
        let graph = self.units.graph;
        let (Some(taker), Some(of)) = (self.begin(id), self.units.done_by(base)) else { return false };
        let is_own =
            matches!(graph.node(base), Node::Build(..) | Node::Scatter(..)) || self.cells.is_version(base);
        if !is_own || self.roots.contains(&base) || is_late(graph, base) != is_late(graph, id) {
            return false;
        }
        let guards = &[self.units.guards(taker), condition.as_slice()].concat();
        let again = self.taken.get(&base).into_iter().flatten().any(|other| !exclude(other, guards));
        let same_turns = self.units.axes(taker) == self.units.axes(of)
            && self.units.home_of(taker) == self.units.home_of(of);
        let same_turns = same_turns || self.is_state_of_its_loop(base, taker);
        !again
            && same_turns
            && self.readers(of, taker).into_iter().all(|reader| {
                exclude(self.units.guards(reader), guards)
                    || self.is_other_side(reader, base, guards)
                    || !waits_for(self.units, reader, taker)
            })
    }

    /// A variable as a turn finds it is there before the turn's own loop begins.
    fn is_state_of_its_loop(&self, base: Id, taker: usize) -> bool {
        match self.units.graph.node(base) {
            Node::State(number, _) => {
                self.units.home_of(taker) == Some(number) && {
                    let mut axes = self.units.loops.axes(number);
                    axes.sort_unstable();
                    axes.dedup();
                    axes == self.units.axes(taker)
                }
            }
            _ => false,
        }
    }

    /// Whether the reader is a choice that reads the array only where the conditions do not hold.
    fn is_other_side(&self, reader: usize, base: Id, guards: &[Guard]) -> bool {
        let Unit::Begin(id) = self.units.unit(reader) else { return false };
        match self.units.graph.node(id) {
            Node::Select(condition, then, otherwise) => {
                (then != base && otherwise == base && guards.contains(&(condition, true)))
                    || (then == base && otherwise != base && guards.contains(&(condition, false)))
            }
            _ => false,
        }
    }

    fn take(&mut self, id: Id, base: Id, condition: Option<Guard>) {
        let (Some(taker), Some(of)) = (self.begin(id), self.units.done_by(base)) else { return };
        let guards = [self.units.guards(taker), condition.as_slice()].concat();
        for reader in self.readers(of, taker) {
            if !exclude(self.units.guards(reader), &guards) && !self.is_other_side(reader, base, &guards) {
                self.units.add_wait(taker, reader);
            }
        }
        self.taken.entry(base).or_default().push(guards);
        let first = self.cells.first(base);
        self.cells.first.insert(first, first);
        self.cells.first.insert(id, first);
    }
}

/// Whether the conditions cannot hold together.
fn exclude(some: &[Guard], others: &[Guard]) -> bool {
    some.iter().any(|(condition, holds)| others.contains(&(*condition, !holds)))
}
