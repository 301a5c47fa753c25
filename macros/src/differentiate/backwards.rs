//! Loops whose turns build on each other, backwards.

use crate::differentiate::{Walk, without, zeros_like};
use crate::graph::{Id, Node, Turns};

/// A loop whose turns are walked backwards.
pub(super) struct Backwards {
    number: usize,
    turns: Turns,
    /// The loop that runs backwards, and its variables: the adjoints of these.
    reversed: usize,
    places: Vec<usize>,
    starts: Vec<Id>,
}

impl Walk<'_> {
    /// Begins the loop that runs another one's turns backwards. Its variables are the adjoints of the
    /// other's.
    pub(super) fn open_loop(&mut self, id: Id, number: usize, turns: Turns) {
        let graph = self.graph;
        let places: Vec<usize> =
            (0..turns.starts.len()).filter(|&place| self.is_variable(id, place)).collect();
        if places.is_empty() {
            return;
        }
        let sequence = graph.sequence(number);
        let start = |&place: &usize| match self.finals.remove(&(id, place)) {
            Some(received) => without(graph, &sequence.conditions, received),
            None => zeros_like(graph, turns.nexts[place]),
        };
        let starts = places.iter().map(start).collect();
        let parent = self.open.last().map(|outer| outer.reversed);
        let reversed = graph.open_reversed(number, parent);
        let context = [sequence.around.as_slice(), &[sequence.axis]].concat();
        for (own, &place) in places.iter().enumerate() {
            let next = turns.nexts[place];
            let adjoint = graph.state(reversed, own, graph.ty(next), graph.shape(next));
            if let Some(name) = graph.name(graph.after(id, place)) {
                graph.suggest_name(adjoint, &format!("d_{name}"));
            }
            self.contribute_under(&sequence.conditions, next, &context, adjoint);
        }
        self.open.push(Backwards { number, turns, reversed, places, starts });
    }

    fn is_variable(&self, turns: Id, place: usize) -> bool {
        let Node::Loop(_, Turns { starts, nexts, .. }) = self.graph.node(turns) else { return false };
        self.graph.ty(nexts[place]).is_float()
            && (self.is_active(starts[place]) || self.is_active(nexts[place]))
    }

    /// Ends the loops of which no node is left.
    pub(super) fn close_loops(&mut self, next: Option<Id>) {
        while let Some(open) = self.open.last()
            && next.is_none_or(|next| self.graph.is_before(next, open.number))
        {
            let open = self.open.pop().expect("it was looked at above");
            self.close_loop(open);
        }
    }

    fn close_loop(&mut self, open: Backwards) {
        let Backwards { number, turns, reversed, places, starts } = open;
        let graph = self.graph;
        let sequence = graph.sequence(number);
        let nexts = places
            .iter()
            .map(|&place| {
                let next = turns.nexts[place];
                let state = graph.state(number, place, graph.ty(next), graph.shape(next));
                match self.take(state) {
                    Some(adjoint) => without(graph, &sequence.conditions, adjoint),
                    None => zeros_like(graph, next),
                }
            })
            .collect();
        let backwards = graph.turns(reversed, Turns { starts, nexts, go_on: None });
        for (own, &place) in places.iter().enumerate() {
            let adjoint = graph.after(backwards, own);
            self.contribute_under(&sequence.conditions, turns.starts[place], &sequence.around, adjoint);
        }
    }
}
