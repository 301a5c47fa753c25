//! The definitions that the macro can see: those of an annotated module, and the runtime's own.

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{
    Block, Fields, FnArg, ImplItem, Item, ItemImpl, ItemStruct, Pat, ReturnType, Signature, parse_quote,
};

use crate::graph::Type;
use crate::report::Errors;
use crate::written::{Names, Written};

/// A struct of parameters.
pub(crate) struct Structure {
    pub(crate) span: Span,
    /// Whether it is one of the runtime's own.
    builtin: bool,
    /// The traits it derives.
    derives: String,
    pub(crate) fields: Vec<(String, Written)>,
    /// The fields whose types are refused.
    pub(crate) refused: Vec<String>,
    methods: BTreeMap<String, Inlined>,
}

/// A function whose body is put in the place of its calls.
#[derive(Clone)]
pub(crate) struct Inlined {
    /// Names and types; `self` has no type of its own.
    pub(crate) parameters: Vec<(String, Option<syn::Type>)>,
    pub(crate) result: Option<syn::Type>,
    pub(crate) block: Block,
}

#[derive(Default)]
pub(crate) struct Items {
    structures: BTreeMap<String, Structure>,
    functions: BTreeMap<String, Inlined>,
    /// What the functions return that have a derivative of their own.
    results: BTreeMap<String, syn::Type>,
}

impl Items {
    /// What every function can use: the runtime's layers.
    pub(crate) fn builtin() -> Self {
        let mut items = Items::default();
        let definitions: [Item; 2] = [
            parse_quote! { #[derive(Clone, Debug, PartialEq)] struct Linear { weight: Matrix, bias: Vector } },
            parse_quote! {
                impl Linear {
                    fn forward(&self, x: &Matrix) -> Matrix { x.matmul(&self.weight.t()) + &self.bias }
                }
            },
        ];
        items.add(&definitions, &mut Errors::default());
        items.structures.values_mut().for_each(|structure| structure.builtin = true);
        items
    }

    /// Adds the structs, methods and functions of a module.
    pub(crate) fn add(&mut self, items: &[Item], errors: &mut Errors) {
        let own = items.iter().filter_map(|item| match item {
            Item::Struct(structure) => Some(structure.ident.to_string()),
            _ => None,
        });
        let names: Vec<String> = self.struct_names().into_iter().chain(own).collect();
        for item in items {
            match item {
                Item::Struct(structure) => self.add_struct(structure, &names, errors),
                Item::Fn(function) => {
                    self.add_result(function);
                    if let Some(inlined) = inlined(&function.sig, &function.block) {
                        self.functions.insert(function.sig.ident.to_string(), inlined);
                    }
                }
                _ => {}
            }
        }
        self.hide_ruled(items);
        self.refuse_circles(errors);
        for item in items {
            if let Item::Impl(block) = item
                && block.trait_.is_none()
            {
                self.add_methods(block);
            }
        }
    }

    fn add_result(&mut self, function: &syn::ItemFn) {
        if let ReturnType::Type(_, ty) = &function.sig.output
            && function.attrs.iter().any(crate::module::is_ours)
        {
            self.results.insert(function.sig.ident.to_string(), (**ty).clone());
        }
    }

    /// A function with a rule is not put in: the rule is there to be used.
    fn hide_ruled(&mut self, items: &[Item]) {
        for item in items {
            if let Item::Fn(rule) = item
                && let Some(of) = rule.attrs.iter().find_map(crate::rule::ruled)
                && let Some(function) = self.functions.remove(&of)
                && let Some(result) = function.result
            {
                self.results.insert(of, result);
            }
        }
    }

    fn add_struct(&mut self, structure: &ItemStruct, names: &[String], errors: &mut Errors) {
        let Fields::Named(fields) = &structure.fields else {
            errors.push(
                &structure.ident,
                "a struct of parameters has named fields",
                "write `struct Name { field: Type }`",
            );
            return;
        };
        if !structure.generics.params.is_empty() {
            errors.push(
                &structure.generics,
                "a struct of parameters cannot be generic yet",
                "write it for `f32` or for `f64`",
            );
            return;
        }
        let (mut known, mut refused) = (Vec::new(), Vec::new());
        for field in &fields.named {
            match (
                &field.ident,
                Written::parse(&field.ty, &Names { generic: None, structs: names, lengths: &[] }),
            ) {
                (Some(name), Ok(written)) if !matches!(field.ty, syn::Type::Reference(_)) => {
                    known.push((name.to_string(), written));
                    continue;
                }
                (_, Ok(_)) => {
                    errors.push(&field.ty, "a struct of parameters owns its fields", "remove the `&`")
                }
                (_, Err(error)) => errors.combine(own_type(field, error)),
            }
            refused.extend(field.ident.as_ref().map(ToString::to_string));
        }
        self.structures.insert(
            structure.ident.to_string(),
            Structure {
                span: structure.ident.span(),
                builtin: false,
                derives: derives(structure),
                fields: known,
                refused,
                methods: BTreeMap::new(),
            },
        );
    }

    /// A struct that holds itself has no end.
    fn refuse_circles(&mut self, errors: &mut Errors) {
        let circular: Vec<String> =
            self.structures.keys().filter(|name| self.reaches(name, name, 0)).cloned().collect();
        for name in circular {
            if let Some(structure) = self.structures.remove(&name) {
                let place = quote::format_ident!("{name}", span = structure.span);
                errors.push(
                    place,
                    format!("`{name}` contains itself"),
                    "keep a list of them in an array or a slice of numbers",
                );
            }
        }
    }

    fn reaches(&self, from: &str, to: &str, depth: usize) -> bool {
        let Some(structure) = self.structures.get(from) else { return false };
        depth <= self.structures.len()
            && structure.fields.iter().any(|(_, written)| match written {
                Written::Struct(inner) => inner == to || self.reaches(inner, to, depth + 1),
                _ => false,
            })
    }

    fn add_methods(&mut self, block: &ItemImpl) {
        let syn::Type::Path(path) = &*block.self_ty else {
            return;
        };
        let Some(structure) =
            path.path.get_ident().and_then(|name| self.structures.get_mut(&name.to_string()))
        else {
            return;
        };
        for item in &block.items {
            if let ImplItem::Fn(method) = item
                && let Some(inlined) = inlined(&method.sig, &method.block)
            {
                structure.methods.insert(method.sig.ident.to_string(), inlined);
            }
        }
    }

    pub(crate) fn struct_names(&self) -> Vec<String> {
        self.structures.keys().cloned().collect()
    }

    pub(crate) fn structure(&self, name: &str) -> Option<&Structure> {
        self.structures.get(name)
    }

    /// Whether the type of a struct's field is refused already.
    pub(crate) fn is_refused(&self, structure: &str, field: &syn::Ident) -> bool {
        let structure = self.structures.get(structure);
        structure.is_some_and(|structure| structure.refused.iter().any(|refused| field == refused))
    }

    /// Whether the struct is one of the runtime's own.
    pub(crate) fn is_builtin(&self, name: &str) -> bool {
        self.structures.get(name).is_some_and(|structure| structure.builtin)
    }

    /// Whether a struct derives the trait.
    pub(crate) fn derives(&self, name: &str, of: &str) -> bool {
        self.structures.get(name).is_some_and(|structure| structure.derives.contains(of))
    }

    /// The numbers and arrays that a value of the type is made of, each with how it is accessed.
    pub(crate) fn parts(&self, written: &Written, access: &TokenStream) -> Vec<(TokenStream, Written)> {
        match written {
            Written::Tuple(parts) => {
                let parts = parts.iter().enumerate().map(|(place, part)| {
                    let place = proc_macro2::Literal::usize_unsuffixed(place);
                    self.parts(part, &quote!(#access.#place))
                });
                parts.flatten().collect()
            }
            Written::Struct(name) => {
                let fields = self.structures.get(name).into_iter().flat_map(|structure| &structure.fields);
                let parts = fields.map(|(field, part)| {
                    let field = format_ident!("{field}");
                    self.parts(part, &quote!(#access.#field))
                });
                parts.flatten().collect()
            }
            other => vec![(access.clone(), other.clone())],
        }
    }

    /// The type of all floats in a struct; `Err` if there are several.
    pub(crate) fn element_of(&self, name: &str) -> Result<Option<Type>, ()> {
        let mut found = None;
        let Some(structure) = self.structures.get(name) else {
            return Ok(None);
        };
        for (_, written) in &structure.fields {
            let element = match written {
                Written::Struct(inner) => self.element_of(inner)?,
                written => written.element().filter(|element| element.is_float()),
            };
            match (found, element) {
                (Some(known), Some(element)) if known != element => return Err(()),
                (None, element) => found = element,
                _ => {}
            }
        }
        Ok(found)
    }

    pub(crate) fn function(&self, name: &str) -> Option<Inlined> {
        self.functions.get(name).cloned()
    }

    /// The type that a function with a derivative of its own returns.
    pub(crate) fn result(&self, name: &str) -> Option<syn::Type> {
        self.results.get(name).cloned()
    }

    pub(crate) fn method(&self, structure: &str, name: &str) -> Option<Inlined> {
        self.structures.get(structure)?.methods.get(name).cloned()
    }
}

/// What is said of a field's type: a struct has a `Vector` where a function takes a slice.
fn own_type(field: &syn::Field, error: syn::Error) -> syn::Error {
    let syn::Type::Path(path) = &field.ty else { return error };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == "Vec") else { return error };
    let owned = last.arguments.to_token_stream().to_string().replace(' ', "");
    let message = format!("a struct of parameters has no `Vec`\nhelp: write `Vector{owned}`");
    syn::Error::new_spanned(&field.ty, message)
}

fn derives(structure: &ItemStruct) -> String {
    let derives = structure.attrs.iter().filter(|attribute| attribute.path().is_ident("derive"));
    derives.map(|attribute| attribute.meta.to_token_stream().to_string()).collect()
}

/// What is needed of a function to put it in, if each of its parameters has a name.
fn inlined(signature: &Signature, block: &Block) -> Option<Inlined> {
    let parameter = |input: &FnArg| match input {
        FnArg::Receiver(_) => Some(("self".to_owned(), None)),
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => Some((name.ident.to_string(), Some((*typed.ty).clone()))),
            _ => None,
        },
    };
    let result = match &signature.output {
        ReturnType::Type(_, ty) => Some((**ty).clone()),
        ReturnType::Default => None,
    };
    let parameters = signature.inputs.iter().map(parameter).collect::<Option<_>>()?;
    Some(Inlined { parameters, result, block: block.clone() })
}
