//! What is called what, and where it lives.

use super::{Axis, Extent, Home, Id, Node, Printer, Storage, default_name};
use crate::shape::Source;

impl Printer<'_> {
    fn unique(&mut self, wanted: &str) -> String {
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
        let name = names.find(|name| self.taken.insert(name.clone()));
        name.expect("there are more numbers than names")
    }

    /// The names of the gradients that are arrays; the others only take a number in the end.
    pub(super) fn name_outputs(&mut self) {
        for leaf in self.lowered.leaves.iter().filter(|leaf| leaf.active) {
            let is_array = !self.graph.shape(leaf.node).is_empty();
            let target = if is_array {
                self.unique(&format!("d_{}", leaf.name))
            } else {
                format!("grad.{}", leaf.name)
            };
            self.outputs.push(target);
        }
    }

    /// The name of a value, or of what is added up to it and kept elsewhere when it is complete.
    pub(super) fn name(&mut self, id: Id, is_apart: bool) -> String {
        let id = self.program.cells.first(id);
        if let Some(Storage { home: Home::Output(place), .. }) = self.program.storage.get(&id)
            && !is_apart
        {
            return self.outputs[*place].clone();
        }
        if let Some(name) = self.names.get(&(id, is_apart)) {
            return name.clone();
        }
        let wanted = self.graph.name(id).unwrap_or_else(|| default_name(&self.graph.node(id)).to_owned());
        let name = self.unique(&wanted);
        self.names.insert((id, is_apart), name.clone());
        name
    }

    pub(super) fn letter(&mut self, axis: Axis) -> String {
        if let Some(letter) = self.letters.get(&axis) {
            return letter.clone();
        }
        let free = ["i", "j", "k", "l"].into_iter().find(|letter| !self.taken.contains(*letter));
        let letter = self.unique(free.unwrap_or("i"));
        self.letters.insert(axis, letter.clone());
        letter
    }

    pub(super) fn letters(&mut self, axes: &[Axis]) -> Vec<String> {
        axes.iter().map(|&axis| self.letter(axis)).collect()
    }

    pub(super) fn length(&mut self, extent: Extent) -> String {
        let source = self.lowered.extents.source(extent);
        match (&source, self.graph.length(extent)) {
            (Source::Loop(_), Some(length)) => self.expr(length),
            _ => self.lowered.length_text(&source),
        }
    }

    /// Where a fold is added up.
    pub(super) fn accumulator(&mut self, id: Id) -> String {
        match self.program.accumulators.get(&id) {
            Some(storage) => {
                let name = self.name(id, true);
                self.place(name, id, storage, &[])
            }
            None => self.element(id, &[]),
        }
    }

    /// An element of a stored array, or a stored number.
    pub(super) fn element(&mut self, id: Id, own: &[Id]) -> String {
        let own: Vec<String> = own.iter().map(|&index| self.expr(index)).collect();
        let first = self.program.cells.first(id);
        let name = self.name(first, false);
        match self.program.storage.get(&first) {
            Some(storage) => self.place(name, first, storage, &own),
            None => indexed(name, own),
        }
    }

    fn place(&mut self, name: String, id: Id, storage: &Storage, own: &[String]) -> String {
        let row = self.pass.filter(|pass| pass.local.contains(&id)).map(|pass| pass.run.axis);
        let axes: Vec<Axis> = row.into_iter().chain(storage.leading.iter().copied()).collect();
        let kept = own.iter().zip(&storage.kept).filter(|(_, kept)| **kept).map(|(index, _)| index.clone());
        let indices = self.letters(&axes).into_iter().chain(kept).collect();
        indexed(name, indices)
    }

    /// A number that one phase of the pass leaves to another.
    pub(super) fn kept_in_block(&mut self, id: Id) -> Option<String> {
        let row = self.pass.filter(|pass| pass.kept.contains(&id))?.run.axis;
        let name = self.name(id, false);
        Some(indexed(name, vec![self.letter(row)]))
    }

    /// A variable of a loop, which an array is as a whole.
    pub(super) fn variable(&mut self, id: Id) -> String {
        if self.graph.shape(id).is_empty() { self.name(id, false) } else { self.whole(id) }
    }

    /// All elements of an array, and a fold for all its indices.
    pub(super) fn whole(&mut self, id: Id) -> String {
        let rank = self.graph.shape(id).len();
        let all = |count: usize| vec!["..".to_owned(); count];
        match self.graph.node(id) {
            Node::Leaf(_) | Node::CallGradient(..) => indexed(self.expr(id), all(rank)),
            _ => {
                let first = self.program.cells.first(id);
                let is_apart = self.program.accumulators.contains_key(&id);
                let name = self.name(first, is_apart);
                let storage = self.program.accumulators.get(&id).or_else(|| self.program.storage.get(&first));
                let rank = storage.map_or(rank, |storage| self.stored_shape(id, storage).len());
                let row = self.pass.filter(|pass| pass.local.contains(&id)).map(|pass| pass.run.axis);
                let row = row.map(|row| self.letter(row));
                indexed(name, row.into_iter().chain(all(rank)).collect())
            }
        }
    }

    fn stored_shape(&self, id: Id, storage: &Storage) -> Vec<Extent> {
        let own = self.graph.shape(id).into_iter().zip(&storage.kept);
        let own = own.filter(|(_, kept)| **kept).map(|(extent, _)| extent);
        storage.leading.iter().map(|axis| self.lowered.graph.longest(axis.extent)).chain(own).collect()
    }

    /// With its lengths, of which those of blocks have one less.
    pub(super) fn shaped(&mut self, id: Id) -> String {
        let apart = self.program.accumulators.get(&id);
        let name = self.name(id, apart.is_some());
        let storage = apart.or_else(|| self.program.storage.get(&id));
        let shape = storage.map(|storage| self.stored_shape(id, storage)).unwrap_or_default();
        let lengths = shape.into_iter().map(|extent| self.length(extent)).collect();
        indexed(name, lengths)
    }

    /// The line of all arrays but the gradients that outlast a block of rows.
    pub(super) fn stored(&mut self) -> Option<String> {
        let program = self.program;
        let local = program.block_local();
        let values = program.storage.iter().map(|(id, storage)| (*id, false, storage));
        let apart = program.accumulators.iter().map(|(id, storage)| (*id, true, storage));
        let mut stored: Vec<(Id, bool, &Storage)> = values.chain(apart).collect();
        stored.retain(|(id, _, storage)| storage.home == Home::Local && !local.contains(id));
        stored.sort_unstable_by_key(|(id, is_apart, _)| (*id, *is_apart));
        let mut arrays: Vec<String> = Vec::new();
        for (id, is_apart, storage) in stored {
            let shape = self.stored_shape(id, storage);
            if !shape.is_empty() {
                let lengths = shape.into_iter().map(|extent| self.length(extent)).collect();
                arrays.push(indexed(self.name(id, is_apart), lengths));
            }
        }
        let mut gradients: Vec<Id> = program.gradients.keys().copied().collect();
        gradients.sort_unstable();
        for call in gradients {
            let lengths = self.stored_shape(call, &program.gradients[&call]);
            let lengths = lengths.into_iter().map(|extent| self.length(extent)).collect();
            let name = self.name(call, false);
            arrays.push(indexed(format!("gradient({name})"), lengths));
        }
        (!arrays.is_empty()).then(|| format!("stored: {}", arrays.join(", ")))
    }

    /// What is left of the gradients when all is done, and the value.
    pub(super) fn end(&mut self) {
        let program = self.program;
        for (place, &gradient) in program.outputs().iter().enumerate() {
            let target = self.outputs[place].clone();
            let rank = self.graph.shape(gradient).len();
            let home = program.storage_of(gradient).map(|storage| storage.home);
            if home == Some(Home::Output(place)) {
                continue;
            }
            let value = if rank == 0 { self.expr(gradient) } else { self.whole(gradient) };
            self.line(format!("{} = {value}", indexed(target, vec!["..".to_owned(); rank])));
        }
        if let Some(value) = program.value() {
            let value = self.expr(value);
            self.line(format!("return {value}"));
        }
    }
}

pub(super) fn indexed(name: String, indices: Vec<String>) -> String {
    if indices.is_empty() { name } else { format!("{name}[{}]", indices.join(", ")) }
}
