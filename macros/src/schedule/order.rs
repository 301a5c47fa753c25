//! The order of the units, and the loops and branches that hold them.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::guards::Guard;
use super::sharing::is_read_in_place;
use super::units::{Unit, Units};
use crate::graph::{Axis, Id};

/// What encloses units of work.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Context {
    /// A loop, with its number where its turns are taken in order.
    Loop(Axis, Option<usize>),
    Branch(Guard),
    /// A sum of products, which is done for all its indices at once.
    Contraction(Id),
}

/// A unit of work, or a loop or a branch of them.
pub(super) enum Item {
    Unit(usize),
    Block { context: Context, number: usize, body: Vec<Item> },
}

/// The loops and branches that hold a unit, from the outside in.
pub(super) type Path = Vec<(usize, Context)>;

/// Orders all units; `None` where loops run in order need each other's results.
pub(super) fn order(units: &Units) -> Option<Vec<Item>> {
    let axes = units.order.iter().enumerate().map(|(place, axis)| (*axis, place)).collect();
    let mut scheduler = Scheduler { units, axes, done: HashSet::new(), blocks: 0 };
    scheduler.block((0..units.len()).collect(), &[])
}

/// Where each unit is.
pub(super) fn paths(items: &[Item]) -> HashMap<usize, Path> {
    let mut found = HashMap::new();
    walk(items, &mut Vec::new(), &mut found);
    found
}

fn walk(items: &[Item], path: &mut Path, found: &mut HashMap<usize, Path>) {
    for item in items {
        match item {
            Item::Unit(unit) => {
                found.insert(*unit, path.clone());
            }
            Item::Block { context, number, body } => {
                path.push((*number, *context));
                walk(body, path, found);
                path.pop();
            }
        }
    }
}

struct Scheduler<'a> {
    units: &'a Units<'a>,
    /// The places of all axes, outer loops first.
    axes: HashMap<Axis, usize>,
    done: HashSet<usize>,
    blocks: usize,
}

impl Scheduler<'_> {
    /// Orders the units, for which `open` is open already.
    fn block(&mut self, units: Vec<usize>, open: &[Context]) -> Option<Vec<Item>> {
        let mut items = Vec::new();
        let mut here: Vec<usize> = Vec::new();
        let mut inside: Vec<(Context, Vec<usize>)> = Vec::new();
        let mut known: HashMap<Context, usize> = HashMap::new();
        for unit in units {
            match self.outermost(unit, open) {
                None => here.push(unit),
                Some(context) => {
                    let at = *known.entry(context).or_insert_with(|| {
                        inside.push((context, Vec::new()));
                        inside.len() - 1
                    });
                    inside[at].1.push(unit);
                }
            }
        }
        inside.sort_by_key(|(context, _)| match context {
            Context::Branch(_) | Context::Contraction(_) => (0, false),
            Context::Loop(axis, sequence) => (1 + self.place_of(axis), sequence.is_none()),
        });
        loop {
            let before = here.len();
            here.retain(|&unit| {
                let ready = self.units.needs(unit).iter().all(|need| self.done.contains(need));
                if ready {
                    self.done.insert(unit);
                    items.push(Item::Unit(unit));
                }
                !ready
            });
            if here.len() < before {
                continue;
            }
            if here.is_empty() && inside.is_empty() {
                return Some(items);
            }
            let (context, members) = self.next_block(&inside, open)?;
            let taken: HashSet<usize> = members.iter().copied().collect();
            for (_, units) in &mut inside {
                units.retain(|unit| !taken.contains(unit));
            }
            inside.retain(|(_, units)| !units.is_empty());
            self.blocks += 1;
            let number = self.blocks;
            let open = [open, &[context]].concat();
            let body = match context {
                Context::Loop(_, Some(sequence)) => self.turn(sequence, members, &open)?,
                _ => self.block(members, &open)?,
            };
            items.push(Item::Block { context, number, body });
        }
    }

    fn place_of(&self, axis: &Axis) -> usize {
        self.axes.get(axis).copied().unwrap_or_default()
    }

    /// A turn of a loop run in order: first what tells whether there is one, and last what brings its
    /// variables to the next.
    fn turn(&mut self, number: usize, members: Vec<usize>, open: &[Context]) -> Option<Vec<Item>> {
        let all: HashSet<usize> = members.iter().copied().collect();
        let mut first: BTreeSet<usize> = BTreeSet::new();
        let mut rest: Vec<usize> = self.units.place(Unit::Test(number)).into_iter().collect();
        while let Some(unit) = rest.pop() {
            if all.contains(&unit) && first.insert(unit) {
                rest.extend(self.units.needs(unit));
            }
        }
        let last = self.units.place(Unit::Advance(number));
        let then = members.into_iter().filter(|unit| !first.contains(unit) && Some(*unit) != last).collect();
        let mut items = self.block(first.into_iter().collect(), open)?;
        items.extend(self.block(then, open)?);
        if let Some(last) = last {
            self.done.insert(last);
            items.push(Item::Unit(last));
        }
        Some(items)
    }

    /// What to open next. A branch goes where it can; a loop that holds all that is left over its axis
    /// goes before others, the outermost first; else the innermost one goes, since what it computes lets
    /// the outer ones hold more, but one that only reads elements goes last, since it may share its turns with
    /// those who use them. The turns of a loop run in order are never taken apart.
    fn next_block(&self, over: &[(Context, Vec<usize>)], open: &[Context]) -> Option<(Context, Vec<usize>)> {
        let (mut innermost, mut reading) = (None, None);
        for (context, own) in over {
            let mut wanted = own.clone();
            // What is not run in order may share the turns of what is.
            if let Context::Loop(axis, Some(_)) = context {
                let others = over.iter().filter(|(other, _)| *other == Context::Loop(*axis, None));
                wanted.extend(others.flat_map(|(_, units)| units));
                wanted.sort_unstable();
            }
            let inside = self.ready(&wanted, open, context);
            let complete = own.iter().all(|unit| inside.contains(unit));
            let in_order = matches!(context, Context::Loop(_, Some(_)));
            if !inside.is_empty() && (complete || !in_order) {
                wanted.retain(|unit| inside.contains(unit));
                if complete || !matches!(context, Context::Loop(..)) {
                    return Some((*context, wanted));
                }
                let last = if wanted.iter().all(|&unit| self.only_reads(unit)) {
                    &mut reading
                } else {
                    &mut innermost
                };
                *last = Some((*context, wanted));
            }
        }
        innermost.or(reading)
    }

    /// Whether a unit reads an element of an array that changes in place, and no more.
    fn only_reads(&self, unit: usize) -> bool {
        matches!(self.units.unit(unit), Unit::Value(id) if is_read_in_place(self.units.graph, id))
    }

    /// Those of the units that can be done once the context is open, with all of each loop run in order or
    /// nothing of it.
    fn ready(&self, wanted: &[usize], open: &[Context], context: &Context) -> HashSet<usize> {
        let mut banned: HashSet<usize> = HashSet::new();
        loop {
            let mut inside: HashSet<usize> = HashSet::new();
            let mut before = None;
            while before != Some(inside.len()) {
                before = Some(inside.len());
                for &unit in wanted.iter().filter(|unit| !banned.contains(unit)) {
                    let ready = |need: &usize| self.done.contains(need) || inside.contains(need);
                    if self.units.needs(unit).iter().all(ready) {
                        inside.insert(unit);
                    }
                }
            }
            let is_open = |number: &usize| {
                let axis = self.units.loops.axis(*number);
                let sequence = Context::Loop(axis, Some(*number));
                open.contains(&sequence) || *context == sequence
            };
            let touched: BTreeSet<usize> =
                inside.iter().flat_map(|&unit| self.units.loops_around(unit)).copied().collect();
            let partial = touched.into_iter().filter(|number| !is_open(number)).find(|&number| {
                let all = self.units.around_loop(number);
                !all.iter().all(|unit| inside.contains(unit) || self.done.contains(unit))
            });
            match partial {
                Some(number) => banned.extend(self.units.around_loop(number)),
                None => return inside,
            }
        }
    }

    /// The outermost loop or branch that a unit still needs: first those of the loops run in order to which
    /// it belongs, then its own. A branch is opened as soon as the loops that its condition depends on are.
    fn outermost(&self, unit: usize, open: &[Context]) -> Option<Context> {
        let loops = &self.units.loops;
        if let Some(home) = self.units.home_of(unit) {
            for number in loops.chain(home) {
                let sequence = Context::Loop(loops.axis(number), Some(number));
                if open.contains(&sequence) {
                    continue;
                }
                let around = self.units.graph.free(loops.turns(number));
                let outside = self.of(&around, self.units.guards_of_loop(number), open);
                return Some(outside.unwrap_or(sequence));
            }
        }
        if let (Unit::Update(id, _), [Context::Loop(..), rest @ ..]) = (self.units.unit(unit), open)
            && self.units.rows.contraction(id).is_some()
        {
            return rest.is_empty().then_some(Context::Contraction(id));
        }
        self.of(self.units.axes(unit), self.units.guards(unit), open)
    }

    fn of(&self, axes: &[Axis], guards: &[Guard], open: &[Context]) -> Option<Context> {
        let is_open =
            |axis: &Axis| open.iter().any(|context| matches!(context, Context::Loop(own, _) if own == axis));
        let guard = guards.iter().find(|guard| !open.contains(&Context::Branch(**guard)));
        if let Some(guard) = guard
            && self.units.graph.with(guard.0, |data| data.free.iter().all(is_open))
        {
            return Some(Context::Branch(*guard));
        }
        let next = axes
            .iter()
            .filter(|axis| self.axes.contains_key(axis) && !is_open(axis))
            .min_by_key(|axis| self.place_of(axis));
        next.map(|axis| Context::Loop(*axis, None))
    }
}
