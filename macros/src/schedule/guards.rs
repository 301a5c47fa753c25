//! Under which conditions a value is needed at all.

use std::collections::{HashMap, HashSet};

use super::loops::Loops;
use crate::graph::{Entry, Graph, Id, LIMIT, Node, Type};
use crate::ops;
use crate::shape::Extent;

/// How many conditions of a node's users are brought together: each may double the work of doing so.
const MOST_CONDITIONS: usize = 8;

/// A condition and the side of it that is taken.
pub(crate) type Guard = (Id, bool);

/// For each node the conditions under which alone it is computed, the outermost first.
pub(super) struct Guards {
    guards: HashMap<Id, Vec<Guard>>,
    /// Those under which a loop is run.
    loops: HashMap<usize, Vec<Guard>>,
}

impl Guards {
    pub(super) fn of(graph: &Graph, loops: &Loops, reachable: &[Id], roots: &[Id]) -> Self {
        // At first nothing is known to need the turns of a loop; then each round finds out more that does.
        let mut known: HashMap<usize, Vec<Guard>> = HashMap::new();
        loop {
            let guards = needed_under(graph, loops, reachable, roots, &known);
            let mut next = of_loops(graph, loops, reachable, &guards, &known);
            if next == known {
                // Those that only lengths need.
                let rest: Vec<usize> = loops.numbers().filter(|number| !known.contains_key(number)).collect();
                if rest.is_empty() {
                    return Guards { guards, loops: known };
                }
                next.extend(rest.into_iter().map(|number| (number, Vec::new())));
            }
            known = next;
        }
    }

    pub(super) fn of_loop(&self, number: usize) -> &[Guard] {
        self.loops.get(&number).map_or(&[], Vec::as_slice)
    }

    /// Whether anything needs the node itself, and not only what it is made of.
    pub(super) fn is_needed(&self, id: Id) -> bool {
        self.guards.contains_key(&id)
    }

    pub(super) fn of_node(&self, id: Id) -> &[Guard] {
        self.guards.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// The conditions of each loop of which anything is needed: what all nodes of its turns have in common with who
/// uses what is left after them, as far as it can be asked before the loop.
fn of_loops(
    graph: &Graph,
    loops: &Loops,
    reachable: &[Id],
    guards: &HashMap<Id, Vec<Guard>>,
    known: &HashMap<usize, Vec<Guard>>,
) -> HashMap<usize, Vec<Guard>> {
    let mut of_loops = known.clone();
    let mut restrict = |number: usize, own: &[Guard]| {
        let around = graph.free(loops.turns(number));
        let is_before = |(condition, _): &&Guard| {
            !loops.is_after(*condition, number)
                && graph.free(*condition).iter().all(|axis| around.contains(axis))
        };
        let own: Vec<Guard> = own.iter().take_while(is_before).copied().collect();
        let known = of_loops.entry(number).or_insert_with(|| own.clone());
        let common = known.iter().zip(&own).take_while(|(a, b)| a == b).count();
        known.truncate(common);
    };
    for number in loops.numbers() {
        if let Some(own) = guards.get(&loops.turns(number)) {
            restrict(number, own);
        }
    }
    for &id in reachable {
        let Some(own) = guards.get(&id) else { continue };
        for number in loops.home(&[id]).map(|home| loops.chain(home)).unwrap_or_default() {
            restrict(number, own);
        }
    }
    of_loops
}

/// What all users of a node have in common. A condition on a loop index that the value does not depend
/// on is left out, so that the value is computed once before the loop; unless computing it can panic, and
/// it holds no loop of its own, which the condition's index could be confused with. `known` has the conditions
/// of loops; the turns of others are not known to be needed.
fn needed_under(
    graph: &Graph,
    loops: &Loops,
    reachable: &[Id],
    roots: &[Id],
    known: &HashMap<usize, Vec<Guard>>,
) -> HashMap<Id, Vec<Guard>> {
    let mut guards: HashMap<Id, Vec<Guard>> = roots.iter().map(|&root| (root, Vec::new())).collect();
    let mut paths: HashMap<Id, Vec<Vec<Guard>>> =
        roots.iter().map(|&root| (root, vec![Vec::new()])).collect();
    let mut used: HashSet<Id> = HashSet::new();
    for &id in reachable {
        used.extend(graph.operands(id));
    }
    for &id in reachable.iter().rev() {
        let node = graph.node(id);
        let full = match (guards.remove(&id), &node) {
            (_, Node::Loop(number, _)) if let Some(own) = known.get(number) => own.clone(),
            (Some(full), _) => full,
            (None, Node::Loop(..)) => continue,
            (None, _) if used.contains(&id) => continue,
            // A length, which loops need.
            (None, _) => Vec::new(),
        };
        // The turns of a loop are asked for by other nodes than its users too.
        let is_loop = matches!(node, Node::Loop(..));
        let full = match any_of(graph, &full, paths.remove(&id).unwrap_or_default()) {
            Some(any) if !is_loop => [full, vec![(any, true)]].concat(),
            _ => full,
        };
        let free = graph.free(id);
        let over: Vec<Extent> = free.iter().chain(&graph.axes_bound(id)).map(|axis| axis.extent).collect();
        // A loop without turns does nothing in any case, but other conditions may not be asked then.
        let last = full.iter().rposition(|&(condition, _)| graph.is_risky(condition)).unwrap_or(0);
        let is_over = |condition: Id| graph.asked(condition).is_some_and(|extent| over.contains(&extent));
        let full: Vec<Guard> = full
            .iter()
            .enumerate()
            .filter(|&(place, &(condition, _))| place < last || !is_over(condition))
            .map(|(_, guard)| *guard)
            .collect();
        let home = loops.natural_home(id);
        let stays = graph.is_risky(id) && graph.cost(id) < LIMIT;
        let applies = |&(condition, _): &Guard| {
            !home.is_some_and(|home| loops.is_after(condition, home))
                && (stays || graph.free(condition).iter().all(|axis| free.contains(axis)))
        };
        // What is computed without a condition is so without those inside it too, unless they can be asked
        // anywhere.
        let is_simple = |&(condition, _): &Guard| !graph.is_risky(condition) && graph.cost(condition) < LIMIT;
        let nested = full.iter().take_while(|guard| applies(guard)).count();
        let (nested, inside) = full.split_at(nested);
        let simple = inside.iter().filter(|guard| applies(guard) && is_simple(guard));
        let own: Vec<Guard> = nested.iter().chain(simple).copied().collect();
        for (operand, conditions) in uses(graph, id, &node) {
            let path = [own.as_slice(), &conditions].concat();
            if graph.is_risky(operand) {
                paths.entry(operand).or_default().push(path.clone());
            }
            let common = match guards.remove(&operand) {
                None => path,
                Some(known) => known.into_iter().filter(|guard| path.contains(guard)).collect(),
            };
            guards.insert(operand, common);
        }
        guards.insert(id, own);
    }
    guards
}

/// The condition that some user of a node asks for it, beside what all of them ask: `None` if one always does, or
/// if it is not simple.
fn any_of(graph: &Graph, common: &[Guard], paths: Vec<Vec<Guard>>) -> Option<Id> {
    let mut rests: Vec<Vec<Guard>> = Vec::new();
    for path in paths {
        let rest: Vec<Guard> = path.into_iter().filter(|guard| !common.contains(guard)).collect();
        if !rests.contains(&rest) {
            rests.push(rest);
        }
    }
    let is_simple = |&(condition, _): &Guard| !graph.is_risky(condition) && graph.cost(condition) < LIMIT;
    let conditions = rests.iter().flatten();
    if conditions.clone().count() > MOST_CONDITIONS
        || !conditions.clone().all(is_simple)
        || is_certain(&rests)
    {
        return None;
    }
    // Where a condition is enough, its other side need not be asked for.
    let enough: Vec<Guard> = rests.iter().filter(|rest| rest.len() == 1).map(|rest| rest[0]).collect();
    rests.iter_mut().for_each(|rest| rest.retain(|&(condition, side)| !enough.contains(&(condition, !side))));
    let boolean = |value: bool| graph.int(i64::from(value), Type::Bool);
    let holds = |&(condition, side): &Guard| match side {
        true => condition,
        false => graph.op(ops::row("not"), &[condition]),
    };
    let all_of = |rest: &Vec<Guard>| rest.iter().map(holds).reduce(|a, b| graph.select(a, b, boolean(false)));
    let all: Option<Vec<Id>> = rests.iter().map(all_of).collect();
    all?.into_iter().reduce(|a, b| graph.select(a, boolean(true), b))
}

/// Whether one of them holds, whatever the conditions are.
fn is_certain(paths: &[Vec<Guard>]) -> bool {
    let Some(&(condition, _)) = paths.iter().flatten().next() else { return !paths.is_empty() };
    [true, false].into_iter().all(|value| {
        let possible = paths.iter().filter(|path| !path.contains(&(condition, !value)));
        let rest = |path: &Vec<Guard>| path.iter().filter(|guard| guard.0 != condition).copied().collect();
        is_certain(&possible.map(rest).collect::<Vec<Vec<Guard>>>())
    })
}

/// What may panic, is computed once before loops, and is needed in their turns alone: under the conditions
/// that there are such.
pub(super) fn needed_in_turns(graph: &Graph, reachable: &[Id], roots: &[Id]) -> HashMap<Id, Vec<Guard>> {
    let is_hoisted = |&id: &Id| {
        graph
            .with(id, |data| data.risky && data.shape.is_empty() && data.free.is_empty() && data.cost < LIMIT)
    };
    let hoisted: Vec<Id> = reachable.iter().copied().filter(is_hoisted).collect();
    if hoisted.is_empty() {
        return HashMap::new();
    }
    let enclosing = graph.enclosing(roots);
    let has_turns = |&extent: &Extent| Some((graph.has_turns(extent)?, true));
    hoisted.into_iter().map(|id| (id, enclosing[&id].iter().filter_map(has_turns).collect())).collect()
}

/// What a node uses, and under which conditions more than its own.
fn uses(graph: &Graph, id: Id, node: &Node) -> Vec<(Id, Vec<Guard>)> {
    match node {
        Node::Select(condition, then, otherwise) if then != otherwise => {
            let side = |operand: Id, holds: bool| {
                let guard = (*condition != operand).then_some((*condition, holds));
                (operand, guard.into_iter().collect())
            };
            vec![(*condition, Vec::new()), side(*then, true), side(*otherwise, false)]
        }
        // Where a contribution is zero, its place need not even exist.
        Node::Scatter(base, entries) => {
            let of_entry = |entry: &Entry| {
                let (conditions, contribution) = graph.peeled(entry.body);
                let asked = conditions.iter().enumerate();
                let asked = asked.map(|(place, (condition, _))| (*condition, conditions[..place].to_vec()));
                let inside = entry.indices.iter().chain([&contribution]);
                asked.chain(inside.map(|&id| (id, conditions.clone()))).collect::<Vec<_>>()
            };
            let base = base.iter().map(|&base| (base, Vec::new()));
            base.chain(entries.iter().flat_map(of_entry)).collect()
        }
        _ => graph.operands(id).into_iter().map(|operand| (operand, Vec::new())).collect(),
    }
}
