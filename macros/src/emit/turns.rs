//! Loops: those over what can be done in any order, and those whose turns are taken one after the other.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use super::body::Body;
use super::expression::{Code, Level};
use crate::graph::{Axis, Id, Node, Turns, fresh_axes};
use crate::schedule::{Run, Step, Storage};

impl Body<'_> {
    pub(super) fn run(&mut self, run: Run, body: &[Step]) -> TokenStream {
        let letter = ["i", "j", "k", "l"].get(self.loops).copied().unwrap_or("index");
        self.loops += 1;
        let name = self.name(letter);
        self.indices.insert(run.axis, name.clone());
        let sequence = run.sequence.map(|number| (number, self.graph.sequence(number)));
        let tokens = match &sequence {
            Some((number, sequence)) if sequence.open_ended => {
                self.turns.insert(*number, name.clone());
                self.open_ended(&name, body)
            }
            _ => {
                let length = self.size_code(run.axis.extent).at_least(Level::Sum);
                let body = self.inside(body);
                match sequence.is_some_and(|(_, sequence)| sequence.descending) {
                    true => quote! { for #name in (0..#length).rev() { #body } },
                    false => quote! { for #name in 0..#length { #body } },
                }
            }
        };
        self.loops -= 1;
        let is_open_ended = run.sequence.is_some_and(|number| self.graph.sequence(number).open_ended);
        if !is_open_ended {
            self.used.remove(&name.to_string());
        }
        let turns = if is_open_ended { name.to_token_stream() } else { self.size(run.axis.extent) };
        self.counted(run, tokens, &turns)
    }

    fn inside(&mut self, body: &[Step]) -> TokenStream {
        self.scope.push(Default::default());
        let tokens = self.steps(body);
        self.scope.pop();
        tokens
    }

    /// A loop that a condition ends, which counts its turns.
    fn open_ended(&mut self, name: &Ident, body: &[Step]) -> TokenStream {
        let test = body.iter().position(|step| matches!(step, Step::Test(_)));
        let (before, test) = body.split_at(test.unwrap_or_default());
        self.scope.push(Default::default());
        let before = self.steps(before);
        let (condition, rest) = match test {
            [Step::Test(number), rest @ ..] => (self.goes_on(*number), rest),
            rest => (Code::atom(quote!(true)), rest),
        };
        let rest = self.steps(rest);
        self.scope.pop();
        if before.is_empty() {
            let condition = condition.tokens;
            return quote! {
                let mut #name: usize = 0;
                while #condition { #rest #name += 1; }
            };
        }
        let condition = condition.at_least(Level::Unary);
        quote! {
            let mut #name: usize = 0;
            loop { #before if !#condition { break; } #rest #name += 1; }
        }
    }

    fn goes_on(&self, number: usize) -> Code {
        match self.graph.turn(number) {
            Some(Turns { go_on: Some(go_on), .. }) => self.expr(go_on),
            _ => Code::atom(quote!(true)),
        }
    }

    /// The variables' values for the next turn, all at once.
    pub(super) fn advance(&mut self, number: usize) -> TokenStream {
        let Some(Turns { nexts, .. }) = self.graph.turn(number) else { return TokenStream::new() };
        let mut copies = TokenStream::new();
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (place, &next) in nexts.iter().enumerate() {
            let state = self.graph.state(number, place, self.graph.ty(next), self.graph.shape(next));
            if !self.graph.shape(next).is_empty() {
                if self.program.storage_of(state).is_some() {
                    copies.extend(self.copied(next, state));
                }
            } else if let Some(name) = self.variables.get(&state)
                && next != state
            {
                names.push(name.clone());
                values.push(self.expr(next).tokens);
            }
        }
        let assigned = match (names.as_slice(), values.as_slice()) {
            ([], _) => TokenStream::new(),
            ([name], [value]) => quote! { #name = #value; },
            _ => quote! { (#(#names),*) = (#(#values),*); },
        };
        quote! { #copies #assigned }
    }

    /// The first value of what changes in place.
    pub(super) fn begin(&mut self, id: Id) -> TokenStream {
        let graph = self.graph;
        if let Node::State(number, place) = graph.node(id)
            && graph.shape(id).is_empty()
        {
            let start = graph.turn(number).map(|turns| self.expr(turns.starts[place]).tokens);
            let wanted = graph.name(id).unwrap_or_else(|| "state".to_owned());
            let (name, ty) = (self.name(&wanted), self.scalar_type(graph.ty(id)));
            self.variables.insert(id, name.clone());
            return quote! { let mut #name: #ty = #start; };
        }
        let first = self.program.cells.first(id);
        if first != id {
            return TokenStream::new();
        }
        let made = self.is_made_late(id).then(|| match self.is_begun_inside(id) {
            true => self.made_again(id),
            false => self.make(id),
        });
        let filled = match graph.node(id) {
            Node::State(number, place) => match graph.turn(number) {
                Some(Turns { starts, .. }) => self.copied(starts[place], id),
                None => TokenStream::new(),
            },
            Node::Set(base, _) | Node::Scatter(Some(base), _) => self.copied(base, id),
            Node::Select(condition, then, otherwise) => {
                let condition = self.expr(condition).tokens;
                let (then, otherwise) = (self.copied(then, id), self.copied(otherwise, id));
                quote! { if #condition { #then } else { #otherwise } }
            }
            _ => TokenStream::new(),
        };
        quote! { #made #filled }
    }

    /// All elements of an array in the place of another one's, if it is not there already.
    pub(super) fn copied(&mut self, from: Id, to: Id) -> TokenStream {
        if self.program.cells.first(from) == self.program.cells.first(to) {
            return TokenStream::new();
        }
        self.for_each(to, |body, indices| {
            let element = body.get(from, indices);
            let place = body.stored(to, indices);
            quote! { #place = #element; }
        })
    }

    /// Loops over all indices of an array.
    pub(super) fn for_each(
        &mut self,
        array: Id,
        inner: impl FnOnce(&Self, &[Id]) -> TokenStream,
    ) -> TokenStream {
        let taken: Vec<Axis> = self.indices.keys().copied().collect();
        let axes = fresh_axes(&self.graph.shape(array), &taken);
        let names: Vec<Ident> = axes.iter().map(|_| self.name("at")).collect();
        self.indices.extend(axes.iter().copied().zip(names.iter().cloned()));
        let tokens = inner(self, &self.graph.indices(&axes));
        let lengths: Vec<TokenStream> = axes.iter().map(|axis| self.size(axis.extent)).collect();
        for (axis, name) in axes.iter().zip(&names) {
            self.indices.remove(axis);
            self.used.remove(&name.to_string());
        }
        names
            .iter()
            .zip(lengths)
            .rev()
            .fold(tokens, |inner, (name, length)| quote! { for #name in 0..#length { #inner } })
    }

    /// The name that a value has already.
    pub(super) fn known_name(&self, id: Id) -> Option<Ident> {
        match self.graph.node(id) {
            Node::State(..) => self.variables.get(&id).cloned(),
            Node::Final(_, place) => {
                let number = self.graph.loop_of(id)?;
                let state = self.graph.state(number, place, self.graph.ty(id), Vec::new());
                self.variables.get(&state).cloned()
            }
            Node::Ran(_) => self.turns.get(&self.graph.loop_of(id)?).cloned(),
            Node::Fold(..) => {
                let alone = |storage: &Storage| storage.leading.is_empty();
                self.program.accumulators.get(&id).is_some_and(alone).then(|| self.accumulator_name(id))
            }
            _ => None,
        }
    }

    /// Notes where the turns of a loop begin among all its turns, for those who are kept by their number.
    fn counted(&mut self, run: Run, tokens: TokenStream, turns: &TokenStream) -> TokenStream {
        let (mut before, mut after) = (TokenStream::new(), TokenStream::new());
        let program = self.program;
        for (block, prefix) in &program.counted {
            if *block != run.block {
                continue;
            }
            let krate = self.function.krate.clone();
            let counter = (*block, prefix.len());
            let (first, count) = self.counters[&counter].clone();
            let place = self.position(prefix).tokens;
            let begin = quote!(#krate::emitted::begin(&mut #first, #place, #count));
            // In the turns of a loop that they are not kept for, they are the same again.
            let is_repeated = self.loops > prefix.len();
            if is_repeated || self.branches > 0 {
                self.unsure.insert(counter);
            }
            if is_repeated {
                let begins = self.name("begins");
                before.extend(quote! { let #begins = #begin; });
                after.extend(quote! { if #begins { #count += #turns; } });
            } else {
                before.extend(quote! { #begin; });
                after.extend(quote! { #count += #turns; });
            }
        }
        quote! { #before #tokens #after }
    }

    /// Whether a value is kept for turns whose number is not known before.
    pub(super) fn is_kept_late(&self, storage: &Storage) -> bool {
        storage.leading.iter().any(|axis| self.graph.is_late(self.graph.longest(axis.extent)))
    }
}
