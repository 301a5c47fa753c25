//! Calls of other functions: how they are found, and what is passed to them.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use super::body::Body;
use super::expression::Level;
use crate::graph::{Callee, Graph, Id, Node};
use crate::lower::{Called, Lowered, Operand, Passed, Reach};
use crate::schedule::Home;
use crate::shape::Extent;
use crate::written::{Written, rerooted};

/// What the runtime has in `unseen`.
const MOST_ARGUMENTS: usize = 8;

/// The arrays that are passed as one slice of all their numbers.
pub(super) fn passed_flat(graph: &Graph, lowered: &Lowered, roots: &[Id]) -> HashSet<Id> {
    let (mut flat, mut nested) = (HashSet::new(), HashSet::new());
    for id in graph.reachable(roots) {
        if let Node::Call(callee, operands) = graph.node(id) {
            for (operand, said) in operands.into_iter().zip(&lowered.callees[callee.place].operands) {
                if said.nested {
                    nested.insert(operand)
                } else {
                    flat.insert(operand)
                };
            }
        }
    }
    flat.difference(&nested).copied().collect()
}

/// What stands in the place of functions that have no derivative, so that the compiler can say so.
pub(super) fn unseen(lowered: &Lowered, krate: &syn::Path) -> TokenStream {
    let mut lines = TokenStream::new();
    let mut known: HashSet<&Ident> = HashSet::new();
    for called in lowered.callees.iter().filter(|called| called.reach == Reach::Unseen) {
        let Some(last) = called.path.segments.last() else { continue };
        if called.arguments.len() <= MOST_ARGUMENTS && known.insert(&last.ident) {
            let (name, arity) = (&last.ident, quote::format_ident!("of{}", called.arguments.len()));
            lines.extend(quote! { use #krate::emitted::unseen::#arity as #name; });
        }
    }
    lines
}

impl Body<'_> {
    /// What is said of an operand of a call.
    pub(super) fn operand(&self, call: Id, position: usize) -> &Operand {
        let Node::Call(callee, _) = self.graph.node(call) else {
            unreachable!("only calls have gradients of calls");
        };
        &self.lowered.callees[callee.place].operands[position]
    }

    /// The type that the user says a function returns of which nothing else is known.
    pub(super) fn type_of_unseen(&self, callee: Callee, call: Id) -> Option<TokenStream> {
        let is_unseen = self.lowered.callees[callee.place].reach == Reach::Unseen;
        is_unseen.then(|| self.scalar_type(self.graph.ty(call)))
    }

    /// A call of a function of the callee's module, or of the callee itself where nothing is differentiated.
    pub(super) fn call(&self, callee: Callee, operands: &[Id], function: &str) -> TokenStream {
        let called = &self.lowered.callees[callee.place];
        if called.reach == Reach::Plain {
            return self.plain_call(callee, operands);
        }
        let path = path_of(called, function);
        let arguments = called.arguments.iter().map(|argument| match &argument.passed {
            Passed::Struct(access) => reference_to(access),
            Passed::Operand(position) => {
                let (id, nested) = (operands[*position], called.operands[*position].nested);
                match self.graph.shape(id).is_empty() {
                    true => self.expr(id).tokens,
                    false => self.lent(id, nested, true),
                }
            }
        });
        quote!(#path(#(#arguments),*))
    }

    /// A call of any function, with arguments as the user has them.
    pub(super) fn plain_call(&self, callee: Callee, operands: &[Id]) -> TokenStream {
        let called = &self.lowered.callees[callee.place];
        let path = rerooted(&called.path);
        let arguments = called.arguments.iter().map(|argument| match &argument.passed {
            Passed::Struct(access) => reference_to(access),
            Passed::Operand(position) => {
                let (id, nested) = (operands[*position], called.operands[*position].nested);
                match (self.graph.shape(id).is_empty(), argument.by_reference) {
                    (true, false) => self.expr(id).tokens,
                    (true, true) => {
                        let value = self.expr(id).at_least(Level::Unary);
                        quote!(&#value)
                    }
                    (false, by_reference) => self.lent(id, nested, by_reference),
                }
            }
        });
        quote!(#path(#(#arguments),*))
    }

    /// An array as an argument.
    fn lent(&self, id: Id, nested: bool, by_reference: bool) -> TokenStream {
        if let Node::Leaf(leaf) = self.graph.node(id) {
            let access = self.leaf_access(id, leaf);
            let leaf = &self.lowered.leaves[leaf];
            let is_field = leaf.access.clone().into_iter().count() > 1;
            let has_reference =
                !is_field && leaf.param.is_some_and(|param| self.function.params[param].by_reference);
            return match (&leaf.written, has_reference, by_reference) {
                (Written::Array { .. }, false, true) => quote!(&#access),
                (Written::Array { .. }, true, false) => quote!(*#access),
                (Written::Slice { .. }, false, _) => quote!(&#access),
                _ => access,
            };
        }
        let first = self.program.cells.first(id);
        let (Some(storage), Some(buffer)) = (self.program.storage.get(&first), self.buffers.get(&first))
        else {
            return TokenStream::new();
        };
        let shape = self.buffer_shape(id, storage);
        let own: Vec<Extent> = self.graph.shape(id);
        let leading: Vec<Id> = storage.leading.iter().map(|&axis| self.graph.index(axis)).collect();
        let krate = &self.function.krate;
        let lengths: Vec<TokenStream> = own.iter().map(|&extent| self.size(extent)).collect();
        if self.is_nested(first, storage, &shape) {
            let indices = leading.iter().map(|&index| self.expr(index).tokens);
            let is_output = matches!(storage.home, Home::Output(_)) && leading.is_empty();
            let whole = if is_output { quote!(*#buffer) } else { quote!(#buffer #([#indices])*) };
            return match (nested, by_reference, own.len()) {
                (true, true, _) => quote!(&#whole),
                (true, false, _) => whole,
                (false, _, 1) => quote!(&#buffer[..]),
                (false, ..) => {
                    let flatten = own.iter().skip(1).map(|_| quote!(.as_flattened()));
                    quote!(#krate::emitted::view([#(#lengths),*], #buffer #(#flatten)*))
                }
            };
        }
        let slice = if leading.is_empty() {
            quote!(&#buffer[..])
        } else {
            let start = self.flat_index(&shape[..leading.len()], &leading);
            let length = lengths.iter().cloned().reduce(|a, b| quote!(#a * #b));
            quote!(#krate::emitted::part(&#buffer, #start, #length))
        };
        let array = match own.len() {
            1 if nested && self.is_static(&own) => quote!(#krate::emitted::array::<_, #(#lengths)*>(#slice)),
            1 => return slice,
            _ if nested && self.is_static(&own) => quote!(#krate::emitted::rows::<_, #(#lengths),*>(#slice)),
            2 if nested => {
                let length = &lengths[1];
                return quote!(#slice.as_chunks::<#length>().0);
            }
            _ => return quote!(#krate::emitted::view([#(#lengths),*], #slice)),
        };
        if by_reference { array } else { quote!(*#array) }
    }
}

/// A function of the module beside the one that is called.
fn path_of(called: &Called, function: &str) -> TokenStream {
    let last = called.path.segments.last().map(|last| last.ident.span());
    let span = last.unwrap_or_else(Span::mixed_site).resolved_at(Span::mixed_site());
    let function = Ident::new(function, span);
    match called.reach {
        Reach::Own => quote!(self::#function),
        Reach::Seen | Reach::Plain => {
            let path = rerooted(&called.path);
            quote!(#path::#function)
        }
        // Found in the scope of the user, or else in `unseen`.
        Reach::Unseen => {
            let mut scope = called.path.clone();
            let Some(last) = scope.segments.pop() else {
                return TokenStream::new();
            };
            scope.segments.pop_punct();
            let scope = if scope.segments.is_empty() { quote!(super) } else { rerooted_scope(&scope) };
            let name = &last.ident;
            quote! { { use #scope::*; #name::#function } }
        }
    }
}

/// The path of a module, as seen from inside the module beside the function.
fn rerooted_scope(scope: &syn::Path) -> TokenStream {
    match scope.get_ident() {
        Some(only) if only == "self" => quote!(super),
        Some(only) if only == "crate" => quote!(crate),
        // A module that is in scope, or another crate.
        Some(_) => quote!(#scope),
        None => rerooted(scope),
    }
}

/// A struct, which is borrowed already if it is a whole parameter.
fn reference_to(access: &TokenStream) -> TokenStream {
    let is_field = access.clone().into_iter().count() > 1;
    if is_field { quote!(&#access) } else { access.to_token_stream() }
}
