//! Where values live, and where those that are computed again are computed.

use std::collections::{HashMap, HashSet};

use super::guards::{Guard, peel};
use super::units::{Unit, Units};
use super::{Context, Home, Item, Path, Program, Step, Storage, is_leaf_access, is_mark, paths};
use crate::graph::{Axis, Graph, Id, Node};

pub(super) fn place(graph: &Graph, units: &Units, items: Vec<Item>, roots: &[Id]) -> Program {
    let mut found = HashMap::new();
    paths(&items, &mut Vec::new(), &mut found);
    let (storage, resets) = storage(graph, units, &found, roots);
    let mut placer =
        Placer { graph, units, storage: &storage, resets, blocks: Vec::new(), computed: HashMap::new() };
    let steps = placer.block(&items, None, 0);
    let mut needless: HashSet<Step> = single_uses(graph, &steps, roots).into_iter().map(Step::Let).collect();
    needless.extend(stored_already(graph, &storage));
    Program { steps: without(&steps, &needless), storage, roots: roots.to_vec() }
}

/// Which folds, arrays and scalars are stored, and in which loop (by its number; 0 is none) each
/// accumulator starts.
fn storage(
    graph: &Graph,
    units: &Units,
    paths: &HashMap<usize, Path>,
    roots: &[Id],
) -> (HashMap<Id, Storage>, HashMap<usize, Vec<Id>>) {
    let mut users: HashMap<Id, Vec<usize>> = HashMap::new();
    for place in 0..units.len() {
        if is_mark(&units.unit(place)) {
            continue;
        }
        for &need in units.needs(place) {
            users.entry(units.unit(need).id()).or_default().push(place);
        }
    }
    let mut storage = HashMap::new();
    let mut resets: HashMap<usize, Vec<Id>> = HashMap::new();
    for place in 0..units.len() {
        let (id, defined) = match units.unit(place) {
            Unit::Value(id) => (id, vec![place]),
            Unit::Finish(id) => (id, units.needs(place).to_vec()),
            Unit::Update(..) => continue,
        };
        let node = graph.node(id);
        let output =
            roots.iter().skip(1).position(|root| *root == id).filter(|_| !graph.shape(id).is_empty());
        let mut common: Option<Path> = if roots.contains(&id) { Some(Vec::new()) } else { None };
        for at in defined.iter().chain(users.get(&id).into_iter().flatten()) {
            let path = &paths[at];
            common = Some(match common {
                None => path.clone(),
                Some(known) => {
                    known.into_iter().zip(path).take_while(|(a, b)| a == *b).map(|(a, _)| a).collect()
                }
            });
        }
        // A scatter without entries is nowhere but in its root.
        let common = common.unwrap_or_default();
        let bound = match &node {
            Node::Fold(_, axes, _) | Node::Build(axes, _) => axes.clone(),
            _ => Vec::new(),
        };
        // An array that is complete only after its loops cannot share them.
        let complete = units.axes(place);
        let shared: Path = common
            .iter()
            .copied()
            .take_while(|(_, context)| match context {
                Context::Loop(axis) => !bound.contains(axis) || complete.contains(axis),
                Context::Branch(_) => true,
            })
            .collect();
        let is_shared = |axis: &Axis| shared.iter().any(|(_, open)| *open == Context::Loop(*axis));
        let leading: Vec<Axis> = graph.free(id).into_iter().filter(|axis| !is_shared(axis)).collect();
        let kept = match &node {
            Node::Build(axes, _) => axes.iter().map(|axis| !is_shared(axis)).collect(),
            _ => vec![true; graph.shape(id).len()],
        };
        if matches!(units.unit(place), Unit::Value(_)) {
            if shared.len() < paths[&place].len() && users.contains_key(&id) {
                storage.insert(id, Storage { leading, kept, home: Home::Local });
            }
            continue;
        }
        let home = output.map_or(Home::Local, Home::Output);
        storage.insert(id, Storage { leading, kept, home });
        if !matches!(node, Node::Build(..)) {
            resets.entry(shared.last().map_or(0, |(number, _)| *number)).or_default().push(id);
        }
    }
    accumulate_in_outputs(graph, units, &users, &mut storage);
    (storage, resets)
}

/// A fold that only feeds one element of a gradient is accumulated in the gradient itself.
fn accumulate_in_outputs(
    graph: &Graph,
    units: &Units,
    users: &HashMap<Id, Vec<usize>>,
    storage: &mut HashMap<Id, Storage>,
) {
    let mut taken: HashSet<Id> = HashSet::new();
    for place in 0..units.len() {
        let Unit::Finish(fold) = units.unit(place) else {
            continue;
        };
        let (Node::Fold(..), Some([user])) = (graph.node(fold), users.get(&fold).map(Vec::as_slice)) else {
            continue;
        };
        let Unit::Update(array, 0) = units.unit(*user) else {
            continue;
        };
        let Node::Build(axes, _) = graph.node(array) else {
            continue;
        };
        let home = storage[&array].home;
        let mut sorted = axes.clone();
        sorted.sort_unstable();
        if matches!(home, Home::Output(_)) && storage[&fold].leading == sorted && taken.insert(array) {
            storage.insert(fold, Storage { leading: axes, kept: Vec::new(), home });
        }
    }
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
                Item::Block { context: context @ Context::Loop(axis), number, body } => {
                    let body = self.block(body, Some(*context), *number);
                    self.push(Step::Loop(*axis, body));
                }
            }
        }
        self.blocks.pop().map(|open| open.steps).unwrap_or_default()
    }

    fn push(&mut self, step: Step) {
        self.blocks.last_mut().expect("a block is open while its items are placed").steps.push(step);
    }

    fn unit(&mut self, unit: Unit) {
        if !is_mark(&unit) {
            self.computed.insert(unit.id(), self.blocks.iter().map(|open| open.number).collect());
        }
        match unit {
            Unit::Finish(_) => {}
            Unit::Value(id) => {
                for operand in self.graph.operands(id) {
                    self.name(operand);
                }
                let open = self.blocks.last_mut().expect("a block is open while its items are placed");
                open.named.insert(id);
                self.push(Step::Let(id));
                if self.storage.contains_key(&id) {
                    self.push(Step::Keep(id));
                }
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
                Node::Scatter(entries) => {
                    for &index in &entries[place].indices {
                        self.name(index);
                    }
                    self.name(peel(self.graph, entries[place].body).1);
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
        if is_array || is_fold || self.units.is_kept(id) || is_leaf_access(graph, id) {
            return;
        }
        if self.blocks.iter().any(|open| open.named.contains(&id)) {
            return;
        }
        for operand in graph.operands(id) {
            self.name(operand);
        }
        let open =
            |guard: &Guard| self.blocks.iter().any(|open| open.context == Some(Context::Branch(*guard)));
        let guards = self.units.guards_again(id);
        if !guards.iter().all(open) {
            // It must not be computed before its condition is known, so it is written into the branch.
            return;
        }
        let free = graph.free(id);
        let needed = |open: &Open| match open.context {
            Some(Context::Loop(axis)) => free.contains(&axis),
            Some(Context::Branch(guard)) => guards.contains(&guard),
            None => true,
        };
        // What may panic is not computed before a loop that may have no turns.
        let own = match self.units.is_risky(id) {
            true => self.blocks.len() - 1,
            false => self.blocks.iter().rposition(needed).unwrap_or(0),
        };
        let depth = graph.operands(id).into_iter().map(|operand| self.depth(operand)).fold(own, usize::max);
        self.blocks[depth].named.insert(id);
        self.blocks[depth].steps.push(Step::Let(id));
    }
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
    blocks
        .into_iter()
        .filter(|(id, defined)| {
            let named = graph.name(*id).is_some_and(|name| !name.starts_with("d_"));
            defined.len() == 1 && uses.get(id) == Some(defined) && !named
        })
        .map(|(id, _)| id)
        .collect()
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
            Step::Let(id) => {
                blocks.entry(*id).or_default().push(own);
                // A call is a statement of its own.
                if matches!(graph.node(*id), Node::Call(..)) {
                    uses.entry(*id).or_default().extend([own, own]);
                }
                graph.operands(*id)
            }
            Step::Keep(id) => vec![*id, *id],
            Step::Accumulate(id) | Step::Store(id) => graph.operands(*id),
            Step::Scatter(id, place) => match graph.node(*id) {
                Node::Scatter(entries) => {
                    let body = peel(graph, entries[*place].body).1;
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
        Step::Loop(axis, body) => Step::Loop(*axis, without(body, needless)),
        Step::Branch(guard, body) => Step::Branch(*guard, without(body, needless)),
        step => step.clone(),
    });
    kept.filter(|step| !matches!(step, Step::Loop(_, body) | Step::Branch(_, body) if body.is_empty()))
        .collect()
}
