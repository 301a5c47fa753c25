//! Loops: one turn is lowered, and what it does to each variable says what all turns do.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::visit::Visit;
use syn::{Block, Expr, ExprForLoop, ExprLoop, ExprWhile, Label, Pat};

use super::classify::Turn;
use super::exits::leaves;
use super::recurrence::Part;
use crate::graph::{Axis, Id, Type};
use crate::lower::Lowerer;
use crate::lower::assign::Assigned;
use crate::lower::flow::{Exit, Flow, Leaving};
use crate::ops;
use crate::value::{Iteration, Value};
use crate::written::text;

/// How many loops may be inside each other, so that no pass runs out of stack.
const DEEPEST: usize = 64;

/// What all kinds of loops have.
struct Repeated<'a> {
    place: &'a dyn ToTokens,
    label: Option<&'a Label>,
    body: &'a Block,
    /// What a `for` loop runs over, and the pattern its items are bound to.
    items: Option<(&'a Pat, Iteration)>,
    /// The condition of a `while` loop.
    condition: Option<&'a Expr>,
}

/// A variable that is carried from turn to turn: where it stands in scope, and its parts.
struct Carried {
    at: usize,
    start: Value,
    /// The place of its first part among those of all variables.
    first: usize,
}

/// Who can be reached by leaving a loop: what comes next in the function, with the value that is taken there.
struct Way {
    to: Leaving,
    value: Value,
}

impl Lowerer<'_> {
    pub(in crate::lower) fn for_loop(&mut self, turns: &ExprForLoop) -> Flow {
        let iterated = self.expr(&turns.expr, None);
        let Some(iteration) = self.iteration(iterated, &turns.expr) else { return Flow::of(Value::Refused) };
        let mut changed = Assigned::default();
        changed.visit_expr(&turns.expr);
        self.repeat(
            Repeated {
                place: &turns.for_token,
                label: turns.label.as_ref(),
                body: &turns.body,
                items: Some((&turns.pat, iteration)),
                condition: None,
            },
            changed,
        )
    }

    pub(in crate::lower) fn while_loop(&mut self, turns: &ExprWhile) -> Flow {
        let repeated = Repeated {
            place: &turns.while_token,
            label: turns.label.as_ref(),
            body: &turns.body,
            items: None,
            condition: Some(&turns.cond),
        };
        self.repeat(repeated, Assigned::default())
    }

    pub(in crate::lower) fn endless_loop(&mut self, turns: &ExprLoop) -> Flow {
        if !leaves(&turns.body) {
            let help = "leave it with `break` or `return`";
            return Flow::of(self.refuse(turns.loop_token, "this loop never ends", help));
        }
        let repeated = Repeated {
            place: &turns.loop_token,
            label: turns.label.as_ref(),
            body: &turns.body,
            items: None,
            condition: None,
        };
        self.repeat(repeated, Assigned::default())
    }

    fn repeat(&mut self, repeated: Repeated, mut assigned: Assigned) -> Flow {
        if self.around.len() >= DEEPEST {
            let help = "put the inner loops into a function of their own";
            return Flow::of(self.refuse(
                repeated.place.to_token_stream(),
                "loops cannot be nested this deeply",
                help,
            ));
        }
        assigned.visit_block(repeated.body);
        let leaves = leaves(repeated.body);
        let is_counted = repeated.items.is_some() && !leaves;
        // How often it runs is known before where nothing but the items' number says so.
        let axis = match &repeated.items {
            Some((_, iteration)) if is_counted => iteration.axis,
            _ => {
                let extent = self.computed_extent();
                self.graph.set_length_around(extent, &self.around);
                self.loop_axis(extent)
            }
        };
        let number = self.graph.open_loop(axis, &self.around, self.inside.last().copied(), &self.conditions);
        if !is_counted {
            self.graph.set_length_within(axis.extent, number);
        }
        let names = self.scope.len();
        let Some(carried) = self.carry(number, &assigned, repeated.place) else {
            return Flow::of(Value::Refused);
        };
        let left = carried.last().map_or(0, |last| last.first + count(&last.start));
        self.inside.push(number);
        self.around.push(axis);
        self.labels.push((repeated.label.map(|label| label.name.ident.to_string()), number));

        let item = repeated.items.as_ref().map(|(_, iteration)| match is_counted {
            true => iteration.clone(),
            false => self.at_turn(iteration, axis),
        });
        let limit = match &repeated.items {
            Some((_, iteration)) if !is_counted => {
                let length = self.graph.size(iteration.axis.extent);
                Some(self.graph.op(ops::row("lt"), &[self.graph.index(axis), length]))
            }
            _ => None,
        };
        let stays = leaves.then(|| {
            let left = self.graph.state(number, left, Type::Int("usize"), Vec::new());
            self.graph.op(ops::row("eq"), &[left, self.usize(0)])
        });
        let condition = repeated.condition.map(|condition| self.condition_of_loop(condition));
        if let (Some(Some(id)), Some(condition), false) = (condition, repeated.condition, leaves)
            && self.graph.states_in(&[id], number).is_empty()
        {
            let help = format!("change what `{}` reads, or leave with `break`", text(condition));
            let message = "nothing in this loop changes its condition, so that it runs never or forever";
            self.refuse(condition, message, help);
        }
        let go_on = [limit, stays].into_iter().flatten().chain(condition.flatten()).reduce(|a, b| {
            let never = self.boolean(false);
            self.graph.select(a, b, never)
        });
        if let (Some(item), Some((pattern, _))) = (&item, &repeated.items) {
            self.bind(pattern, item.item.clone());
        }
        let flow = self.statements(&repeated.body.stmts, None);

        self.labels.pop();
        self.around.pop();
        self.inside.pop();
        self.scope.truncate(names);
        if condition == Some(None) {
            return Flow::of(Value::Refused);
        }
        let keep = item.and_then(|item| item.keep);
        let nexts = self.variables_after(number, &carried, &flow, keep, repeated.place);
        let ways = self.ways(number, &flow.exits, repeated.place);
        let endless = repeated.items.is_none() && repeated.condition.is_none();
        let repeats = Repeats { number, axis, go_on, left, leaves, ways, flow, endless };
        self.after_turns(repeats, carried, nexts, repeated.place)
    }

    /// The condition of a `while` loop, which is asked once more than there are turns.
    fn condition_of_loop(&mut self, condition: &Expr) -> Option<Id> {
        let before = self.scope.clone();
        let holds = self.condition(condition);
        if self.scope != before {
            let message = "the condition of a loop cannot change anything";
            let help = "write `loop { .. }`, and leave it with `break` where the condition does not hold";
            self.refuse(condition, message, help);
            self.scope = before;
        }
        holds
    }

    /// The items of a loop that may end before they do.
    fn at_turn(&mut self, iteration: &Iteration, axis: Axis) -> Iteration {
        let index = self.graph.index(axis);
        let at = |id: Id| self.graph.substitute(id, &[(iteration.axis, index)]);
        Iteration { axis, item: iteration.item.map(&at), keep: iteration.keep.map(at) }
    }

    /// Puts variables as a turn finds them in the place of those that the loop changes.
    fn carry(&mut self, number: usize, assigned: &Assigned, place: &dyn ToTokens) -> Option<Vec<Carried>> {
        let mut carried: Vec<Carried> = Vec::new();
        let mut starts: Vec<Vec<Value>> = Vec::new();
        for at in 0..self.scope.len() {
            let (name, start) = self.scope[at].clone();
            let hidden = self.scope[at + 1..].iter().any(|(other, _)| *other == name);
            if !assigned.0.contains(&name) || hidden || matches!(start, Value::Refused | Value::Element(..)) {
                continue;
            }
            let first = carried.last().map_or(0, |last| last.first + count(&last.start));
            let Some(parts) = start.parts() else {
                self.refuse(
                    place.to_token_stream(),
                    format!("`{name}` cannot be carried through a loop"),
                    "carry numbers and arrays, and make the iterator inside",
                );
                return None;
            };
            let parts: Vec<Value> = parts
                .into_iter()
                .zip(first..)
                .map(|(part, place)| self.start_of(number, place, part))
                .collect();
            let start = start.with_parts(&mut parts.iter().cloned());
            carried.push(Carried { at, start, first });
            starts.push(parts);
        }
        self.graph.begin_turns(number);
        for (Carried { at, start, first }, parts) in carried.iter().zip(starts) {
            let name = self.scope[*at].0.clone();
            let mut states =
                parts.iter().zip(*first..).map(|(part, place)| self.state_of(number, place, part));
            let state = start.with_parts(&mut states);
            self.suggest_name(&state, &name);
            self.scope[*at].1 = state;
        }
        Some(carried)
    }

    /// The variables after a turn, however it ends.
    fn variables_after(
        &mut self,
        number: usize,
        carried: &[Carried],
        flow: &Flow,
        keep: Option<Id>,
        place: &dyn ToTokens,
    ) -> Vec<Value> {
        let mut nexts = Vec::new();
        for Carried { at, start, first } in carried {
            let states = start.parts().unwrap_or_default();
            let mut states =
                states.iter().zip(*first..).map(|(part, place)| self.state_of(number, place, part));
            let before = start.with_parts(&mut states);
            let mut exits = flow.exits.iter().rev();
            let end = match flow.falls {
                true => Some(self.scope[*at].1.clone()),
                false => exits.next().map(|exit| exit.scope[*at].1.clone()),
            };
            let mut next = end.unwrap_or(Value::Refused);
            for Exit { condition, scope, .. } in exits {
                if let Some(condition) = condition {
                    next = self.choose(*condition, scope[*at].1.clone(), next, place);
                }
            }
            if let Some(keep) = keep {
                next = self.choose(keep, next, before, place);
            }
            nexts.push(next);
        }
        nexts
    }

    /// Where control goes from the loop, with the value that it takes there in a turn that leaves.
    fn ways(&mut self, number: usize, exits: &[Exit], place: &dyn ToTokens) -> Vec<Way> {
        let mut ways: Vec<Way> = Vec::new();
        for exit in exits.iter().rev() {
            if exit.to == Leaving::Continue(number) {
                continue;
            }
            match ways.iter_mut().find(|way| way.to == exit.to) {
                Some(way) => {
                    let other = way.value.clone();
                    let condition = exit.condition.unwrap_or_else(|| self.boolean(true));
                    way.value = self.choose(condition, exit.value.clone(), other, place);
                }
                None => ways.push(Way { to: exit.to, value: exit.value.clone() }),
            }
        }
        ways
    }

    /// What the loop leaves behind.
    fn after_turns(
        &mut self,
        mut repeats: Repeats,
        carried: Vec<Carried>,
        nexts: Vec<Value>,
        place: &dyn ToTokens,
    ) -> Flow {
        let number = repeats.number;
        let mut parts: Vec<Part> = Vec::new();
        for (Carried { start, .. }, next) in carried.iter().zip(&nexts) {
            let (starts, ends) = (start.parts().unwrap_or_default(), next.parts().unwrap_or_default());
            // rustc says it better where they differ.
            for (at, start) in starts.into_iter().enumerate() {
                let end = ends.get(at).cloned().unwrap_or(Value::Refused);
                let part = self.part_of_turn(number, parts.len(), start, end, place);
                parts.push(part);
            }
        }
        let code = self.code(&repeats);
        if repeats.leaves {
            let zero = Value::Scalar(self.usize(0));
            let left = self.part_of_turn(number, parts.len(), zero, Value::Scalar(code), place);
            parts.push(left);
        }
        // What the loop is left with is carried too.
        let mut values: Vec<(usize, usize)> = Vec::new();
        for (at, way) in repeats.ways.iter().enumerate() {
            let taken = self.graph.op(ops::row("eq"), &[code, self.usize(at as i64 + 1)]);
            let Some(ends) = way.value.parts() else {
                values.push((0, 0));
                continue;
            };
            values.push((parts.len(), ends.len()));
            for end in ends {
                let end = self.typed_for(end, number, parts.len());
                let zero = self.zero_like(&end);
                let before = self.state_of(number, parts.len(), &zero);
                let end = self.choose(taken, end, before, place);
                let part = self.part_of_turn(number, parts.len(), zero, end, place);
                parts.push(part);
            }
        }
        let ended = self.all_turns(repeats.number, repeats.axis, repeats.go_on, parts);
        let end = |range: std::ops::Range<usize>| ended[range].iter().cloned();
        for Carried { at, start, first } in &carried {
            let name = self.scope[*at].0.clone();
            let value = start.with_parts(&mut end(*first..first + count(start)));
            self.suggest_name(&value, &name);
            self.scope[*at].1 = value;
        }
        let left = match ended.get(repeats.left) {
            Some(Value::Scalar(left)) if !repeats.ways.is_empty() => *left,
            _ => return Flow::of(Value::Tuple(Vec::new())),
        };
        let mut flow = Flow::of(Value::Tuple(Vec::new()));
        flow.falls = !repeats.endless;
        for (at, (way, (first, count))) in
            std::mem::take(&mut repeats.ways).into_iter().zip(values).enumerate()
        {
            let value = way.value.with_parts(&mut end(first..first + count));
            if way.to == Leaving::Break(number) {
                flow.falls = true;
                flow.value = value;
                continue;
            }
            let code = self.usize(at as i64 + 1);
            let condition = Some(self.graph.op(ops::row("eq"), &[left, code]));
            flow.exits.push(Exit { to: way.to, condition, scope: self.scope.clone(), value });
        }
        flow
    }

    /// Which way a turn leaves, counted from 1; 0 where it does not.
    fn code(&mut self, repeats: &Repeats) -> Id {
        let number_of = |exit: &Exit| match repeats.ways.iter().position(|way| way.to == exit.to) {
            Some(at) => at as i64 + 1,
            None => 0,
        };
        let mut exits = repeats.flow.exits.iter().rev();
        let last = if repeats.flow.falls { 0 } else { exits.next().map_or(0, number_of) };
        exits.fold(self.usize(last), |rest, exit| match exit.condition {
            Some(condition) => self.graph.select(condition, self.usize(number_of(exit)), rest),
            None => self.usize(number_of(exit)),
        })
    }

    /// All parts of all variables after all turns. Those whose turns can be taken in any order are folds
    /// or arrays built at once; the others are carried.
    pub(super) fn all_turns(
        &mut self,
        number: usize,
        axis: Axis,
        go_on: Option<Id>,
        parts: Vec<Part>,
    ) -> Vec<Value> {
        let graph = self.graph;
        let mut in_order: BTreeSet<usize> =
            go_on.map_or_else(BTreeSet::new, |go_on| graph.states_in(&[go_on], number));
        in_order.extend((0..parts.len()).filter(|&place| matches!(parts[place].turn, Turn::InOrder)));
        loop {
            let before = in_order.len();
            for (place, part) in parts.iter().enumerate() {
                let replaces = matches!(part.turn, Turn::Replace(_));
                if replaces && (go_on.is_some() || !in_order.is_empty()) {
                    in_order.insert(place);
                }
                let needed = match in_order.contains(&place) {
                    true => part.next.map_or_else(BTreeSet::new, |next| graph.states_in(&[next], number)),
                    false => graph.states_in(&part.turn.reads(), number),
                };
                in_order.extend(needed.into_iter().filter(|&other| other != place || replaces));
            }
            if in_order.len() == before {
                break;
            }
        }
        let turns = (go_on.is_some() || !in_order.is_empty())
            .then(|| self.turns_in_order(number, go_on, &in_order, &parts));
        if let (Some(turns), Some(_)) = (turns, go_on) {
            self.graph.set_length(axis.extent, self.graph.ran(turns));
        }
        let ends = parts.into_iter().enumerate().map(|(place, part)| match turns {
            Some(turns) if in_order.contains(&place) => {
                part.ended(self.graph, self.graph.after(turns, place))
            }
            _ => self.folded_part(axis, part),
        });
        ends.collect()
    }
}

/// A loop whose turn has been lowered.
struct Repeats {
    number: usize,
    axis: Axis,
    go_on: Option<Id>,
    /// The place of the variable that says which way the loop was left.
    left: usize,
    /// Whether its body says that it may be left.
    leaves: bool,
    ways: Vec<Way>,
    flow: Flow,
    /// Whether only leaving ends it.
    endless: bool,
}

fn count(value: &Value) -> usize {
    value.parts().map_or(0, |parts| parts.len())
}
