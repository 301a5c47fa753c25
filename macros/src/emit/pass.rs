//! Loops over rows of data: a struct with what they read, whose method does any range of the rows.

mod contraction;
mod cost;
mod located;
mod phases;
mod turned;

use std::collections::{BTreeMap, HashMap, HashSet};

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::body::{Body, default_name};
use super::capture::{Captured, words_of};
use crate::graph::{Axis, FoldOp, Id, Node};
use crate::schedule::Pass;

/// What is known inside a pass.
pub(super) struct Block {
    pub(super) row: Axis,
    /// The axes that are one with that of the rows.
    pub(super) flat: Vec<Axis>,
    /// The number of a row, of the first one in the lanes.
    pub(super) index: Ident,
    /// Its place in the block.
    pub(super) place: Ident,
    start: Ident,
    length: Ident,
    first: Ident,
    /// The vectors that have a name here.
    pub(super) lanes: HashMap<Id, Ident>,
    /// The numbers that one phase leaves to another.
    kept: HashMap<Id, Ident>,
    local: HashSet<Id>,
    across: HashSet<Id>,
    /// The matrices of which a block of rows is turned, by their nodes.
    turned: BTreeMap<Id, Ident>,
    /// What all rows add to.
    arrays: HashSet<Id>,
}

impl Body<'_> {
    pub(super) fn pass(&mut self, pass: &Pass) -> TokenStream {
        let krate = self.function.krate.clone();
        let element = self.scalar_type(pass.ty);
        let outer = self.captured(pass.ty);
        let used = self.used.clone();
        let before = self.scope.len();
        let [index, place, start, length, first, rows] =
            ["i", "r", "start", "len", "first", "rows"].map(|name| self.name(name));
        let mut kept = HashMap::new();
        let mut buffers = TokenStream::new();
        let zero = self.number(0.0, pass.ty).tokens;
        for &id in pass.kept.iter().filter(|_| !pass.in_lanes) {
            let wanted = self.graph.name(id).unwrap_or_else(|| default_name(&self.graph.node(id)).to_owned());
            let name = self.name(&format!("{wanted}_rows"));
            buffers.extend(quote! { let mut #name = [#zero; #krate::emitted::ROWS]; });
            kept.insert(id, name);
        }
        for &id in pass.local.iter().filter(|_| !pass.in_lanes) {
            let name = self.accumulator_name(id);
            let extents = self.buffer_shape(id, self.place_of(id));
            buffers.extend(match extents.as_slice() {
                [] => quote! { let mut #name = [#zero; #krate::emitted::ROWS]; },
                &[extent] if self.is_static(&extents) => {
                    let length = self.size(extent);
                    quote! { let mut #name = [[#zero; #krate::emitted::ROWS]; #length]; }
                }
                extents => {
                    let length = extents.iter().map(|&extent| self.size(extent));
                    let length = length.reduce(|a, b| quote!(#a * #b));
                    quote! { let mut #name = #krate::emitted::Block::<#element>::of(#length); }
                }
            });
        }
        let turned = self.turned(&pass.phases, pass.run.axis);
        self.indices.insert(pass.run.axis, index.clone());
        self.loops += 1;
        self.block = Some(Block {
            row: pass.run.axis,
            flat: pass.flat.clone(),
            index: index.clone(),
            place,
            start: start.clone(),
            length: length.clone(),
            first: first.clone(),
            lanes: HashMap::new(),
            kept,
            local: pass.local.iter().copied().collect(),
            across: pass.across.iter().copied().collect(),
            turned: turned.clone(),
            arrays: pass.arrays.iter().copied().collect(),
        });
        let [turned_buffers, turn] = self.turn(&turned);
        self.scope.push(HashSet::new());
        let phases = match pass.in_lanes {
            true => self.all_rows(&pass.phases, &rows),
            false => {
                let phases = self.phases(&pass.phases);
                quote! { for (#start, #length) in #krate::emitted::blocks(#rows) { #turn #phases } }
            }
        };
        self.scope.truncate(before);
        self.block = None;
        self.loops -= 1;
        self.used = used;
        let first = (!pass.across.is_empty()).then(|| quote! { let #first = #rows.start; });
        let body = quote! { #first #buffers #turned_buffers #phases };
        self.called(pass, &rows, &body, outer)
    }

    /// The struct of the pass, and its call.
    fn called(&self, pass: &Pass, rows: &Ident, body: &TokenStream, outer: Vec<Captured>) -> TokenStream {
        let krate = &self.function.krate;
        let element = self.scalar_type(pass.ty);
        let mut mentioned = HashSet::new();
        words_of((*body).clone(), &mut mentioned);
        let written: HashSet<String> = [&pass.sums, &pass.arrays, &pass.across, &pass.local]
            .into_iter()
            .flatten()
            .map(|&id| self.accumulator_name(id).to_string())
            .collect();
        let cost = self.cost(&pass.phases, pass.run.axis);
        let mut counted = HashSet::new();
        words_of(cost.clone(), &mut counted);
        let taken: Vec<Captured> = outer
            .into_iter()
            .filter(|Captured { name, .. }| {
                let name = name.to_string();
                (mentioned.contains(&name) || counted.contains(&name)) && !written.contains(&name)
            })
            .collect();
        let names: Vec<&Ident> = taken.iter().map(|captured| &captured.name).collect();
        let types: Vec<TokenStream> = taken.iter().map(|captured| captured.ty.clone()).collect();
        let counted: Vec<_> = names.iter().filter(|name| counted.contains(&name.to_string())).collect();
        let values = taken.iter().map(|captured| {
            let (name, value) = (&captured.name, &captured.value);
            if *name == value.to_string() { value.clone() } else { quote!(#name: #value) }
        });
        let code = [body, &cost];
        let [definitions, arguments] = self.generics_in(&types, &code);
        let with_element = [types.as_slice(), std::slice::from_ref(&element)].concat();
        let [implemented, _] = self.generics_in(&with_element, &code);
        // The types alone do not tell the lengths that only the code mentions.
        let [_, told] = self.generics_in(&types, &[]);
        let explicit = (told.to_string() != arguments.to_string()).then(|| {
            let arguments = arguments.to_string().replace("'a", "'_");
            let arguments: TokenStream = arguments.parse().expect("the arguments with another lifetime");
            quote!(::#arguments)
        });
        let sums: Vec<Ident> = pass.sums.iter().map(|&id| self.accumulator_name(id)).collect();
        let arrays: Vec<Ident> = pass.arrays.iter().map(|&id| self.accumulator_name(id)).collect();
        let across: Vec<Ident> = pass.across.iter().map(|&id| self.accumulator_name(id)).collect();
        let [sums_len, arrays_len, across_len] =
            [&sums, &arrays, &across].map(|list| proc_macro2::Literal::usize_unsuffixed(list.len()));
        let ops: Vec<FoldOp> = pass
            .sums
            .iter()
            .filter_map(|&id| match self.graph.node(id) {
                Node::Fold(op, ..) => Some(op),
                _ => None,
            })
            .collect();
        let ops = ops.iter().any(|op| *op != FoldOp::Sum).then(|| {
            let ops = ops.iter().map(|op| format_ident!("{op:?}"));
            quote! { const OPS: [#krate::emitted::FoldOp; #sums_len] = [#(#krate::emitted::FoldOp::#ops),*]; }
        });
        let unrolled = self.is_long(pass).then(|| quote! { const UNROLLED: bool = true; });
        let products = cost::has_products(pass).then(|| quote! { const PRODUCTS: bool = true; });
        let unpacked = (!counted.is_empty()).then(|| quote! { let Pass { #(#counted,)* .. } = *self; });
        let array_values = pass.arrays.iter().map(|&id| self.flat_mut(id));
        let across_values = pass.across.iter().map(|&id| {
            let width = if pass.flat.is_empty() { self.width(id) } else { quote!(1) };
            let slice = self.flat_mut(id);
            quote!((#slice, #width))
        });
        let lengths =
            [pass.run.axis].into_iter().chain(pass.flat.iter().copied()).map(|axis| self.size(axis.extent));
        let length = lengths.reduce(|a, b| quote!(#a * #b)).unwrap_or_default();
        let bind = (!sums.is_empty()).then(|| quote!(let [#(#sums),*] =));
        quote! {
            #bind {
                struct Pass #definitions { #(#names: #types),* }

                impl #implemented #krate::emitted::Pass<#element, #sums_len, #arrays_len, #across_len> for Pass #arguments {
                    #ops
                    #unrolled
                    #products

                    #[inline(always)]
                    fn cost(&self) -> usize {
                        #unpacked
                        #cost
                    }

                    #[inline(always)]
                    fn run<Lanes: #krate::emitted::Lanes<#element>>(
                        &self,
                        #rows: ::core::ops::Range<usize>,
                        [#(#sums),*]: &mut [#element; #sums_len],
                        [#(#arrays),*]: [&mut [#element]; #arrays_len],
                        [#(#across),*]: [&mut [#element]; #across_len],
                    ) {
                        let Pass { #(#names),* } = *self;
                        #body
                    }
                }

                let pass = Pass #explicit { #(#values),* };
                #krate::emitted::pass(&pass, #length, [#(#array_values),*], [#(#across_values),*])
            };
        }
    }

    fn block(&self) -> &Block {
        self.block.as_ref().expect("phases belong to a pass")
    }
}
