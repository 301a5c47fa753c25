//! The order of the units, and the loops and branches that hold them.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::guards::Guard;
use super::units::{Unit, Units};
use crate::graph::Axis;

/// What encloses units of work.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Context {
    /// A loop, with its number where its turns are taken in order.
    Loop(Axis, Option<usize>),
    Branch(Guard),
}

/// A unit of work, or a loop or a branch of them.
pub(super) enum Item {
    Unit(usize),
    Block { context: Context, number: usize, body: Vec<Item> },
}

/// The loops and branches that hold a unit, from the outside in.
pub(super) type Path = Vec<(usize, Context)>;

/// Orders all units; `None` where loops run in order need each other's results.
pub(super) fn order(units: &Units, axes: &[Axis]) -> Option<Vec<Item>> {
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
    /// All axes, outer loops first.
    axes: &'a [Axis],
    done: HashSet<usize>,
    blocks: usize,
}

impl Scheduler<'_> {
    /// Orders the units, for which `open` is open already.
    fn block(&mut self, mut rest: Vec<usize>, open: &[Context]) -> Option<Vec<Item>> {
        let mut items = Vec::new();
        while !rest.is_empty() {
            let before = rest.len();
            rest.retain(|&unit| {
                let here = self.outermost(unit, open).is_none();
                let ready = here && self.units.needs(unit).iter().all(|need| self.done.contains(need));
                if ready {
                    self.done.insert(unit);
                    items.push(Item::Unit(unit));
                }
                !ready
            });
            if rest.len() < before {
                continue;
            }
            let (context, members) = self.next_block(&rest, open)?;
            let inside: HashSet<usize> = members.iter().copied().collect();
            rest.retain(|unit| !inside.contains(unit));
            self.blocks += 1;
            let number = self.blocks;
            let open = [open, &[context]].concat();
            let body = match context {
                Context::Loop(_, Some(sequence)) => self.turn(sequence, members, &open)?,
                _ => self.block(members, &open)?,
            };
            items.push(Item::Block { context, number, body });
        }
        Some(items)
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
    /// the outer ones hold more. The turns of a loop run in order are never taken apart.
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
            Context::Branch(_) => (0, false),
            Context::Loop(axis, sequence) => {
                (1 + self.axes.iter().position(|known| known == axis).unwrap_or_default(), sequence.is_none())
            }
        });
        let mut candidates: Vec<(Context, Vec<usize>, bool)> = Vec::new();
        for (context, own) in &over {
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
            let whole = complete || matches!(context, Context::Branch(_));
            if !inside.is_empty() && (complete || !in_order) {
                candidates.push((
                    *context,
                    wanted.into_iter().filter(|unit| inside.contains(unit)).collect(),
                    whole,
                ));
            }
        }
        let chosen =
            candidates.iter().position(|(_, _, whole)| *whole).or(candidates.len().checked_sub(1))?;
        let (context, members, _) = candidates.swap_remove(chosen);
        Some((context, members))
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
            let partial = self.units.loops.numbers().filter(|number| !is_open(number)).find(|&number| {
                let all = self.units.around_loop(number);
                let some = all.iter().any(|unit| inside.contains(unit));
                some && !all.iter().all(|unit| inside.contains(unit) || self.done.contains(unit))
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
        let next = self.axes.iter().find(|axis| axes.contains(axis) && !is_open(axis));
        next.map(|axis| Context::Loop(*axis, None))
    }
}
