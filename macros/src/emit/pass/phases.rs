//! What is done for all rows of a block, one thing after the other.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Block;
use crate::emit::body::{Body, default_name};
use crate::emit::capture::mentions;
use crate::emit::expression::{Code, Level};
use crate::graph::{FoldOp, Id, Node, Type};
use crate::schedule::{Phase, Run, Step};

impl Body<'_> {
    /// All rows, several at once, without blocks.
    pub(super) fn all_rows(&mut self, phases: &[Phase], rows: &Ident) -> TokenStream {
        let (mut before, mut body, mut after) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
        for phase in phases {
            match phase {
                Phase::Once(id) => before.extend(self.bind(*id)),
                Phase::Rows(steps) => {
                    let parts = self.rows_of(steps);
                    before.extend(parts.0);
                    body.extend(parts.1);
                    after.extend(parts.2);
                }
                Phase::OfRows { sum, matrix, other } => body.extend(self.of_rows(*sum, *matrix, *other)),
                Phase::Loop(..) | Phase::Reset(_) | Phase::Contract(_) => {}
            }
        }
        let index = &self.block().index;
        quote! { #before for #index in #rows.step_by(Lanes::LEN) { #body } #after }
    }

    pub(super) fn phases(&mut self, phases: &[Phase]) -> TokenStream {
        let mut lines = TokenStream::new();
        for phase in phases {
            let line = match phase {
                Phase::Once(id) => self.bind(*id),
                Phase::Rows(steps) => {
                    let (before, body, after) = self.rows_of(steps);
                    self.block.as_mut().expect("phases belong to a pass").lanes.clear();
                    if body.is_empty() {
                        continue;
                    }
                    let Block { index, place, start, length, .. } = self.block();
                    let number = mentions(&body, index).then(|| quote! { let #index = #start + #place; });
                    quote! {
                        #before
                        for #place in (0..#length).step_by(Lanes::LEN) { #number #body }
                        #after
                    }
                }
                Phase::Loop(run, body) => self.inner(*run, |this| this.phases(body)),
                Phase::Reset(id) => {
                    let (name, neutral) = (self.accumulator_name(*id), self.neutral(*id));
                    let krate = &self.function.krate;
                    match self.buffer_shape(*id, self.place_of(*id)).is_empty() {
                        true => quote! { #name.fill(#neutral); },
                        false => quote! { #name.fill([#neutral; #krate::emitted::ROWS]); },
                    }
                }
                Phase::Contract(id) => self.contract(*id),
                // These are of passes without blocks.
                Phase::OfRows { .. } => continue,
            };
            lines.extend(line);
        }
        lines
    }

    /// A loop over another axis.
    fn inner(&mut self, run: Run, body: impl FnOnce(&mut Self) -> TokenStream) -> TokenStream {
        let letter = ["i", "j", "k", "l"].get(self.loops).copied().unwrap_or("index");
        self.loops += 1;
        let name = self.name(letter);
        self.indices.insert(run.axis, name.clone());
        let length = self.size_code(run.axis.extent).at_least(Level::Sum);
        self.scope.push(HashSet::new());
        let body = body(self);
        self.scope.pop();
        self.loops -= 1;
        self.used.remove(&name.to_string());
        quote! { for #name in 0..#length { #body } }
    }

    /// What stands before, in, and behind a loop over the rows.
    fn rows_of(&mut self, steps: &[Step]) -> (TokenStream, TokenStream, TokenStream) {
        let (mut before, mut body, mut after) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
        for step in steps {
            match step {
                Step::Let(id) => {
                    let line = self.bind_lanes(*id);
                    body.extend(line);
                }
                Step::Accumulate(id) => {
                    let Node::Fold(op, _, value) = self.graph.node(*id) else { continue };
                    let value = self.lanes(value);
                    if self.depends_on_row(*id) {
                        let sum = self.lanes_stored(*id, &[]);
                        let sum = match op {
                            FoldOp::Sum => {
                                let value = value.at_least(Level::Product);
                                Code { tokens: quote!(#sum + #value), level: Level::Sum }
                            }
                            FoldOp::Product => {
                                let value = value.at_least(Level::Cast);
                                Code { tokens: quote!(#sum * #value), level: Level::Product }
                            }
                            FoldOp::Max | FoldOp::Min => {
                                let (value, name) =
                                    (value.tokens, if op == FoldOp::Max { quote!(max) } else { quote!(min) });
                                Code::atom(quote!(#sum.#name(#value)))
                            }
                        };
                        body.extend(self.store_lanes(*id, &[], sum));
                        continue;
                    }
                    let value = value.tokens;
                    let name = self.name(&format!("{}_lanes", self.accumulator_name(*id)));
                    let neutral = self.neutral(*id);
                    before.extend(quote! { let mut #name = Lanes::splat(#neutral); });
                    let (sum, target) = (self.accumulator_name(*id), self.accumulated(*id));
                    let (add, bring) = match op {
                        FoldOp::Sum => (quote!(#name += #value;), quote!(#target += #name.sum();)),
                        FoldOp::Product => (quote!(#name *= #value;), quote!(#target *= #name.product();)),
                        FoldOp::Max => {
                            (quote!(#name = #name.max(#value);), quote!(#target = #sum.max(#name.largest());))
                        }
                        FoldOp::Min => (
                            quote!(#name = #name.min(#value);),
                            quote!(#target = #sum.min(#name.smallest());),
                        ),
                    };
                    body.extend(add);
                    after.extend(bring);
                }
                Step::Store(id) => {
                    let Node::Build(axes, value) = self.graph.node(*id) else { continue };
                    let value = self.lanes(value);
                    body.extend(self.store_lanes(*id, &self.graph.indices(&axes), value));
                }
                Step::Keep(id) => {
                    let value = self.lanes(*id);
                    body.extend(self.store_lanes(*id, &[], value));
                }
                _ => {}
            }
        }
        (before, body, after)
    }

    fn bind_lanes(&mut self, id: Id) -> TokenStream {
        let is_float = self.graph.ty(id).is_float();
        if !is_float && self.graph.ty(id) != Type::Bool {
            return TokenStream::new();
        }
        let value = match (is_float, self.graph.node(id)) {
            (true, Node::Fold(..)) => self.lanes(id),
            (true, _) => self.render_lanes(id),
            (false, _) => self.render_mask(id),
        };
        let value = value.tokens;
        let wanted = self.graph.name(id).unwrap_or_else(|| default_name(&self.graph.node(id)).to_owned());
        let name = self.name(&wanted);
        let block = self.block.as_mut().expect("phases belong to a pass");
        block.lanes.insert(id, name.clone());
        let kept = block.kept.get(&id).map(|kept| {
            let place = &block.place;
            quote! { #name.store(&mut #kept, #place); }
        });
        quote! { let #name = #value; #kept }
    }

    /// Where a fold over all rows is added up.
    fn accumulated(&self, id: Id) -> TokenStream {
        let name = self.accumulator_name(id);
        let storage = self.place_of(id);
        if storage.leading.is_empty() {
            return quote!(*#name);
        }
        let indices: Vec<Id> = storage.leading.iter().map(|&axis| self.graph.index(axis)).collect();
        let flat = self.flat_index(&self.buffer_shape(id, storage), &indices);
        quote!(#name[#flat])
    }
}
