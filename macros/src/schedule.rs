//! Graph to [`Program`]: which values share a loop, in what order, and what is stored.
//!
//! Every value is computed once for each value of the loop indices it depends on. So a value that
//! depends on none is computed once; all that depends on a data row is computed in one loop over the
//! rows, inside which what depends on a column too is computed in a loop over the columns. A value
//! that needs a whole loop to have ended (a sum over the rows that flows back into row values) starts
//! another loop over the same rows. Only what crosses from one loop to another is stored, for the
//! indices of the loops that are not shared; cheap values are computed again instead.

mod place;
mod units;

use std::collections::{HashMap, HashSet};

use crate::graph::{Axis, Graph, Id};
use crate::lower::Lowered;
use units::{Unit, Units};

/// What to do, in order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Step {
    /// Compute a scalar and give it a name.
    Let(Id),
    /// Set a buffer to what its fold starts from, or to zeros.
    Reset(Id),
    Loop(Axis, Vec<Step>),
    /// Bring a fold's body into its accumulator.
    Accumulate(Id),
    /// Bring an entry of a scatter into its array.
    Scatter(Id, usize),
    /// Set an element of an array that is built.
    Store(Id),
    /// Keep a scalar for another loop.
    Keep(Id),
}

/// Where a value lives that outlasts its loop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Storage {
    /// The loop indices for each of which there is a value.
    pub(crate) leading: Vec<Axis>,
    /// Which of an array's own axes are stored; the others are shared with the users' loops.
    pub(crate) kept: Vec<bool>,
    pub(crate) home: Home,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Home {
    /// A buffer of its own; without any index, a local variable.
    Local,
    /// The gradient with this number.
    Output(usize),
}

/// What to compute: the loops, in order, and where values live.
pub(crate) struct Program {
    pub(crate) steps: Vec<Step>,
    pub(crate) storage: HashMap<Id, Storage>,
    /// The value and then the gradients.
    pub(crate) roots: Vec<Id>,
}

/// Schedules the value and the gradients, which are the roots behind the first.
pub(crate) fn schedule(lowered: &Lowered, roots: &[Id]) -> Program {
    let graph = &lowered.graph;
    let units = Units::of(graph, roots);
    let order = axis_order(lowered, roots);
    let mut scheduler = Scheduler { units: &units, order: &order, done: HashSet::new(), loops: 0 };
    let items = scheduler.block((0..units.len()).collect(), &[]);
    place::place(graph, &units, items, roots)
}

/// A unit of work, or a loop of them.
enum Item {
    Unit(usize),
    Loop { axis: Axis, number: usize, body: Vec<Item> },
}

struct Scheduler<'a> {
    units: &'a Units<'a>,
    order: &'a [Axis],
    done: HashSet<usize>,
    loops: usize,
}

impl Scheduler<'_> {
    /// Orders the units, whose loops over `open` are open already.
    fn block(&mut self, mut rest: Vec<usize>, open: &[Axis]) -> Vec<Item> {
        let mut items = Vec::new();
        while !rest.is_empty() {
            rest.retain(|&unit| {
                let here = self.outermost(unit, open).is_none();
                let ready = here && self.units.needs(unit).iter().all(|need| self.done.contains(need));
                if ready {
                    self.done.insert(unit);
                    items.push(Item::Unit(unit));
                }
                !ready
            });
            let Some((axis, members)) = self.next_loop(&rest, open) else {
                continue;
            };
            let inside: HashSet<usize> = members.iter().copied().collect();
            rest.retain(|unit| !inside.contains(unit));
            self.loops += 1;
            let number = self.loops;
            let body = self.block(members, &[open, &[axis]].concat());
            items.push(Item::Loop { axis, number, body });
        }
        items
    }

    /// The loop to open next: one that holds all that is left over its axis, the outermost first; else
    /// the innermost, since what it computes lets the outer ones hold more.
    fn next_loop(&self, rest: &[usize], open: &[Axis]) -> Option<(Axis, Vec<usize>)> {
        let mut candidates: Vec<(Axis, Vec<usize>, bool)> = Vec::new();
        for &axis in self.order {
            let over: Vec<usize> =
                rest.iter().copied().filter(|&unit| self.outermost(unit, open) == Some(axis)).collect();
            let mut members = Vec::new();
            let mut inside = HashSet::new();
            for &unit in &over {
                let ready = |need: &usize| self.done.contains(need) || inside.contains(need);
                if self.units.needs(unit).iter().all(ready) {
                    inside.insert(unit);
                    members.push(unit);
                }
            }
            if !members.is_empty() {
                let whole = members.len() == over.len();
                candidates.push((axis, members, whole));
            }
        }
        let chosen =
            candidates.iter().position(|(_, _, whole)| *whole).or(candidates.len().checked_sub(1))?;
        let (axis, members, _) = candidates.swap_remove(chosen);
        Some((axis, members))
    }

    /// The outermost loop that a unit still needs.
    fn outermost(&self, unit: usize, open: &[Axis]) -> Option<Axis> {
        let axes = self.units.axes(unit);
        self.order.iter().copied().find(|axis| axes.contains(axis) && !open.contains(axis))
    }
}

/// All axes, outer loops first: those of the data before those of the parameters, and each array's in
/// the order in which it lies in memory.
fn axis_order(lowered: &Lowered, roots: &[Id]) -> Vec<Axis> {
    use crate::graph::Node;
    let graph = &lowered.graph;
    let reachable = graph.reachable(roots);
    let mut accesses: Vec<(bool, Vec<Axis>)> = Vec::new();
    for &id in &reachable {
        let (parameter, axes) = match graph.node(id) {
            Node::Get(array, indices) => {
                let axes = indices.iter().filter_map(|&index| match graph.node(index) {
                    Node::Index(axis) => Some(axis),
                    _ => None,
                });
                let data = match graph.node(array) {
                    Node::Leaf(leaf) => !lowered.leaves[leaf].active,
                    _ => false,
                };
                (!data, axes.collect())
            }
            Node::Build(axes, _) | Node::Fold(_, axes, _) => (true, axes),
            Node::Scatter(entries) => (true, entries.into_iter().flat_map(|entry| entry.axes).collect()),
            _ => continue,
        };
        accesses.push((parameter, axes));
    }
    accesses.sort_by_key(|(parameter, _)| *parameter);
    let mut order: Vec<Axis> = Vec::new();
    for (_, axes) in accesses {
        for (place, axis) in axes.iter().enumerate().filter(|(place, axis)| !axes[..*place].contains(axis)) {
            if order.contains(axis) {
                continue;
            }
            let known = |axis: &Axis| order.iter().position(|known| known == axis);
            let before = axes[place + 1..].iter().find_map(known);
            let after = axes[..place].iter().rev().find_map(known).map(|at| at + 1);
            order.insert(before.or(after).unwrap_or(order.len()), *axis);
        }
    }
    order
}

impl Program {
    /// Where the value of a root of the gradients goes, if it is a number.
    pub(crate) fn gradients(&self) -> &[Id] {
        &self.roots[1..]
    }
}

/// The loops that hold a unit, from the outside in.
type Path = Vec<(usize, Axis)>;

fn paths(items: &[Item], path: &mut Path, found: &mut HashMap<usize, Path>) {
    for item in items {
        match item {
            Item::Unit(unit) => {
                found.insert(*unit, path.clone());
            }
            Item::Loop { axis, number, body } => {
                path.push((*number, *axis));
                paths(body, path, found);
                path.pop();
            }
        }
    }
}

/// Whether a unit only marks that an array or a fold is complete.
fn is_mark(unit: &Unit) -> bool {
    matches!(unit, Unit::Finish(_))
}

/// Shared by the passes below: the graph's nodes that are written where they are used.
fn is_leaf_access(graph: &Graph, id: Id) -> bool {
    use crate::graph::Node;
    match graph.node(id) {
        Node::Float(_) | Node::Int(_) | Node::Leaf(_) | Node::Size(_) | Node::Index(_) => true,
        Node::Get(array, indices) => {
            matches!(graph.node(array), Node::Leaf(_))
                && indices.iter().all(|&index| is_leaf_access(graph, index))
        }
        _ => false,
    }
}
