//! What the struct of a pass takes along: the names that are known where the pass begins.

use std::collections::HashSet;

use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

use super::body::Body;
use crate::graph::{Id, Node, Type};
use crate::schedule::{Home, Storage};
use crate::written::{Written, nested_array};

/// A name outside a pass, its type inside, and what it is there.
pub(super) struct Captured {
    pub(super) name: Ident,
    pub(super) ty: TokenStream,
    pub(super) value: TokenStream,
}

impl Captured {
    fn copy(name: &Ident, ty: TokenStream) -> Self {
        Captured { name: name.clone(), ty, value: name.to_token_stream() }
    }
}

impl Body<'_> {
    /// Everything that has a name, for the pass to take what it mentions.
    pub(super) fn captured(&self, element: Type) -> Vec<Captured> {
        let mut found: Vec<Captured> = Vec::new();
        let mut add = |captured: Captured| {
            if !found.iter().any(|other| other.name == captured.name) {
                found.push(captured);
            }
        };
        self.sizes.values().for_each(|name| add(Captured::copy(name, quote!(usize))));
        for (place, leaf) in self.lowered.leaves.iter().enumerate() {
            if let Some(name) = self.values.get(&self.leaf_id(place))
                && let Some(ty) = self.type_in_pass(&leaf.written)
            {
                add(Captured::copy(name, ty));
            }
        }
        for param in &self.function.params {
            let Some(ty) = self.type_in_pass(&param.written) else { continue };
            let name = &param.name;
            let is_lent = param.by_reference || !matches!(param.written, Written::Array { .. });
            let value = if is_lent { name.to_token_stream() } else { quote!(&#name) };
            add(Captured { name: name.clone(), ty, value });
        }
        let typed = |ty: Type| self.scalar_type(if ty == Type::Untyped { element } else { ty });
        // What had a name in a block that has ended may have the same name as something inside the pass.
        let is_open = |id: &Id| self.scope.iter().any(|scope| scope.contains(id));
        for (&id, name) in self.values.iter().filter(|(id, _)| is_open(id)) {
            if self.graph.shape(id).is_empty() {
                add(Captured::copy(name, typed(self.graph.ty(id))));
            }
        }
        // What is added up in one place may be kept in another when it is complete.
        for (&id, name) in self.variables.iter().chain(&self.accumulators) {
            add(self.captured_buffer(id, name, self.program.accumulators.get(&id), typed(self.graph.ty(id))));
        }
        for (&id, name) in &self.buffers {
            add(self.captured_buffer(id, name, self.program.storage_of(id), typed(self.graph.ty(id))));
        }
        found.sort_by_key(|captured| captured.name.to_string());
        found
    }

    fn captured_buffer(
        &self,
        id: Id,
        name: &Ident,
        storage: Option<&Storage>,
        element: TokenStream,
    ) -> Captured {
        let is_stored = !matches!(self.graph.node(id), Node::State(..));
        let shape = match storage {
            Some(storage) if is_stored => self.buffer_shape(id, storage),
            _ => self.graph.shape(id),
        };
        if shape.is_empty() {
            return Captured::copy(name, element);
        }
        let storage = self.place_of(id);
        if shape.len() > 1 && self.is_nested(id, storage, &shape) {
            let lengths = shape.iter().rev().map(|&extent| self.size(extent));
            let array = lengths.fold(element, |inner, length| quote!([#inner; #length]));
            let value = match storage.home {
                Home::Output(_) => quote!(&*#name),
                Home::Local => quote!(&#name),
            };
            return Captured { name: name.clone(), ty: quote!(&'a #array), value };
        }
        Captured { name: name.clone(), ty: quote!(&'a [#element]), value: quote!(&#name[..]) }
    }

    /// The type of a leaf where a pass reads it; `None` where it is a struct.
    fn type_in_pass(&self, written: &Written) -> Option<TokenStream> {
        let krate = &self.function.krate;
        let element = self.scalar_type(written.element()?);
        Some(match written {
            Written::Scalar(_) => element,
            Written::Tensor { rank: 1, .. } => quote!(&'a [#element]),
            Written::Slice { inner, .. } => {
                let element = nested_array(element, inner);
                quote!(&'a [#element])
            }
            Written::Tensor { rank, .. } => {
                let rank = Literal::usize_unsuffixed(*rank);
                quote!(#krate::View<'a, #element, #rank>)
            }
            Written::Array { lengths, .. } => {
                let array = nested_array(element, lengths);
                quote!(&'a #array)
            }
            Written::Struct(_) | Written::Tuple(_) => return None,
        })
    }

    /// The generic parameters that the types mention, and the const parameters that the code does, as a
    /// definition and as arguments.
    pub(super) fn generics_in(&self, types: &[TokenStream], code: &[&TokenStream]) -> [TokenStream; 2] {
        let krate = &self.function.krate;
        let (mut definitions, mut arguments) = (Vec::new(), Vec::new());
        let mut words = HashSet::new();
        types.iter().for_each(|ty| words_of(ty.clone(), &mut words));
        let mut lengths = words.clone();
        code.iter().for_each(|&code| words_of(code.clone(), &mut lengths));
        if types.iter().any(|ty| ty.to_string().contains("'a")) {
            definitions.push(quote!('a));
            arguments.push(quote!('a));
        }
        if let Some(name) = self.function.generic.as_deref().filter(|name| words.contains(*name)) {
            let name = format_ident!("{name}");
            definitions.push(quote!(#name: #krate::Real));
            arguments.push(quote!(#name));
        }
        for param in self.function.item.sig.generics.const_params() {
            if lengths.contains(&param.ident.to_string()) {
                let (name, ty) = (&param.ident, &param.ty);
                definitions.push(quote!(const #name: #ty));
                arguments.push(quote!(#name));
            }
        }
        if definitions.is_empty() {
            return [TokenStream::new(), TokenStream::new()];
        }
        [quote!(<#(#definitions),*>), quote!(<#(#arguments),*>)]
    }
}

/// Whether the tokens have the name in them.
pub(super) fn mentions(tokens: &TokenStream, name: &Ident) -> bool {
    let mut words = HashSet::new();
    words_of(tokens.clone(), &mut words);
    words.contains(&name.to_string())
}

/// All names in the tokens that are not those of methods and fields.
pub(super) fn words_of(tokens: TokenStream, found: &mut HashSet<String>) {
    let is_dot = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.');
    let mut dots = 0;
    for token in tokens {
        let dots_before = dots;
        dots = if is_dot(&token) { dots + 1 } else { 0 };
        match token {
            TokenTree::Ident(name) if dots_before != 1 => {
                found.insert(name.to_string());
            }
            TokenTree::Group(group) => words_of(group.stream(), found),
            _ => {}
        }
    }
}
