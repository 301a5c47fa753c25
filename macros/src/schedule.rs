//! Graph to [`Program`]: which values share a loop, in what order, and what is stored.
//!
//! Every value is computed once for each value of the loop indices it depends on. So a value that
//! depends on none is computed once; all that depends on a data row is computed in one loop over the
//! rows, inside which what depends on a column too is computed in a loop over the columns. A value
//! that needs a whole loop to have ended (a sum over the rows that flows back into row values) starts
//! another loop over the same rows. Only what crosses from one loop to another is stored, for the
//! indices of the loops that are not shared; cheap values are computed again instead.

mod guards;
mod place;
mod units;

use std::collections::{HashMap, HashSet};

use crate::graph::{Axis, Graph, Id};
use crate::lower::Lowered;
use guards::Guard;
pub(crate) use guards::peel;
use units::{Unit, Units};

/// What to do, in order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Step {
    /// Compute a scalar and give it a name.
    Let(Id),
    /// Set a buffer to what its fold starts from, or to zeros.
    Reset(Id),
    Loop(Axis, Vec<Step>),
    /// What is done only where the condition holds, or only where it does not.
    Branch(Guard, Vec<Step>),
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
    let mut scheduler = Scheduler { graph, units: &units, order: &order, done: HashSet::new(), blocks: 0 };
    let items = scheduler.block((0..units.len()).collect(), &[]);
    place::place(graph, &units, items, roots)
}

/// What encloses units of work.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Context {
    Loop(Axis),
    Branch(Guard),
}

/// A unit of work, or a loop or a branch of them.
enum Item {
    Unit(usize),
    Block { context: Context, number: usize, body: Vec<Item> },
}

struct Scheduler<'a> {
    graph: &'a Graph,
    units: &'a Units<'a>,
    order: &'a [Axis],
    done: HashSet<usize>,
    blocks: usize,
}

impl Scheduler<'_> {
    /// Orders the units, for which `open` is open already.
    fn block(&mut self, mut rest: Vec<usize>, open: &[Context]) -> Vec<Item> {
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
            if rest.is_empty() {
                break;
            }
            let (context, members) = self
                .next_block(&rest, open)
                .expect("no value needs itself, so there is always one to compute");
            let inside: HashSet<usize> = members.iter().copied().collect();
            rest.retain(|unit| !inside.contains(unit));
            self.blocks += 1;
            let number = self.blocks;
            let body = self.block(members, &[open, &[context]].concat());
            items.push(Item::Block { context, number, body });
        }
        items
    }

    /// What to open next. A branch goes where it can; a loop that holds all that is left over its axis
    /// goes before others, the outermost first; else the innermost one goes, since what it computes lets
    /// the outer ones hold more.
    fn next_block(&self, rest: &[usize], open: &[Context]) -> Option<(Context, Vec<usize>)> {
        let mut over: Vec<(Context, Vec<usize>)> = Vec::new();
        for &unit in rest {
            let Some(context) = self.outermost(unit, open) else { continue };
            match over.iter_mut().find(|(known, _)| *known == context) {
                Some((_, units)) => units.push(unit),
                None => over.push((context, vec![unit])),
            }
        }
        over.sort_by_key(|(context, _)| match context {
            Context::Branch(_) => 0,
            Context::Loop(axis) => 1 + self.order.iter().position(|known| known == axis).unwrap_or_default(),
        });
        let mut candidates: Vec<(Context, Vec<usize>, bool)> = Vec::new();
        for (context, units) in over {
            let mut inside = HashSet::new();
            let mut before = None;
            while before != Some(inside.len()) {
                before = Some(inside.len());
                for &unit in &units {
                    let ready = |need: &usize| self.done.contains(need) || inside.contains(need);
                    if self.units.needs(unit).iter().all(ready) {
                        inside.insert(unit);
                    }
                }
            }
            let whole = inside.len() == units.len() || matches!(context, Context::Branch(_));
            if !inside.is_empty() {
                candidates.push((
                    context,
                    units.into_iter().filter(|unit| inside.contains(unit)).collect(),
                    whole,
                ));
            }
        }
        let chosen =
            candidates.iter().position(|(_, _, whole)| *whole).or(candidates.len().checked_sub(1))?;
        let (context, members, _) = candidates.swap_remove(chosen);
        Some((context, members))
    }

    /// The outermost loop or branch that a unit still needs. A branch is opened as soon as the loops that
    /// its condition depends on are.
    fn outermost(&self, unit: usize, open: &[Context]) -> Option<Context> {
        let is_open = |axis: &Axis| open.contains(&Context::Loop(*axis));
        let guard = self.units.guards(unit).iter().find(|guard| !open.contains(&Context::Branch(**guard)));
        if let Some(guard) = guard
            && self.graph.with(guard.0, |data| data.free.iter().all(is_open))
        {
            return Some(Context::Branch(*guard));
        }
        let axes = self.units.axes(unit);
        self.order.iter().find(|axis| axes.contains(axis) && !is_open(axis)).copied().map(Context::Loop)
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
                // The gradient of a call is at hand in the loops around the call.
                let outer = match graph.node(array) {
                    Node::CallGradient(..) => graph.free(array),
                    _ => Vec::new(),
                };
                (!data, outer.into_iter().chain(axes).collect())
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

/// The loops and branches that hold a unit, from the outside in.
type Path = Vec<(usize, Context)>;

fn paths(items: &[Item], path: &mut Path, found: &mut HashMap<usize, Path>) {
    for item in items {
        match item {
            Item::Unit(unit) => {
                found.insert(*unit, path.clone());
            }
            Item::Block { context, number, body } => {
                path.push((*number, *context));
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
