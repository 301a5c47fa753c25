//! The units of work, and what each of them needs.

use std::collections::{HashMap, HashSet};

use super::guards::{Guard, Guards, needed_in_turns};
use super::loops::Loops;
use super::needs::Members;
use super::rows::{Rows, outermost};
use super::sharing::{cost_again, is_late, is_read_in_place, shared_axes};
use crate::graph::{Axis, CHEAP, Graph, Id, Node, Turns};
use crate::lower::Lowered;

/// A piece of work that is done once for each value of its axes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Unit {
    /// Compute a scalar.
    Value(Id),
    /// Give what changes in place its first value: a variable of a loop, or an array.
    Begin(Id),
    /// Bring the body of a fold, of a built array or of an entry to its place.
    Update(Id, usize),
    /// The fold or the array is complete.
    Finish(Id),
    /// End the loop with this number if there is no other turn.
    Test(usize),
    /// Bring the variables of the loop with this number to the next turn.
    Advance(usize),
}

impl Unit {
    /// The value that the unit has to do with.
    pub(crate) fn id(self) -> Option<Id> {
        match self {
            Unit::Value(id) | Unit::Begin(id) | Unit::Update(id, _) | Unit::Finish(id) => Some(id),
            Unit::Test(_) | Unit::Advance(_) => None,
        }
    }
}

pub(super) struct Work {
    pub(super) unit: Unit,
    pub(super) axes: Vec<Axis>,
    /// The innermost loop, run in order, to whose turns it belongs.
    pub(super) home: Option<usize>,
    pub(super) guards: Vec<Guard>,
    pub(super) operands: Vec<Id>,
    pub(super) needs: Vec<usize>,
    /// Those of the units it needs that must only be done before, and give it nothing.
    pub(super) waits: Vec<usize>,
}

/// All units, operands before users.
pub(crate) struct Units<'g> {
    pub(super) graph: &'g Graph,
    pub(super) loops: Loops<'g>,
    pub(super) work: Vec<Work>,
    pub(super) places: HashMap<Unit, usize>,
    pub(super) guards: Guards,
    /// What is needed only where loops have turns.
    turns: HashMap<Id, Vec<Guard>>,
    pub(super) rows: Rows,
    /// All axes, outer loops first.
    pub(super) order: Vec<Axis>,
    /// The units that need each unit.
    pub(super) users: Vec<Vec<usize>>,
    pub(super) members: HashMap<usize, Members>,
    pub(super) loops_around: Vec<Vec<usize>>,
}

impl<'g> Units<'g> {
    /// `others` are axes that are not to be those of rows.
    pub(crate) fn of(lowered: &'g Lowered, roots: &[Id], others: &HashSet<Axis>) -> Self {
        let graph = &lowered.graph;
        let reachable = graph.reachable(roots);
        let shared = shared_axes(graph, &reachable, roots);
        let loops = Loops::of(graph, &reachable);
        let guards = Guards::of(graph, &loops, &reachable, roots);
        let needed: Vec<Id> = reachable.iter().copied().filter(|&id| guards.is_needed(id)).collect();
        let turns = needed_in_turns(graph, &reachable, roots);
        let order = super::axis_order(lowered, &loops, &reachable);
        let waits_on = |id: Id| {
            let conditions = guards.of_node(id);
            let waits = graph.is_risky(id) || !graph.axes_bound(id).is_empty();
            let axes = conditions.iter().flat_map(|&(condition, _)| graph.free(condition));
            (waits && !conditions.is_empty()).then(|| axes.collect())
        };
        let rows = Rows::of(lowered, &order, &reachable, others, waits_on);
        let mut units = Units {
            graph,
            loops,
            work: Vec::new(),
            places: HashMap::new(),
            guards,
            turns,
            rows,
            order,
            users: Vec::new(),
            members: HashMap::new(),
            loops_around: Vec::new(),
        };
        let mut again: HashMap<Id, u32> = HashMap::new();
        for id in needed {
            match graph.node(id) {
                Node::Float(_) | Node::Int(_) | Node::Leaf(_) | Node::Size(_) | Node::Index(_) => {}
                Node::Select(..) if !graph.shape(id).is_empty() => {
                    units.push(Unit::Begin(id), graph.free(id), &graph.operands(id));
                    units.mark(Unit::Finish(id), graph.free(id), &[Unit::Begin(id)]);
                }
                Node::Op(..) | Node::Cast(_) | Node::Get(..) | Node::Select(..) => {
                    let cost = cost_again(graph, id, &again);
                    let cheap = cost <= CHEAP && !units.rows.is_factor(id);
                    if cheap && !roots.contains(&id) && !is_read_in_place(graph, id) {
                        again.insert(id, cost);
                    } else {
                        units.push(Unit::Value(id), graph.free(id), &graph.operands(id));
                    }
                }
                Node::Call(..) => units.push(Unit::Value(id), graph.free(id), &graph.operands(id)),
                // An array comes with the call it belongs to.
                Node::CallGradient(..) if graph.shape(id).is_empty() => {
                    units.push(Unit::Value(id), graph.free(id), &graph.operands(id));
                }
                Node::CallGradient(..) => {
                    again.insert(id, 0);
                }
                Node::Fold(_, axes, body) => units.fold(id, &axes, body),
                Node::Build(axes, body) => {
                    let all = units.with(id, &axes);
                    let begun = is_late(graph, id);
                    if begun {
                        units.push(Unit::Begin(id), graph.free(id), &[]);
                    }
                    units.push(Unit::Update(id, 0), all, &[body]);
                    let complete = units.with(id, &shared[&id]);
                    units.mark(Unit::Finish(id), complete, &[Unit::Update(id, 0)]);
                }
                Node::Scatter(base, entries) => {
                    if base.is_some() || is_late(graph, id) {
                        units.push(Unit::Begin(id), graph.free(id), base.as_slice());
                    }
                    let mut parts = Vec::new();
                    for (place, entry) in entries.iter().enumerate() {
                        let operands = [entry.indices.as_slice(), &[graph.peeled(entry.body).1]].concat();
                        let axes = units.with(id, &entry.axes);
                        units.push(Unit::Update(id, place), axes, &operands);
                        parts.push(Unit::Update(id, place));
                    }
                    if base.is_some() {
                        parts.push(Unit::Begin(id));
                    }
                    units.mark(Unit::Finish(id), graph.free(id), &parts);
                }
                Node::Set(base, entry) => {
                    units.push(Unit::Begin(id), graph.free(id), &[base]);
                    let operands = [entry.indices.as_slice(), &[entry.body]].concat();
                    let axes = units.with(id, &entry.axes);
                    units.push(Unit::Update(id, 0), axes, &operands);
                    units.mark(Unit::Finish(id), graph.free(id), &[Unit::Update(id, 0)]);
                }
                // Begun with their loop.
                Node::State(..) if graph.shape(id).is_empty() => {
                    units.mark(Unit::Value(id), graph.free(id), &[Unit::Begin(id)]);
                }
                Node::State(..) => {}
                Node::Loop(number, turns) => units.turns(id, number, turns),
                Node::Ran(_) | Node::Final(..) => {
                    let Some(number) = graph.loop_of(id) else { continue };
                    let scalar = graph.shape(id).is_empty();
                    let unit = if scalar { Unit::Value(id) } else { Unit::Finish(id) };
                    units.mark(unit, graph.free(id), &[Unit::Advance(number)]);
                }
            }
        }
        units.find_needs();
        units.find_members();
        units
    }

    fn with(&self, id: Id, axes: &[Axis]) -> Vec<Axis> {
        [self.graph.free(id).as_slice(), axes].concat()
    }

    fn fold(&mut self, id: Id, axes: &[Axis], body: Id) {
        let all = self.with(id, axes);
        let free = self.graph.free(id);
        self.push(Unit::Update(id, 0), all, &[body]);
        self.mark(Unit::Finish(id), free.clone(), &[Unit::Update(id, 0)]);
        if self.is_kept_apart(id) {
            self.mark(Unit::Value(id), free, &[Unit::Finish(id)]);
        }
    }

    /// Whether a fold is kept for other loops only when it is complete, since a turn of its loop begins it.
    pub(super) fn is_kept_apart(&self, id: Id) -> bool {
        if self.is_in_pass(id) {
            return false;
        }
        let is_open = |axis: &Axis| self.graph.length(axis.extent).is_some();
        self.loops.home(&[id]).is_some() || self.graph.with(id, |data| data.free.iter().any(is_open))
    }

    fn turns(&mut self, id: Id, number: usize, Turns { starts, nexts, go_on }: Turns) {
        let graph = self.graph;
        let axis = graph.sequence(number).axis;
        let mut operands = Vec::new();
        for (place, state) in self.loops.variables(number) {
            self.push(Unit::Begin(state), graph.free(id), &[starts[place]]);
            operands.extend([nexts[place], state]);
        }
        let axes = [graph.free(id).as_slice(), &[axis]].concat();
        if let Some(go_on) = go_on {
            let begun: Vec<Id> = self.loops.variables(number).into_iter().map(|(_, state)| state).collect();
            self.push(Unit::Test(number), axes.clone(), &[begun.as_slice(), &[go_on]].concat());
        }
        self.push(Unit::Advance(number), axes, &operands);
    }

    fn push(&mut self, unit: Unit, axes: Vec<Axis>, operands: &[Id]) {
        let guards = self.guards_of(unit);
        let conditions = guards.iter().map(|(condition, _)| *condition);
        let operands: Vec<Id> = operands.iter().copied().chain(conditions).collect();
        self.insert(unit, axes, guards, operands, Vec::new());
    }

    /// A unit that only needs others to be done.
    fn mark(&mut self, unit: Unit, axes: Vec<Axis>, after: &[Unit]) {
        let needs = after.iter().filter_map(|unit| self.places.get(unit).copied()).collect();
        let guards = self.guards_of(unit);
        // Even an array of zeros, which needs nothing, is made only where its condition is known.
        let conditions = guards.iter().map(|(condition, _)| *condition).collect();
        self.insert(unit, axes, guards, conditions, needs);
    }

    fn insert(
        &mut self,
        unit: Unit,
        mut axes: Vec<Axis>,
        guards: Vec<Guard>,
        operands: Vec<Id>,
        needs: Vec<usize>,
    ) {
        for (condition, _) in &guards {
            axes.extend(self.graph.free(*condition));
        }
        axes.sort_unstable();
        axes.dedup();
        let home = self.home(unit, &operands);
        if let Some(home) = home {
            axes.extend(self.loops.axes(home));
            axes.sort_unstable();
            axes.dedup();
        }
        self.places.insert(unit, self.work.len());
        self.work.push(Work { unit, axes, home, guards, operands, needs, waits: Vec::new() });
    }

    fn home(&self, unit: Unit, operands: &[Id]) -> Option<usize> {
        match (unit, unit.id().map(|id| (id, self.graph.node(id)))) {
            (Unit::Test(number) | Unit::Advance(number), _) => Some(number),
            (Unit::Begin(_), Some((_, Node::State(number, _)))) => self.loops.outer(number),
            (Unit::Value(_) | Unit::Finish(_), Some((id, Node::Ran(_) | Node::Final(..)))) => {
                self.loops.home(&[id]).max(self.loops.outer(self.graph.loop_of(id)?))
            }
            // When it is complete, the loops that it runs over have ended; what it changes is there before.
            (Unit::Update(..), Some((id, node))) => {
                let base = match node {
                    Node::Set(base, _) | Node::Scatter(Some(base), _) => Some(base),
                    _ => None,
                };
                let needed = [operands, base.as_slice()].concat();
                self.loops.home_once(&[operands, &[id]].concat(), &needed)
            }
            (_, Some((id, _))) => self.loops.home(&[operands, &[id]].concat()),
            _ => None,
        }
    }

    /// The unit after which a value is there, if it has one.
    pub(super) fn done_by(&self, id: Id) -> Option<usize> {
        let is_array = !self.graph.shape(id).is_empty();
        let units = match self.graph.node(id) {
            Node::State(..) if is_array => vec![Unit::Begin(id)],
            Node::State(..) => vec![Unit::Value(id), Unit::Begin(id)],
            _ => vec![Unit::Value(id), Unit::Finish(id)],
        };
        units.iter().find_map(|unit| self.places.get(unit).copied())
    }

    pub(crate) fn len(&self) -> usize {
        self.work.len()
    }

    pub(crate) fn unit(&self, place: usize) -> Unit {
        self.work[place].unit
    }

    pub(crate) fn place(&self, unit: Unit) -> Option<usize> {
        self.places.get(&unit).copied()
    }

    pub(crate) fn axes(&self, place: usize) -> &[Axis] {
        &self.work[place].axes
    }

    pub(super) fn home_of(&self, place: usize) -> Option<usize> {
        self.work[place].home
    }

    /// The conditions under which a unit is done, the outermost first.
    pub(crate) fn guards(&self, place: usize) -> &[Guard] {
        &self.work[place].guards
    }

    pub(super) fn guards_of_loop(&self, number: usize) -> &[Guard] {
        self.guards.of_loop(number)
    }

    fn guards_of(&self, unit: Unit) -> Vec<Guard> {
        let of_loop = |number: usize| self.guards.of_loop(number).to_vec();
        match unit {
            Unit::Test(number) | Unit::Advance(number) => of_loop(number),
            Unit::Begin(id) | Unit::Value(id) | Unit::Finish(id)
                if let Some(number) = self.graph.loop_of(id) =>
            {
                of_loop(number)
            }
            Unit::Value(id) | Unit::Begin(id) | Unit::Update(id, _) | Unit::Finish(id) => {
                // Several rows at once do what any of them may need.
                if self.is_in_pass(id) {
                    return Vec::new();
                }
                let own = self.guards.of_node(id).to_vec();
                match (unit, self.graph.node(id)) {
                    (Unit::Value(_), _) => self.guards_before_loops(id),
                    (Unit::Update(_, place), Node::Scatter(_, entries)) => {
                        [own, self.graph.peeled(entries[place].body).0].concat()
                    }
                    _ => own,
                }
            }
        }
    }

    /// Whether it is done in a loop over rows.
    fn is_in_pass(&self, id: Id) -> bool {
        let axes = [self.graph.free(id), self.graph.axes_bound(id)].concat();
        outermost(&self.order, &axes).is_some_and(|row| self.rows.contains(row))
    }

    /// The conditions under which alone a scalar may be computed where it is used.
    pub(crate) fn guards_again(&self, id: Id) -> Vec<Guard> {
        if self.graph.is_risky(id) || self.reads_guarded(id) {
            self.guards_before_loops(id)
        } else {
            Vec::new()
        }
    }

    /// The conditions of a scalar, and those of the loops that need it, where it is computed before them.
    fn guards_before_loops(&self, id: Id) -> Vec<Guard> {
        let own = self.guards.of_node(id);
        let is_before = own.iter().all(|(condition, _)| self.graph.free(*condition).is_empty());
        let turns = self.turns.get(&id).filter(|_| is_before);
        turns.into_iter().flatten().chain(own).copied().collect()
    }

    /// Whether it reads a value that is not computed everywhere.
    fn reads_guarded(&self, id: Id) -> bool {
        self.graph.operands(id).into_iter().any(|operand| match self.done_by(operand) {
            Some(place) => !self.guards(place).is_empty(),
            None => self.reads_guarded(operand),
        })
    }

    /// Whether a scalar is computed once and then kept, rather than again at each use.
    pub(crate) fn is_kept(&self, id: Id) -> bool {
        self.places.contains_key(&Unit::Value(id))
    }
}
