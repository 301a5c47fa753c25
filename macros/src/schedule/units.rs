//! The units of work, and what each of them needs.

use std::collections::{HashMap, HashSet};

use super::guards::{Guard, guards, peel, risky};
use crate::graph::{Axis, CHEAP, Graph, Id, Node};

/// A piece of work that is done once for each value of its axes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Unit {
    /// Compute a scalar.
    Value(Id),
    /// Bring the body of a fold, of a built array or of an entry of a scatter to its place.
    Update(Id, usize),
    /// The fold or the array is complete.
    Finish(Id),
}

impl Unit {
    pub(crate) fn id(self) -> Id {
        match self {
            Unit::Value(id) | Unit::Update(id, _) | Unit::Finish(id) => id,
        }
    }
}

/// All units, operands before users.
pub(crate) struct Units<'g> {
    graph: &'g Graph,
    units: Vec<Unit>,
    axes: Vec<Vec<Axis>>,
    needs: Vec<Vec<usize>>,
    places: HashMap<Unit, usize>,
    guards: HashMap<Id, Vec<Guard>>,
    guards_of_units: Vec<Vec<Guard>>,
    operands: Vec<Vec<Id>>,
    risky: HashSet<Id>,
}

impl<'g> Units<'g> {
    pub(crate) fn of(graph: &'g Graph, roots: &[Id]) -> Self {
        let reachable = graph.reachable(roots);
        let shared = shared_axes(graph, &reachable, roots);
        let mut units = Units {
            graph,
            units: Vec::new(),
            axes: Vec::new(),
            needs: Vec::new(),
            places: HashMap::new(),
            guards: guards(graph, &reachable, roots),
            guards_of_units: Vec::new(),
            operands: Vec::new(),
            risky: risky(graph, &reachable),
        };
        let mut again: HashMap<Id, u32> = HashMap::new();
        for &id in &reachable {
            let free = graph.free(id);
            let with = |axes: &[Axis]| [free.as_slice(), axes].concat();
            match graph.node(id) {
                Node::Float(_) | Node::Int(_) | Node::Leaf(_) | Node::Size(_) | Node::Index(_) => {}
                Node::Op(..) | Node::Cast(_) | Node::Get(..) | Node::Select(..) => {
                    let cost = cost_again(graph, id, &again);
                    if cost <= CHEAP && !roots.contains(&id) {
                        again.insert(id, cost);
                    } else {
                        units.push(Unit::Value(id), free, &graph.operands(id));
                    }
                }
                Node::Call(..) => units.push(Unit::Value(id), free, &graph.operands(id)),
                // An array comes with the call it belongs to.
                Node::CallGradient(..) if graph.shape(id).is_empty() => {
                    units.push(Unit::Value(id), free, &graph.operands(id));
                }
                Node::CallGradient(..) => {
                    again.insert(id, 0);
                }
                Node::Fold(_, axes, body) => {
                    units.push(Unit::Update(id, 0), with(&axes), &[body]);
                    units.finish(id, free, 1);
                }
                Node::Build(axes, body) => {
                    units.push(Unit::Update(id, 0), with(&axes), &[body]);
                    units.finish(id, with(&shared[&id]), 1);
                }
                Node::Scatter(entries) => {
                    for (place, entry) in entries.iter().enumerate() {
                        let operands = [entry.indices.as_slice(), &[peel(graph, entry.body).1]].concat();
                        units.push(Unit::Update(id, place), with(&entry.axes), &operands);
                    }
                    units.finish(id, free, entries.len());
                }
            }
        }
        units.find_needs();
        units
    }

    fn push(&mut self, unit: Unit, axes: Vec<Axis>, operands: &[Id]) {
        let guards = self.guards_of(unit);
        let conditions = guards.iter().map(|(condition, _)| *condition);
        let operands = operands.iter().copied().chain(conditions).collect();
        self.insert(unit, axes, guards, operands);
    }

    fn finish(&mut self, id: Id, axes: Vec<Axis>, updates: usize) {
        let unit = Unit::Finish(id);
        self.insert(unit, axes, self.guards_of(unit), Vec::new());
        let place = self.places[&unit];
        self.needs[place] = (0..updates).map(|update| self.places[&Unit::Update(id, update)]).collect();
    }

    fn insert(&mut self, unit: Unit, mut axes: Vec<Axis>, guards: Vec<Guard>, operands: Vec<Id>) {
        for (condition, _) in &guards {
            axes.extend(self.graph.free(*condition));
        }
        axes.sort_unstable();
        axes.dedup();
        self.places.insert(unit, self.units.len());
        self.units.push(unit);
        self.axes.push(axes);
        self.guards_of_units.push(guards);
        self.operands.push(operands);
        self.needs.push(Vec::new());
    }

    /// Finds what each unit needs once all are known, since a condition may come after what it guards.
    fn find_needs(&mut self) {
        for place in 0..self.units.len() {
            let mut needs = std::mem::take(&mut self.needs[place]);
            for &operand in &self.operands[place] {
                self.collect_needs(operand, &mut needs);
            }
            needs.sort_unstable();
            needs.dedup();
            self.needs[place] = needs;
        }
    }

    /// The units that must be done before an operand can be used, through those computed again.
    fn collect_needs(&self, operand: Id, needs: &mut Vec<usize>) {
        let own = [Unit::Value(operand), Unit::Finish(operand)];
        match own.iter().find_map(|unit| self.places.get(unit)) {
            Some(&place) => needs.push(place),
            None => {
                for operand in self.graph.operands(operand) {
                    self.collect_needs(operand, needs);
                }
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.units.len()
    }

    pub(crate) fn unit(&self, place: usize) -> Unit {
        self.units[place]
    }

    pub(crate) fn axes(&self, place: usize) -> &[Axis] {
        &self.axes[place]
    }

    /// The conditions under which a unit is done, the outermost first.
    pub(crate) fn guards(&self, place: usize) -> &[Guard] {
        &self.guards_of_units[place]
    }

    fn guards_of(&self, unit: Unit) -> Vec<Guard> {
        let own = self.guards.get(&unit.id()).cloned().unwrap_or_default();
        match (unit, self.graph.node(unit.id())) {
            (Unit::Update(_, place), Node::Scatter(entries)) => {
                [own, peel(self.graph, entries[place].body).0].concat()
            }
            _ => own,
        }
    }

    /// The conditions under which alone a scalar may be computed where it is used.
    pub(crate) fn guards_again(&self, id: Id) -> &[Guard] {
        if self.risky.contains(&id) { self.guards.get(&id).map_or(&[], Vec::as_slice) } else { &[] }
    }

    /// Whether computing it may panic.
    pub(crate) fn is_risky(&self, id: Id) -> bool {
        self.risky.contains(&id)
    }

    pub(crate) fn needs(&self, place: usize) -> &[usize] {
        &self.needs[place]
    }

    /// Whether a scalar is computed once and then kept, rather than again at each use.
    pub(crate) fn is_kept(&self, id: Id) -> bool {
        self.places.contains_key(&Unit::Value(id))
    }
}

/// What it costs to compute a scalar again where the kept ones are at hand.
fn cost_again(graph: &Graph, id: Id, again: &HashMap<Id, u32>) -> u32 {
    let own = match graph.node(id) {
        Node::Op(op, _) if !op.cheap => return u32::MAX,
        // Another loop over the same indices does not have it.
        Node::Get(array, _) if matches!(graph.node(array), Node::CallGradient(..)) => return u32::MAX,
        _ => 1,
    };
    let operands = graph.operands(id);
    own + operands.iter().map(|operand| again.get(operand).copied().unwrap_or(0)).sum::<u32>()
}

/// For each built array its axes at which every user asks for the very element that the loop is at.
fn shared_axes(graph: &Graph, reachable: &[Id], roots: &[Id]) -> HashMap<Id, Vec<Axis>> {
    let mut shared: HashMap<Id, Vec<Axis>> = HashMap::new();
    for &id in reachable {
        if let Node::Build(axes, _) = graph.node(id) {
            shared.insert(id, if roots.contains(&id) { Vec::new() } else { axes });
        }
    }
    for &id in reachable {
        let node = graph.node(id);
        if let Node::Get(array, indices) = &node {
            if let (Node::Build(axes, _), Some(shared)) = (graph.node(*array), shared.get_mut(array)) {
                shared.retain(|axis| {
                    axes.iter().zip(indices).any(|(own, &index)| own == axis && index == graph.index(*axis))
                });
            }
        } else {
            for operand in graph.operands(id) {
                if let Some(shared) = shared.get_mut(&operand) {
                    shared.clear();
                }
            }
        }
    }
    shared
}
