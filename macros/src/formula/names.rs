//! Which values have a line of their own, where it stands, and what all is called.

use std::collections::{HashMap, HashSet};

use super::recurrences::{When, variables};
use crate::graph::{Axis, Graph, Id, Node, Turns};
use crate::lower::Lowered;
use crate::shape::Extent;

/// What a value with a line of its own is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Named {
    Value(String),
    /// It is what a loop makes of a variable: the loop's number, the variable's place, and when.
    Variable(usize, usize, When),
}

pub(super) struct Names {
    pub(super) values: HashMap<Id, Named>,
    pub(super) variables: HashMap<(usize, usize), String>,
    /// What is defined outside all loops: for the results, and then for the derivatives alone.
    pub(super) outside: [Vec<Id>; 2],
    /// What is defined in the turns of a loop.
    pub(super) inside: HashMap<usize, Vec<Id>>,
    /// The lengths that have a name, with it.
    pub(super) lengths: Vec<(Extent, String)>,
    counts: HashMap<usize, String>,
    letters: HashMap<Axis, String>,
    taken: HashSet<String>,
    numbers: HashMap<String, usize>,
}

const LENGTHS: &[&str] = &["n", "m", "k", "p", "q"];
/// More nodes than a line holds with ease.
const LONG: u32 = 32;
/// As many nodes as are written again rather than looked up.
const SHORT: u32 = 3;

pub(super) fn named(function: &str, lowered: &Lowered, results: &[Id], gradients: &[Id]) -> Names {
    let graph = &lowered.graph;
    let ids = graph.reachable(&[results, gradients].concat());
    let mut names = Names {
        values: HashMap::new(),
        variables: HashMap::new(),
        outside: Default::default(),
        inside: HashMap::new(),
        lengths: Vec::new(),
        counts: HashMap::new(),
        letters: HashMap::new(),
        taken: HashSet::from([function.to_owned()]),
        numbers: HashMap::new(),
    };
    names.put_in_place(graph, results, &ids);
    for leaf in &lowered.leaves {
        let access = crate::written::text(&leaf.access);
        names.taken.extend([leaf.name.clone(), first_word(&access).to_owned()]);
    }
    for (number, place, id) in variables(graph, &ids) {
        if !names.variables.contains_key(&(number, place)) {
            let name = names.unique(&graph.name(id).unwrap_or_else(|| "s".to_owned()));
            names.variables.insert((number, place), name);
        }
    }
    // The names that the user gave to lengths are taken.
    let extents = lowered.leaves.iter().flat_map(|leaf| graph.shape(leaf.node));
    names.taken.extend(extents.filter_map(|extent| lowered.extents.name(extent)));
    let titles: HashMap<Id, &String> = results.iter().copied().zip(&lowered.result_names).rev().collect();
    let own = own_lines(graph, &ids, &titles);
    names.take_from_loops(graph, &ids, &own, [results, gradients]);
    let lengths: HashSet<Id> = graph.lengths().into_iter().map(|(_, length)| length).collect();
    let mut printed = Vec::new();
    for outside in &names.outside {
        names.in_order(graph, outside, &mut printed);
    }
    let mut unnamed = Vec::new();
    for &id in printed.iter().filter(|id| own.contains(id)) {
        if names.values.contains_key(&id) {
            continue;
        }
        let name = match (titles.get(&id), graph.name(id)) {
            (Some(title), _) => (*title).clone(),
            (None, Some(name)) => names.unique(&name),
            (None, None) if lengths.contains(&id) => {
                unnamed.push(id);
                continue;
            }
            (None, None) => names.unique("t"),
        };
        names.values.insert(id, Named::Value(name));
    }
    // The letters of indices and lengths make way for names.
    for &id in &printed {
        for axis in graph.free(id).into_iter().chain(graph.axes_bound(id)) {
            names.letter(axis);
        }
    }
    for id in unnamed {
        let name = names.one_of(LENGTHS);
        names.values.insert(id, Named::Value(name));
    }
    names
}

impl Names {
    /// What is in the turns of a loop stands with the innermost one, if that is needed for the results as
    /// well, or for neither.
    fn put_in_place(&mut self, graph: &Graph, results: &[Id], ids: &[Id]) {
        let first: HashSet<Id> = graph.reachable(results).into_iter().collect();
        for &id in ids {
            let pass = usize::from(!first.contains(&id));
            let is_in_pass = |number: &usize| {
                graph.turns_of(*number).is_some_and(|turns| first.contains(&turns) == (pass == 0))
            };
            let within = graph.with(id, |data| data.within.clone());
            match within.into_iter().filter(is_in_pass).max() {
                Some(number) => self.inside.entry(number).or_default().push(id),
                None => self.outside[pass].push(id),
            }
        }
    }

    /// The order in which values are defined.
    fn in_order(&self, graph: &Graph, ids: &[Id], printed: &mut Vec<Id>) {
        for &id in ids {
            if let Node::Loop(number, _) = graph.node(id)
                && let Some(inside) = self.inside.get(&number)
            {
                self.in_order(graph, inside, printed);
            }
            printed.push(id);
        }
    }

    /// What a loop begins with or makes of a variable needs no other name than the variable's.
    fn take_from_loops(&mut self, graph: &Graph, ids: &[Id], own: &HashSet<Id>, roots: [&[Id]; 2]) {
        let first: HashSet<Id> = graph.reachable(roots[0]).into_iter().collect();
        for &id in ids {
            let Node::Loop(number, Turns { starts, nexts, .. }) = graph.node(id) else { continue };
            let sequence = graph.sequence(number);
            let within: HashSet<Id> = self.inside.get(&number).into_iter().flatten().copied().collect();
            for place in 0..starts.len() {
                if !self.variables.contains_key(&(number, place)) {
                    continue;
                }
                for (value, when) in [(starts[place], When::Start), (nexts[place], When::Next)] {
                    let mut around = sequence.around.clone();
                    if when == When::Next {
                        around.push(sequence.axis);
                    }
                    around.sort_unstable();
                    if own.contains(&value)
                        && !roots.iter().any(|roots| roots.contains(&value))
                        && graph.free(value) == around
                        && (when == When::Start || within.contains(&value))
                        && first.contains(&value) == first.contains(&id)
                    {
                        self.values.entry(value).or_insert(Named::Variable(number, place, when));
                    }
                }
            }
        }
    }

    pub(super) fn letter(&mut self, axis: Axis) -> String {
        if let Some(letter) = self.letters.get(&axis) {
            return letter.clone();
        }
        let letter = self.one_of(&["i", "j", "k", "l"]);
        self.letters.insert(axis, letter.clone());
        letter
    }

    /// The name of a length: the one that the user gave it, if there is one.
    pub(super) fn length(&mut self, extent: Extent, given: Option<&str>) -> String {
        if let Some((_, name)) = self.lengths.iter().find(|(known, _)| *known == extent) {
            return name.clone();
        }
        let name = given.map_or_else(|| self.one_of(LENGTHS), |given| given.to_owned());
        self.lengths.push((extent, name.clone()));
        name
    }

    /// The name of the number of turns of a loop.
    pub(super) fn count(&mut self, number: usize) -> String {
        if let Some(name) = self.counts.get(&number) {
            return name.clone();
        }
        let name = self.one_of(LENGTHS);
        self.counts.insert(number, name.clone());
        name
    }

    fn one_of(&mut self, names: &[&str]) -> String {
        match names.iter().find(|name| !self.taken.contains(**name)) {
            Some(name) => self.unique(name),
            None => self.unique(names[0]),
        }
    }

    fn unique(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        while !self.taken.insert(name.clone()) {
            let number = self.numbers.entry(wanted.to_owned()).or_insert(1);
            *number += 1;
            name = format!("{wanted}{number}");
        }
        name
    }
}

fn first_word(access: &str) -> &str {
    access.split(['.', '[', ':']).next().unwrap_or(access)
}

/// The values that have a line of their own: those that a line cannot hold, and those that have a name, are
/// used more than once or are long.
fn own_lines(graph: &Graph, ids: &[Id], titles: &HashMap<Id, &String>) -> HashSet<Id> {
    let mut uses: HashMap<Id, usize> = HashMap::new();
    for operand in ids.iter().flat_map(|&id| graph.operands(id)) {
        *uses.entry(operand).or_default() += 1;
    }
    // A length is written wherever its axis ends.
    for (_, length) in graph.lengths() {
        *uses.entry(length).or_default() += 1;
    }
    for &id in ids.iter().rev() {
        if let Node::Cast(value) = graph.node(id) {
            let more = uses.get(&id).copied().unwrap_or_default().saturating_sub(1);
            *uses.entry(value).or_default() += more;
        }
    }
    // A line of a loop says what a variable begins with or becomes.
    let in_loops: HashSet<Id> = ids
        .iter()
        .filter(|&&id| matches!(graph.node(id), Node::Loop(..)))
        .flat_map(|&id| graph.operands(id))
        .flat_map(|id| match graph.node(id) {
            Node::Build(_, body) => vec![id, body],
            _ => vec![id],
        })
        .collect();
    let lengths: HashSet<Id> = graph.lengths().into_iter().map(|(_, length)| length).collect();
    let mut own = HashSet::new();
    let mut weights: HashMap<Id, u32> = HashMap::new();
    for &id in ids {
        let operands = graph.operands(id);
        let inside: u32 = operands.iter().map(|operand| weights.get(operand).copied().unwrap_or(1)).sum();
        let uses = uses.get(&id).copied().unwrap_or_default();
        let has_line = (in_loops.contains(&id) || titles.contains_key(&id)) && uses <= 1;
        let is_own = match graph.node(id) {
            Node::Loop(..) | Node::Final(..) | Node::Ran(_) | Node::Cast(_) => false,
            Node::Get(..) => inside > LONG / 2,
            _ if is_short(graph, id) || constant(graph, id).is_some() => false,
            // A length or an index is soon read.
            _ if !graph.ty(id).is_float() && inside <= SHORT && graph.shape(id).is_empty() => false,
            _ if lengths.contains(&id) => true,
            _ if has_line => uses > 0 && titles.contains_key(&id),
            _ if !graph.shape(id).is_empty() => uses > 0,
            _ => {
                uses > 1
                    || (uses > 0 && inside > LONG)
                    || graph.name(id).is_some_and(|name| !name.starts_with("d_"))
            }
        };
        if is_own {
            own.insert(id);
        }
        let is_apart = is_own || matches!(graph.node(id), Node::Loop(..) | Node::Final(..) | Node::Ran(_));
        weights.insert(id, if is_apart { 1 } else { inside.saturating_add(1) });
    }
    own
}

/// What is as short as a name keeps its own.
pub(super) fn is_short(graph: &Graph, id: Id) -> bool {
    matches!(
        graph.node(id),
        Node::Float(_)
            | Node::Int(_)
            | Node::Leaf(_)
            | Node::Size(_)
            | Node::Index(_)
            | Node::Get(..)
            | Node::State(..)
            | Node::Final(..)
            | Node::Ran(_)
    )
}

/// The number that all elements of an array are.
pub(super) fn constant(graph: &Graph, array: Id) -> Option<f64> {
    match graph.node(array) {
        Node::Scatter(None, entries) if entries.is_empty() => Some(0.0),
        Node::Build(_, body) => match graph.node(body) {
            Node::Float(bits) => Some(f64::from_bits(bits)),
            _ => None,
        },
        _ => None,
    }
}
