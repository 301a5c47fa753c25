//! The graph once more, with others in the place of some nodes.

use std::cell::RefCell;
use std::collections::HashMap;

use super::{Expr, Graph, Id, Inner};

impl Graph {
    /// A new graph with all that the roots need, and where each node of this one is in it. `change` gives what
    /// takes the place of a node, made from its new operands.
    ///
    /// Nodes are in the order of those whose place they take, so that of a loop too it is still true that
    /// what was made after its beginning may belong to a turn.
    pub(crate) fn rebuilt(
        &self,
        roots: &[Id],
        mut change: impl for<'n> FnMut(Id, Expr<'n>) -> Expr<'n>,
    ) -> (Graph, HashMap<Id, Id>) {
        let (sequences, lengths, least) = {
            let inner = self.inner.borrow();
            (inner.sequences.clone(), inner.lengths.clone(), inner.least.clone())
        };
        let referred = sequences.iter().flat_map(|sequence| {
            sequence.turns.into_iter().chain(sequence.conditions.iter().map(|(condition, _)| *condition))
        });
        let computed = lengths.values().filter_map(|length| length.id);
        let roots: Vec<Id> = roots.iter().copied().chain(referred).chain(computed).collect();
        let mut beginnings: Vec<(Id, usize)> =
            sequences.iter().enumerate().map(|(number, sequence)| (sequence.first, number)).collect();
        beginnings.sort_unstable();
        let mut beginnings = beginnings.into_iter().peekable();
        let new = Graph { inner: RefCell::new(Inner { sequences, lengths, least, ..Inner::default() }) };
        let mut places: HashMap<Id, Id> = HashMap::new();
        for id in self.reachable(&roots) {
            while let Some((_, number)) = beginnings.next_if(|(first, _)| *first <= id) {
                new.begin_turns(number);
            }
            let copy = new.remade(self.data(id), &mut |operand| places[&operand]);
            let changed = change(id, new.expr(copy)).id;
            if let Some(name) = self.name(id) {
                new.suggest_name(changed, &name);
            }
            places.insert(id, changed);
        }
        beginnings.for_each(|(_, number)| new.begin_turns(number));
        new.refer_to_places(&places);
        (new, places)
    }

    /// Puts the nodes of this graph in the place of those of the one it was made from. The turns of loops are
    /// known from when they were made.
    fn refer_to_places(&self, places: &HashMap<Id, Id>) {
        let inner = &mut *self.inner.borrow_mut();
        let lengths = inner.lengths.values_mut().filter_map(|length| length.id.as_mut());
        let conditions = inner.sequences.iter_mut().flat_map(|sequence| &mut sequence.conditions);
        for id in lengths.chain(conditions.map(|(condition, _)| condition)) {
            *id = places[id];
        }
    }
}
