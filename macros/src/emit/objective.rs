//! The objective: the function of the parameters it is differentiated by alone, with its data inside.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::Module;
use crate::parse::Param;
use crate::shape::{Extent, Source};
use crate::written::{Written, scalar_path};

impl Module<'_> {
    fn data(&self) -> Vec<&Param> {
        self.function.params.iter().filter(|param| !param.active).collect()
    }

    pub(super) fn objective(&self, visibility: &TokenStream) -> TokenStream {
        let krate = &self.function.krate;
        let name = &self.function.item.sig.ident;
        let data = self.data();
        let lifetime = quote!('a);
        let [definitions, arguments] =
            self.generics(self.function.params.iter().map(|param| &param.written), true);
        let gradient_type = self.gradient_type();
        let (element, cast) = self.value_of_objective();
        let fields = data.iter().map(|param| {
            let (name, ty) = (&param.name, self.field_type(param));
            quote!(#name: #ty)
        });
        let values = data.iter().map(|param| {
            let name = &param.name;
            match param.written {
                Written::Tensor { .. } => quote!(#name: #name.into()),
                _ => quote!(#name),
            }
        });
        let names = data.iter().map(|param| &param.name);
        let types = data.iter().map(|param| self.argument_type(param, &lifetime));
        let whole = self.arguments(|param| {
            let name = &param.name;
            quote!(self.#name)
        });
        let rows = self.rows();
        let mut marker = "marker".to_owned();
        while data.iter().any(|param| param.name == marker) {
            marker.push('_');
        }
        let marker = format_ident!("{marker}");
        let docs = format!(
            "[`{name}`](fn@super::{name}) as a function of what it is differentiated by alone, for optimisers."
        );
        quote! {
            #[doc = #docs]
            #[derive(Clone, Copy, Debug)]
            #visibility struct Objective #definitions {
                #(#fields,)*
                #marker: #krate::emitted::PhantomData<(&#lifetime (), fn() -> #gradient_type)>,
            }

            /// The objective with this data.
            #[inline]
            #visibility fn objective #definitions (#(#names: #types),*) -> Objective #arguments {
                Objective { #(#values,)* #marker: #krate::emitted::PhantomData }
            }

            impl #definitions #krate::Objective for Objective #arguments {
                type Params = #gradient_type;

                #[inline]
                fn value(&self, params: &Self::Params) -> #element {
                    value(#(#whole),*) #cast
                }

                fn check_shapes(
                    &self,
                    params: &Self::Params,
                ) -> ::core::result::Result<(), #krate::ShapeError> {
                    check_shapes(#(#whole),*)
                }

                #[inline]
                fn value_and_grad_into(&self, params: &Self::Params, grad: &mut Self::Params) -> #element {
                    value_and_grad_into(#(#whole,)* grad) #cast
                }

                #rows
            }
        }
    }

    /// An objective's value has the type of the parameters, which need not be the function's.
    fn value_of_objective(&self) -> (TokenStream, TokenStream) {
        let parameter = self.parameter_type();
        let element = scalar_path(parameter, self.generic());
        match (self.function.result.element(), parameter) {
            (Some(result), parameter) if result == parameter => (element, TokenStream::new()),
            _ => (element.clone(), quote!(as #element)),
        }
    }

    fn field_type(&self, param: &Param) -> TokenStream {
        let lifetime = quote!('a);
        match param.written {
            Written::Tensor { element, rank } => self.view_type(element, rank, &lifetime),
            ref written => self.reference_type(param.by_reference, written, &lifetime),
        }
    }

    /// The arguments of a call: those differentiated by from `params`, the others as given.
    fn arguments(&self, data: impl Fn(&Param) -> TokenStream) -> Vec<TokenStream> {
        let single = self.active().len() == 1;
        let of_params = |param: &Param| {
            let name = &param.name;
            let place = if single { quote!(*params) } else { quote!(params.#name) };
            let by_reference = param.by_reference || matches!(param.written, Written::Tensor { .. });
            match (by_reference, single) {
                (true, true) => quote!(params),
                (true, false) => quote!(&#place),
                (false, _) => place,
            }
        };
        self.function
            .params
            .iter()
            .map(|param| if param.active { of_params(param) } else { data(param) })
            .collect()
    }

    /// Mini-batches of the data that has rows in common, if the parameters have none of these rows.
    fn rows(&self) -> TokenStream {
        let krate = &self.function.krate;
        let (element, cast) = self.value_of_objective();
        let Some(batched) = self.batched() else {
            return quote!(
                type Batch = ();
            );
        };
        let owned: Vec<TokenStream> = batched.iter().map(|param| self.owned(&param.written)).collect();
        let first = &batched[0].name;
        let places: Vec<proc_macro2::Literal> =
            (0..batched.len()).map(proc_macro2::Literal::usize_unsuffixed).collect();
        let gathers = batched.iter().zip(&places).map(|(param, place)| {
            let name = &param.name;
            match param.written {
                Written::Tensor { .. } => {
                    quote!(self.#name.select_rows_into(rows, &mut batch.#place);)
                }
                _ => quote!(#krate::emitted::select_into(self.#name, rows, &mut batch.#place);),
            }
        });
        let some_rows = self.arguments(|param| {
            let name = &param.name;
            match batched.iter().position(|batched| batched.name == param.name) {
                Some(place) => {
                    let place = &places[place];
                    quote!(&batch.#place)
                }
                None => quote!(self.#name),
            }
        });
        let count = match batched[0].written {
            Written::Slice { .. } => quote!(self.#first.len()),
            _ => quote!(self.#first.rows()),
        };
        let rows = quote! {
            type Batch = (#(#owned,)*);

            #[inline]
            fn rows(&self) -> ::core::option::Option<usize> {
                ::core::option::Option::Some(#count)
            }

            fn gather(&self, rows: &[usize], batch: &mut Self::Batch) {
                #(#gathers)*
            }

            #[inline]
            fn batch_value_and_grad_into(
                &self,
                batch: &Self::Batch,
                params: &Self::Params,
                grad: &mut Self::Params,
            ) -> #element {
                value_and_grad_into(#(#some_rows,)* grad) #cast
            }
        };
        // Rows of slices are gathered in a `Vec`. Tensors are there with `alloc` alone.
        let has_tensors =
            self.function.params.iter().any(|param| matches!(param.written, Written::Tensor { .. }));
        if has_tensors { rows } else { quote!(#krate::emitted::batches! { #rows }) }
    }

    /// The data whose first axis is the rows. All tensors and slices among the data must share it, or
    /// else nothing says which of them are rows.
    fn batched(&self) -> Option<Vec<&Param>> {
        let leading = |place: usize| {
            let leaf = &self.lowered.leaves[place];
            let dynamic = matches!(leaf.written, Written::Tensor { .. } | Written::Slice { .. });
            let extent = *self.lowered.graph.shape(leaf.node).first()?;
            let extent = self.lowered.extents.root(extent);
            (dynamic && matches!(self.lowered.extents.source(extent), Source::Axis { .. })).then_some(extent)
        };
        let leaves = 0..self.lowered.leaves.len();
        let data = |place: &usize| {
            !self.lowered.leaves[*place].active && self.lowered.leaves[*place].param.is_some()
        };
        let mut firsts = leaves.clone().filter(data).filter_map(leading);
        let rows: Extent = firsts.next()?;
        if firsts.any(|other| other != rows) {
            return None;
        }
        let of_params = leaves.clone().filter(|place| self.lowered.leaves[*place].active);
        for place in of_params {
            let shape = self.lowered.graph.shape(self.lowered.leaves[place].node);
            if shape.into_iter().any(|extent| self.lowered.extents.same(extent, rows)) {
                return None;
            }
        }
        let batched: Vec<&Param> = leaves
            .filter(data)
            .filter(|place| leading(*place) == Some(rows))
            .filter_map(|place| self.lowered.leaves[place].param)
            .map(|param| &self.function.params[param])
            .collect();
        Some(batched)
    }
}
