//! Where values live, and where those that are computed again are computed.

use std::collections::{HashMap, HashSet};

use super::cells::Cells;
use super::guards::Guard;
use super::order::{Context, Item, paths};
use super::sharing::is_read_in_place;
use super::storage::{Home, Storage, Stored, storage};
use super::units::{Unit, Units};
use super::{Program, Run, Step, is_leaf_access};
use crate::graph::{Axis, Graph, Id, Node, Turns};

pub(super) fn place(
    graph: &Graph,
    units: &Units,
    cells: Cells,
    items: Vec<Item>,
    roots: &[Id],
    first_output: usize,
) -> Option<Program> {
    let found = paths(&items);
    let outputs = &roots[first_output..];
    let Stored { storage, accumulators, gradients, resets } =
        storage(graph, units, &cells, &found, roots, outputs)?;
    let resets = resets.into_iter().collect();
    let mut placer =
        Placer { graph, units, storage: &storage, resets, blocks: Vec::new(), computed: HashMap::new() };
    let steps = placer.block(&items, None, 0);
    let in_place = |id: Id| reads_in_place(graph, units, &cells, id);
    let single = single_uses(graph, &steps, roots);
    let single = single.into_iter().filter(|&id| !is_variable(graph, id) && !in_place(id));
    let mut needless: HashSet<Step> = single.map(Step::Let).collect();
    needless.extend(stored_already(graph, &storage));
    let steps = without(&steps, &needless);
    let counted = counted(graph, storage.values().chain(accumulators.values()).chain(gradients.values()));
    Some(Program {
        steps,
        storage,
        accumulators,
        cells,
        gradients,
        counted,
        roots: roots.to_vec(),
        first_output,
    })
}

/// Whether a scalar's expression reads of an array that changes, so that it stays where it is.
fn reads_in_place(graph: &Graph, units: &Units, cells: &Cells, id: Id) -> bool {
    let mut rest = vec![id];
    while let Some(next) = rest.pop() {
        match graph.node(next) {
            _ if is_read_in_place(graph, next) => return true,
            Node::Get(array, _) if cells.is_version(array) => return true,
            _ => {}
        }
        let operands = graph.operands(next).into_iter();
        rest.extend(operands.filter(|&operand| graph.shape(operand).is_empty() && !units.is_kept(operand)));
    }
    false
}

/// The blocks whose turns are counted on over all turns of the loops around them.
fn counted<'s>(graph: &Graph, stored: impl Iterator<Item = &'s Storage>) -> Vec<(usize, Vec<(Axis, usize)>)> {
    let mut counted = Vec::new();
    for Storage { leading, blocks, .. } in stored {
        let all: Vec<(Axis, usize)> = leading.iter().copied().zip(blocks.iter().copied()).collect();
        for (place, (axis, block)) in all.iter().enumerate().skip(1) {
            let needed = (*block, all[..place].to_vec());
            if graph.is_ragged(graph.longest(axis.extent)) && !counted.contains(&needed) {
                counted.push(needed);
            }
        }
    }
    counted.sort_unstable();
    counted
}

/// A block that is being filled: what it is, and the scalars that have a name in it.
struct Open {
    context: Option<Context>,
    number: usize,
    named: HashSet<Id>,
    steps: Vec<Step>,
}

struct Placer<'a> {
    graph: &'a Graph,
    units: &'a Units<'a>,
    storage: &'a HashMap<Id, Storage>,
    resets: HashMap<usize, Vec<Id>>,
    blocks: Vec<Open>,
    /// The numbers of the blocks in which a value was computed last.
    computed: HashMap<Id, Vec<usize>>,
}

impl Placer<'_> {
    fn block(&mut self, items: &[Item], context: Option<Context>, number: usize) -> Vec<Step> {
        let steps = self.resets.get(&number).into_iter().flatten().map(|id| Step::Reset(*id)).collect();
        self.blocks.push(Open { context, number, named: HashSet::new(), steps });
        for item in items {
            match item {
                Item::Unit(unit) => self.unit(self.units.unit(*unit)),
                Item::Block { context: context @ Context::Branch(guard), number, body } => {
                    self.name(guard.0);
                    let body = self.block(body, Some(*context), *number);
                    self.push(Step::Branch(*guard, body));
                }
                Item::Block { context: Context::Contraction(id), .. } => self.push(Step::Contract(*id)),
                Item::Block { context: context @ Context::Loop(axis, sequence), number, body } => {
                    let body = self.block(body, Some(*context), *number);
                    let run = Run { axis: *axis, sequence: *sequence, block: *number };
                    self.push(Step::Loop(run, body));
                }
            }
        }
        self.blocks.pop().map(|open| open.steps).unwrap_or_default()
    }

    fn push(&mut self, step: Step) {
        self.blocks.last_mut().expect("a block is open while its items are placed").steps.push(step);
    }

    fn unit(&mut self, unit: Unit) {
        if !matches!(unit, Unit::Finish(_))
            && let Some(id) = unit.id()
        {
            self.computed.insert(id, self.blocks.iter().map(|open| open.number).collect());
        }
        match unit {
            Unit::Finish(_) => {}
            Unit::Value(id) => {
                if !is_variable(self.graph, id) {
                    for operand in self.graph.operands(id) {
                        self.name(operand);
                    }
                }
                let open = self.blocks.last_mut().expect("a block is open while its items are placed");
                open.named.insert(id);
                self.push(Step::Let(id));
                if self.storage.contains_key(&id) {
                    self.push(Step::Keep(id));
                }
            }
            Unit::Begin(id) => {
                if let Node::State(number, place) = self.graph.node(id)
                    && let Some(Turns { starts, .. }) = self.graph.turn(number)
                {
                    self.name(starts[place]);
                }
                self.push(Step::Begin(id));
            }
            Unit::Test(number) => {
                if let Some(Turns { go_on: Some(go_on), .. }) = self.graph.turn(number) {
                    self.name(go_on);
                }
                self.push(Step::Test(number));
            }
            Unit::Advance(number) => {
                if let Some(Turns { nexts, .. }) = self.graph.turn(number) {
                    for (place, _) in self.units.loops.variables(number) {
                        self.name(nexts[place]);
                    }
                }
                self.push(Step::Advance(number));
            }
            Unit::Update(id, place) => match self.graph.node(id) {
                Node::Fold(_, _, body) => {
                    self.name(body);
                    self.push(Step::Accumulate(id));
                }
                Node::Build(_, body) => {
                    self.name(body);
                    self.push(Step::Store(id));
                }
                Node::Set(_, entry) => {
                    for &index in entry.indices.iter().chain([&entry.body]) {
                        self.name(index);
                    }
                    self.push(Step::Store(id));
                }
                Node::Scatter(_, entries) => {
                    for &index in &entries[place].indices {
                        self.name(index);
                    }
                    self.name(self.graph.peeled(entries[place].body).1);
                    self.push(Step::Scatter(id, place));
                }
                _ => {}
            },
        }
    }

    /// The outermost open block at whose end so far the scalar, or all that it is written with, is known.
    fn depth(&self, id: Id) -> usize {
        if let Some(depth) = self.blocks.iter().position(|open| open.named.contains(&id)) {
            return depth;
        }
        if let Some(computed) = self.computed.get(&id) {
            let numbers = self.blocks.iter().map(|open| open.number);
            return numbers.zip(computed).take_while(|(open, other)| open == *other).count() - 1;
        }
        let operands = self.graph.operands(id);
        operands.into_iter().map(|operand| self.depth(operand)).max().unwrap_or(0)
    }

    /// Gives a scalar that is computed again a name, in the outermost block where that can be done.
    fn name(&mut self, id: Id) {
        let graph = self.graph;
        let is_array = !graph.shape(id).is_empty();
        let is_fold = matches!(graph.node(id), Node::Fold(..));
        if is_array
            || is_fold
            || is_variable(graph, id)
            || self.units.is_kept(id)
            || is_leaf_access(graph, id)
        {
            return;
        }
        if self.blocks.iter().any(|open| open.named.contains(&id)) {
            return;
        }
        for operand in graph.operands(id) {
            self.name(operand);
        }
        let open = |guard: &Guard| {
            let length = self.graph.asked(guard.0).filter(|_| guard.1);
            self.blocks.iter().any(|open| match open.context {
                Some(Context::Loop(axis, _)) => length == Some(axis.extent),
                context => context == Some(Context::Branch(*guard)),
            })
        };
        let guards = self.units.guards_again(id);
        if !guards.iter().all(open) {
            // It must not be computed before its condition is known, so it is written into the branch.
            return;
        }
        let free = graph.free(id);
        let needed = |open: &Open| match open.context {
            Some(Context::Loop(axis, _)) => free.contains(&axis),
            Some(Context::Branch(guard)) => guards.contains(&guard),
            Some(Context::Contraction(_)) => false,
            None => true,
        };
        // What may panic is not computed before a loop that may have no turns.
        let own = match self.graph.is_risky(id) {
            true => self.blocks.len() - 1,
            false => self.blocks.iter().rposition(needed).unwrap_or(0),
        };
        let depth = graph.operands(id).into_iter().map(|operand| self.depth(operand)).fold(own, usize::max);
        self.blocks[depth].named.insert(id);
        self.blocks[depth].steps.push(Step::Let(id));
    }
}

/// Whether it is a variable of a loop, or the loop itself, and no expression.
fn is_variable(graph: &Graph, id: Id) -> bool {
    matches!(
        graph.node(id),
        Node::State(..) | Node::Loop(..) | Node::Final(..) | Node::Ran(_) | Node::Fold(..)
    )
}

/// The scalars without a name of the user's that are used once, in the block that computes them.
fn single_uses(graph: &Graph, steps: &[Step], roots: &[Id]) -> HashSet<Id> {
    // The roots are used at the end of the outermost block, which has the number 1.
    let mut uses: HashMap<Id, Vec<usize>> = HashMap::new();
    for &root in roots {
        uses.entry(root).or_default().push(1);
    }
    let mut blocks: HashMap<Id, Vec<usize>> = HashMap::new();
    let mut number = 0;
    count(graph, steps, &mut number, &mut uses, &mut blocks);
    let mut advanced = HashSet::new();
    advanced_to(graph, steps, &mut advanced);
    blocks
        .into_iter()
        .filter(|(id, defined)| {
            // The next value of a variable has the variable's name.
            let named = !advanced.contains(id) && graph.name(*id).is_some_and(|name| !name.starts_with("d_"));
            defined.len() == 1 && uses.get(id) == Some(defined) && !named
        })
        .map(|(id, _)| id)
        .collect()
}

/// The values that variables of loops take.
fn advanced_to(graph: &Graph, steps: &[Step], found: &mut HashSet<Id>) {
    for step in steps {
        match step {
            Step::Loop(_, body) | Step::Branch(_, body) => advanced_to(graph, body, found),
            Step::Advance(number) => {
                found.extend(graph.turn(*number).into_iter().flat_map(|turns| turns.nexts));
            }
            _ => {}
        }
    }
}

fn count(
    graph: &Graph,
    steps: &[Step],
    number: &mut usize,
    uses: &mut HashMap<Id, Vec<usize>>,
    blocks: &mut HashMap<Id, Vec<usize>>,
) {
    *number += 1;
    let own = *number;
    for step in steps {
        let operands = match step {
            Step::Loop(_, body) => {
                count(graph, body, number, uses, blocks);
                continue;
            }
            Step::Branch((condition, _), body) => {
                uses.entry(*condition).or_default().push(own);
                count(graph, body, number, uses, blocks);
                continue;
            }
            Step::Reset(_) => continue,
            // The first value of a variable may need its type written, and a turn ends with all that it has.
            Step::Begin(id) => match graph.node(*id) {
                Node::State(number, place) => {
                    graph.turn(number).into_iter().map(|turns| turns.starts[place]).collect()
                }
                Node::Set(base, _) => vec![base],
                Node::Select(condition, ..) => vec![condition],
                _ => Vec::new(),
            },
            Step::Test(number) => graph.turn(*number).and_then(|turns| turns.go_on).into_iter().collect(),
            Step::Advance(number) => graph.turn(*number).map(|turns| turns.nexts).unwrap_or_default(),
            Step::Let(id) => {
                blocks.entry(*id).or_default().push(own);
                // A call is a statement of its own.
                if matches!(graph.node(*id), Node::Call(..)) {
                    uses.entry(*id).or_default().extend([own, own]);
                }
                graph.operands(*id)
            }
            Step::Keep(id) => vec![*id, *id],
            // What it multiplies lies in memory.
            Step::Contract(id) => graph
                .operands(*id)
                .into_iter()
                .flat_map(|body| graph.operands(body))
                .flat_map(|factor| [factor, factor])
                .collect(),
            Step::Pass(_) => continue,
            Step::Accumulate(id) | Step::Store(id) => graph.operands(*id),
            Step::Scatter(id, place) => match graph.node(*id) {
                Node::Scatter(_, entries) => {
                    let body = graph.peeled(entries[*place].body).1;
                    [entries[*place].indices.as_slice(), &[body]].concat()
                }
                _ => Vec::new(),
            },
        };
        for operand in operands {
            uses.entry(operand).or_default().push(own);
        }
    }
}

/// Elements that are accumulated where they would be stored.
fn stored_already(graph: &Graph, storage: &HashMap<Id, Storage>) -> impl Iterator<Item = Step> {
    storage.iter().filter_map(|(&id, place)| match graph.node(id) {
        Node::Build(_, body) if place.home != Home::Local => {
            let same = storage.get(&body).is_some_and(|of_body| of_body.home == place.home);
            same.then_some(Step::Store(id))
        }
        _ => None,
    })
}

/// The steps without those that have nothing to do, nor loops of nothing else.
fn without(steps: &[Step], needless: &HashSet<Step>) -> Vec<Step> {
    let kept = steps.iter().filter(|step| !needless.contains(step)).map(|step| match step {
        Step::Loop(run, body) => Step::Loop(*run, without(body, needless)),
        Step::Branch(guard, body) => Step::Branch(*guard, without(body, needless)),
        step => step.clone(),
    });
    kept.filter(|step| !matches!(step, Step::Loop(_, body) | Step::Branch(_, body) if body.is_empty()))
        .collect()
}
