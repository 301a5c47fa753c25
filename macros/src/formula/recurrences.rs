//! Loops whose turns are taken in order, as recurrences: `y[i + 1] = sin(y[i])`.
//!
//! A variable is a sequence over the turns. Where the index ascends, a turn finds the element at its
//! index and makes the next one; where it descends, a turn finds the element above and makes that at
//! its index. So `y[0]` and `y[n]` are what the loop begins and ends with, or the other way round.

use super::{Graph, Id, Level, Node, Target, Turns, Writer};

/// Which of its values a variable has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum When {
    Start,
    /// As a turn finds it.
    Turn,
    /// As a turn leaves it.
    Next,
    End,
}

/// The variables that are more than places in a list: those that something reads.
pub(super) fn variables(graph: &Graph, ids: &[Id]) -> Vec<(usize, usize, Id)> {
    let mut found = Vec::new();
    for &id in ids {
        match graph.node(id) {
            Node::State(_, place) | Node::Final(_, place) => {
                found.extend(graph.loop_of(id).map(|number| (number, place, id)));
            }
            _ => {}
        }
    }
    found
}

impl Writer<'_> {
    /// The lines of a loop: what its variables begin with, what a turn computes and makes of them, and how
    /// many turns there are if only they tell.
    pub(super) fn recurrences(&mut self, number: usize, turns: &Turns) {
        let places: Vec<usize> = (0..turns.starts.len())
            .filter(|&place| self.names.variables.contains_key(&(number, place)))
            .collect();
        for &place in &places {
            self.step(number, place, When::Start, turns.starts[place]);
        }
        let inside = self.names.inside.remove(&number).unwrap_or_default();
        self.definitions(&inside);
        for &place in &places {
            self.step(number, place, When::Next, turns.nexts[place]);
        }
        if let Some(go_on) = turns.go_on {
            let count = self.count(number).at(&[]);
            let letter = self.names.letter(self.graph.sequence(number).axis);
            let condition = self.expr(go_on, Level::Loose);
            self.lines.push(format!("{count} = the first {letter} where not ({condition})"));
        }
    }

    fn step(&mut self, number: usize, place: usize, when: When, value: Id) {
        let target = self.variable(number, place, when);
        match self.names.values.get(&value) {
            // It has its line already.
            Some(super::Named::Variable(of, at, known)) if (*of, *at, *known) == (number, place, when) => {}
            Some(_) => {
                let (text, _) = self.render(value);
                self.lines.push(format!("{} = {text}", target.at(&[])));
            }
            None => self.define(&target, value),
        }
    }

    pub(super) fn variable(&mut self, number: usize, place: usize, when: When) -> Target {
        let sequence = self.graph.sequence(number);
        let mut places = self.letters(&sequence.around);
        let letter = self.names.letter(sequence.axis);
        places.push(match (when, sequence.descending) {
            (When::Start, false) | (When::End, true) => "0".to_owned(),
            (When::End, false) | (When::Start, true) => self.length(sequence.axis.extent).0,
            (When::Turn, false) | (When::Next, true) => letter,
            (When::Next, false) | (When::Turn, true) => format!("{letter} + 1"),
        });
        let name = self.names.variables.get(&(number, place)).cloned();
        Target { name: name.unwrap_or_else(|| format!("s{number}_{place}")), places }
    }

    pub(super) fn final_of(&mut self, turns: Id, place: usize) -> Target {
        match self.graph.node(turns) {
            Node::Loop(number, _) => self.variable(number, place, When::End),
            _ => self.target(turns),
        }
    }

    /// How many turns there are of a loop that only they tell of.
    pub(super) fn count(&mut self, number: usize) -> Target {
        let around = self.graph.sequence(number).around;
        Target { name: self.names.count(number), places: self.letters(&around) }
    }
}
