//! Graph to [`Program`]: which values share a loop, in what order, and what is stored.
//!
//! Every value is computed once for each value of the loop indices it depends on. So a value that
//! depends on none is computed once; all that depends on a data row is computed in one loop over the
//! rows, inside which what depends on a column too is computed in a loop over the columns. A value
//! that needs a whole loop to have ended (a sum over the rows that flows back into row values) starts
//! another loop over the same rows. Only what crosses from one loop to another is stored, for the
//! indices of the loops that are not shared; cheap values are computed again instead.

mod blocks;
mod cells;
mod flat;
mod guards;
mod lanes;
mod loops;
mod needs;
mod order;
mod place;
#[cfg(test)]
mod print;
mod rows;
mod sharing;
mod storage;
#[cfg(test)]
mod tests;
mod units;

use std::collections::{HashMap, HashSet};

use crate::graph::{Axis, Graph, Id};
use crate::lower::Lowered;
pub(crate) use blocks::{Pass, Phase};
pub(crate) use cells::Cells;
use guards::Guard;
use loops::Loops;
pub(crate) use rows::is_element;
pub(crate) use storage::{Home, Storage};
use units::Units;

/// What to do, in order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Step {
    /// Compute a scalar and give it a name.
    Let(Id),
    /// Set a buffer to what its fold starts from, or to zeros.
    Reset(Id),
    /// Give what changes in place its first value.
    Begin(Id),
    Loop(Run, Vec<Step>),
    /// A loop over rows of data, in blocks.
    Pass(Pass),
    /// Bring the sum of products that a fold is to its place, for all its indices.
    Contract(Id),
    /// What is done only where the condition holds, or only where it does not.
    Branch(Guard, Vec<Step>),
    /// Bring a fold's body into its accumulator.
    Accumulate(Id),
    /// Bring an entry of a scatter into its array.
    Scatter(Id, usize),
    /// Set an element of an array that is built, or of one that changes in place.
    Store(Id),
    /// Keep a scalar for another loop.
    Keep(Id),
    /// End the loop with this number unless it goes on.
    Test(usize),
    /// Bring the variables of the loop with this number to the next turn.
    Advance(usize),
}

/// A loop over an axis.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Run {
    pub(crate) axis: Axis,
    /// The number of the loop whose turns are taken in order, if it is one.
    pub(crate) sequence: Option<usize>,
    /// The number of the block, by which storage refers to it.
    pub(crate) block: usize,
}

/// What to compute: the loops, in order, and where values live.
pub(crate) struct Program {
    pub(crate) steps: Vec<Step>,
    pub(crate) storage: HashMap<Id, Storage>,
    /// Where the folds live, while they are added up, that are kept elsewhere when they are complete.
    pub(crate) accumulators: HashMap<Id, Storage>,
    pub(crate) cells: Cells,
    /// Where the gradients of calls are kept that another loop or branch needs.
    pub(crate) gradients: HashMap<Id, Storage>,
    /// The loops whose turns are counted over all the turns of the loops around them, with these.
    pub(crate) counted: Vec<(usize, Vec<(Axis, usize)>)>,
    /// The value, if it is one number, and then the outputs: the gradients, or several results.
    pub(crate) roots: Vec<Id>,
    /// Where the outputs begin.
    first_output: usize,
}

impl Program {
    /// Where the value lives, or the array of which it is a version.
    pub(crate) fn storage_of(&self, id: Id) -> Option<&Storage> {
        self.storage.get(&self.cells.first(id))
    }

    fn passes(&self) -> impl Iterator<Item = &Pass> {
        self.steps.iter().filter_map(|step| match step {
            Step::Pass(pass) => Some(pass),
            _ => None,
        })
    }

    pub(crate) fn has_passes(&self) -> bool {
        self.passes().next().is_some()
    }

    /// What lives as long as a block of rows.
    pub(crate) fn block_local(&self) -> HashSet<Id> {
        self.passes().flat_map(|pass| pass.local.iter().copied()).collect()
    }

    /// The gradients, or several results.
    pub(crate) fn outputs(&self) -> &[Id] {
        &self.roots[self.first_output..]
    }

    /// The value, where it is one number.
    pub(crate) fn value(&self) -> Option<Id> {
        self.roots[..self.first_output].first().copied()
    }
}

/// Schedules the roots, of which those from `first_output` on are outputs. `None` where loops run in order
/// need each other's results.
pub(crate) fn schedule(lowered: &Lowered, roots: &[Id], first_output: usize) -> Option<Program> {
    let graph = &lowered.graph;
    // The axes that turned out to be none of rows.
    let mut others = HashSet::new();
    loop {
        let mut units = Units::of(lowered, roots, &others);
        let cells = Cells::of(&mut units, &graph.reachable(roots), roots);
        let items = order::order(&units);
        let program = items.and_then(|items| place::place(graph, &units, cells, items, roots, first_output));
        match program.map(|program| blocks::blocks(lowered, &units, program)) {
            Some(Ok(program)) => return Some(program),
            Some(Err(axis)) => others.extend([axis]),
            None if units.rows.is_empty() => return None,
            // A pass does all of a row at once, which loops apart from each other need not.
            None => others.extend(units.rows.axes()),
        }
    }
}

/// All axes, outer loops first: those of the data before those of the parameters, and each array's in
/// the order in which it lies in memory.
fn axis_order(lowered: &Lowered, loops: &Loops, reachable: &[Id]) -> Vec<Axis> {
    use crate::graph::Node;
    let graph = &lowered.graph;
    let mut accesses: Vec<(bool, Vec<Axis>)> = Vec::new();
    for &id in reachable {
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
                // The gradient of a call is at hand in the loops around the call.
                let outer = match graph.node(array) {
                    Node::CallGradient(..) => graph.free(array),
                    _ => Vec::new(),
                };
                (!data, outer.into_iter().chain(axes).collect())
            }
            Node::Index(axis) => (true, vec![axis]),
            _ => (true, graph.axes_bound(id)),
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
    // The loops of the user are around those of tensors.
    order.sort_by_key(|axis| !axis.is_loop());
    nested(order, |axis| {
        let around = loops.numbers().filter(|&number| loops.axis(number) == *axis);
        let around = around.flat_map(|number| loops.axes(number)).filter(|other| other != axis);
        graph.free(graph.index(*axis)).into_iter().filter(|other| other != axis).chain(around).collect()
    })
}

/// The same order, but for each axis behind those that must be around it.
fn nested(order: Vec<Axis>, around: impl Fn(&Axis) -> Vec<Axis>) -> Vec<Axis> {
    let mut rest = order;
    let mut sorted: Vec<Axis> = Vec::new();
    while !rest.is_empty() {
        let free = |axis: &Axis| around(axis).iter().all(|other| !rest.contains(other));
        let next = rest.iter().position(free).unwrap_or(0);
        sorted.push(rest.remove(next));
    }
    sorted
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
