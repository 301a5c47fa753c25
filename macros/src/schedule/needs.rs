//! What each unit needs to be done before it, and the units that belong to each loop.

use std::collections::HashSet;

use super::units::{Unit, Units, Work};
use crate::graph::{Id, Node};

impl Units<'_> {
    /// Finds what each unit needs once all are known, since a condition may come after what it guards.
    pub(super) fn find_needs(&mut self) {
        for place in 0..self.work.len() {
            let mut needs = std::mem::take(&mut self.work[place].needs);
            let Work { unit, operands, home, axes, .. } = &self.work[place];
            for &operand in operands {
                self.collect_needs(operand, &mut needs);
            }
            if let Unit::Value(id) | Unit::Update(id, _) = unit
                && let Some(begun) = self.places.get(&Unit::Begin(*id))
            {
                needs.push(*begun);
            }
            if let Unit::Begin(id) = unit {
                for length in self.graph.shape(*id).into_iter().filter_map(|extent| self.graph.length(extent))
                {
                    self.collect_needs(length, &mut needs);
                }
            }
            for axis in axes {
                let runs = |number: usize| {
                    self.graph.sequence(number).open_ended && self.loops.axis(number) == *axis
                };
                let is_inside = home.is_some_and(|home| self.loops.chain(home).into_iter().any(runs));
                if let Some(length) = self.graph.length(axis.extent).filter(|_| !is_inside) {
                    self.collect_needs(length, &mut needs);
                }
            }
            needs.sort_unstable();
            needs.dedup();
            needs.retain(|&need| need != place);
            self.work[place].needs = needs;
        }
        self.users = vec![Vec::new(); self.work.len()];
        for (place, work) in self.work.iter().enumerate() {
            for &need in &work.needs {
                self.users[need].push(place);
            }
        }
    }

    /// The units that must be done before an operand can be used, through those computed again.
    pub(super) fn collect_needs(&self, operand: Id, needs: &mut Vec<usize>) {
        match self.done_by(operand) {
            Some(place) => needs.push(place),
            None => {
                for operand in self.graph.operands(operand) {
                    self.collect_needs(operand, needs);
                }
                if let Node::Size(extent) = self.graph.node(operand)
                    && let Some(length) = self.graph.length(extent)
                {
                    self.collect_needs(length, needs);
                }
            }
        }
    }

    pub(crate) fn needs(&self, place: usize) -> &[usize] {
        &self.work[place].needs
    }

    /// The units that need a unit.
    pub(super) fn users(&self, place: usize) -> &[usize] {
        &self.users[place]
    }

    /// Whether a unit uses what another one does, rather than coming after it alone.
    pub(super) fn uses(&self, place: usize, need: usize) -> bool {
        !self.work[place].waits.contains(&need)
    }

    /// Has a unit wait for another one.
    pub(super) fn add_wait(&mut self, place: usize, need: usize) {
        if !self.work[place].needs.contains(&need) {
            self.work[place].needs.push(need);
            self.work[place].waits.push(need);
            self.users[need].push(place);
        }
    }

    /// The units of a loop, with those that give its variables their first values and take their last.
    pub(super) fn around_loop(&self, number: usize) -> &[usize] {
        self.members.get(&number).map_or(&[], |members| &members.around)
    }

    /// The loops whose units, or what gives them their first values or takes their last, it is one of.
    pub(super) fn loops_around(&self, place: usize) -> &[usize] {
        &self.loops_around[place]
    }

    /// The units that belong to the turns of a loop.
    pub(super) fn of_loop(&self, number: usize) -> &[usize] {
        self.members.get(&number).map_or(&[], |members| &members.inside)
    }

    pub(super) fn find_members(&mut self) {
        for (place, work) in self.work.iter().enumerate() {
            let inside = work.home.map(|home| self.loops.chain(home)).unwrap_or_default();
            let own = work.unit.id().and_then(|id| self.graph.loop_of(id));
            let own = own.filter(|number| !inside.contains(number));
            for &number in &inside {
                self.members.entry(number).or_default().inside.push(place);
            }
            let around: Vec<usize> = inside.into_iter().chain(own).collect();
            for &number in &around {
                self.members.entry(number).or_default().around.push(place);
            }
            self.loops_around.push(around);
        }
    }
}

/// The units that have to do with a loop run in order.
#[derive(Default)]
pub(super) struct Members {
    /// Those of its turns.
    pub(super) inside: Vec<usize>,
    /// These, and those that give its variables their first values and take their last.
    pub(super) around: Vec<usize>,
}

/// Everything that a unit waits for, where a loop run in order is waited for as a whole.
pub(super) fn waits_for(units: &Units, from: usize, target: usize) -> bool {
    let mut seen: HashSet<usize> = HashSet::new();
    let mut whole: HashSet<usize> = HashSet::new();
    let around: Vec<usize> = units.home_of(target).map(|home| units.loops.chain(home)).unwrap_or_default();
    let mut rest = vec![from];
    while let Some(place) = rest.pop() {
        if place == target {
            return true;
        }
        if !seen.insert(place) {
            continue;
        }
        rest.extend(units.needs(place));
        let chain = units.home_of(place).map(|home| units.loops.chain(home)).unwrap_or_default();
        if let Some(&outermost) = chain.iter().find(|number| !around.contains(number))
            && whole.insert(outermost)
        {
            rest.extend(units.of_loop(outermost));
        }
    }
    false
}
