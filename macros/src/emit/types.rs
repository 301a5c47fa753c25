//! The types in the signatures of what is emitted.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::Module;
use crate::graph::Type;
use crate::parse::Param;
use crate::written::{Length, Written, nested_array, path, scalar_path};

impl Module<'_> {
    pub(super) fn generic(&self) -> Option<&str> {
        self.function.generic.as_deref()
    }

    pub(super) fn element(&self) -> TokenStream {
        scalar_path(self.function.result.element().unwrap_or(Type::F64), self.generic())
    }

    /// The type of the numbers differentiated by.
    pub(super) fn parameter_type(&self) -> Type {
        let active = self.lowered.leaves.iter().find(|leaf| leaf.active);
        active.and_then(|leaf| leaf.written.element()).unwrap_or(Type::F64)
    }

    pub(super) fn written_path(&self, written: &Written) -> TokenStream {
        let krate = &self.function.krate;
        match written {
            Written::Struct(name) if self.items.is_builtin(name) => {
                let name = format_ident!("{name}");
                quote!(#krate::nn::#name)
            }
            written => path(written, krate, self.generic()),
        }
    }

    /// The type that a gradient by the parameter has.
    pub(super) fn owned(&self, written: &Written) -> TokenStream {
        let krate = &self.function.krate;
        match written {
            Written::Slice { element, inner } => {
                let element = nested_array(scalar_path(*element, self.generic()), inner);
                quote!(#krate::emitted::Vec<#element>)
            }
            Written::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.owned(part));
                quote!((#(#parts,)*))
            }
            other => self.written_path(other),
        }
    }

    /// The type of the parameter in emitted functions, which take views of tensors too.
    pub(super) fn argument_type(&self, param: &Param, lifetime: &TokenStream) -> TokenStream {
        let krate = &self.function.krate;
        match &param.written {
            Written::Tensor { element, rank } => {
                let view = self.view_type(*element, *rank, &quote!('a));
                quote!(impl #krate::emitted::Into<#view>)
            }
            written => self.reference_type(param.by_reference, written, lifetime),
        }
    }

    pub(super) fn view_type(&self, element: Type, rank: usize, lifetime: &TokenStream) -> TokenStream {
        let krate = &self.function.krate;
        let (element, rank) =
            (scalar_path(element, self.generic()), proc_macro2::Literal::usize_unsuffixed(rank));
        quote!(#krate::View<#lifetime, #element, #rank>)
    }

    pub(super) fn reference_type(
        &self,
        by_reference: bool,
        written: &Written,
        lifetime: &TokenStream,
    ) -> TokenStream {
        let inner = self.written_path(written);
        if by_reference { quote!(&#lifetime #inner) } else { inner }
    }

    /// `<T: Real, const N: usize>` for what the types mention, and the same as arguments.
    pub(super) fn generics<'w>(
        &self,
        mentioned: impl Iterator<Item = &'w Written>,
        lifetime: bool,
    ) -> [TokenStream; 2] {
        let krate = &self.function.krate;
        let mentioned: Vec<&Written> = mentioned.flat_map(Written::flat).collect();
        let generic = self
            .generic()
            .filter(|_| mentioned.iter().any(|written| written.element() == Some(Type::Generic)));
        let mut definitions = Vec::new();
        let mut arguments = Vec::new();
        if lifetime {
            definitions.push(quote!('a));
            arguments.push(quote!('a));
        }
        if let Some(name) = generic {
            let name = format_ident!("{name}");
            definitions.push(quote!(#name: #krate::Real));
            arguments.push(quote!(#name));
        }
        for param in self.function.item.sig.generics.const_params() {
            let name = param.ident.to_string();
            let length = Length::Const(name);
            if mentioned.iter().any(|written| written.lengths().contains(&length)) {
                let (ident, ty) = (&param.ident, &param.ty);
                definitions.push(quote!(const #ident: #ty));
                arguments.push(quote!(#ident));
            }
        }
        if definitions.is_empty() {
            return [TokenStream::new(), TokenStream::new()];
        }
        [quote!(<#(#definitions),*>), quote!(<#(#arguments),*>)]
    }

    pub(super) fn all_generics(&self) -> [TokenStream; 2] {
        let takes_views =
            self.function.params.iter().any(|param| matches!(param.written, Written::Tensor { .. }));
        self.generics(self.function.params.iter().map(|param| &param.written), takes_views)
    }

    pub(super) fn active_generics(&self) -> [TokenStream; 2] {
        self.generics(self.active().into_iter().map(|param| &param.written), false)
    }

    /// The type of the gradient: the parameter's own where there is one, else the struct of all.
    pub(super) fn gradient_type(&self) -> TokenStream {
        match self.active().as_slice() {
            [single] => self.owned(&single.written),
            _ => {
                let [_, arguments] = self.active_generics();
                quote!(Params #arguments)
            }
        }
    }

    /// The type of the parameter in what annotated functions call: numbers by value, and arrays by reference.
    pub(super) fn lent_type(&self, param: &Param) -> TokenStream {
        match &param.written {
            Written::Scalar(_) => self.written_path(&param.written),
            Written::Array { .. } => self.reference_type(true, &param.written, &TokenStream::new()),
            _ => self.argument_type(param, &TokenStream::new()),
        }
    }
}
