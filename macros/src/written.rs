//! Types as the user writes them: all the type information a macro has.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, GenericArgument, Lit, PathArguments};

use crate::graph::Type;

/// The length of an array type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Length {
    Literal(usize),
    /// A const parameter or a constant in scope.
    Const(String),
}

/// A type that can be differentiated, or passed along as data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Written {
    Scalar(Type),
    Tensor {
        element: Type,
        rank: usize,
    },
    /// A slice of numbers, or of arrays of these lengths.
    Slice {
        element: Type,
        inner: Vec<Length>,
    },
    Array {
        element: Type,
        lengths: Vec<Length>,
    },
    Struct(String),
    /// Several results.
    Tuple(Vec<Written>),
}

pub(crate) const KNOWN: &str = "f32, f64, T with T: Real, &Vector, &Matrix, &Tensor<T, R>, &[T], &[[T; N]], [T; N], [[T; N]; M], \
    usize and other integers, bool, &[usize], and structs defined in the same `#[differentiable] mod`";

const INTEGERS: [&str; 12] =
    ["usize", "u8", "u16", "u32", "u64", "u128", "isize", "i8", "i16", "i32", "i64", "i128"];

/// The names that types are read with.
pub(crate) struct Names<'a> {
    /// The function's type parameter with the bound `Real`.
    pub(crate) generic: Option<&'a str>,
    /// The structs whose definitions are known.
    pub(crate) structs: &'a [String],
    /// The function's const parameters.
    pub(crate) lengths: &'a [String],
}

impl Written {
    pub(crate) fn element(&self) -> Option<Type> {
        match self {
            Written::Scalar(element) => Some(*element),
            Written::Tensor { element, .. }
            | Written::Slice { element, .. }
            | Written::Array { element, .. } => Some(*element),
            Written::Struct(_) | Written::Tuple(_) => None,
        }
    }

    pub(crate) fn rank(&self) -> usize {
        match self {
            Written::Scalar(_) | Written::Struct(_) | Written::Tuple(_) => 0,
            Written::Tensor { rank, .. } => *rank,
            Written::Slice { inner, .. } => 1 + inner.len(),
            Written::Array { lengths, .. } => lengths.len(),
        }
    }

    /// The lengths that the type itself says: all axes of an array, and all but the first of a slice.
    pub(crate) fn lengths(&self) -> &[Length] {
        match self {
            Written::Array { lengths, .. } | Written::Slice { inner: lengths, .. } => lengths,
            _ => &[],
        }
    }

    /// Whether an element is `x[i][j]` rather than a place among all numbers.
    pub(crate) fn is_nested(&self) -> bool {
        match self {
            Written::Array { .. } => true,
            Written::Slice { inner, .. } => !inner.is_empty(),
            _ => false,
        }
    }

    /// All numbers of the argument as one slice, where a pass finds them by their place.
    pub(crate) fn flat_data(&self, access: &TokenStream) -> TokenStream {
        match self {
            Written::Tensor { rank, .. } if *rank > 1 => quote!(#access.data()),
            Written::Slice { inner, .. } => {
                let flatten = inner.iter().map(|_| quote!(.as_flattened()));
                quote!(#access #(#flatten)*)
            }
            _ => access.clone(),
        }
    }

    /// The type itself, or those of a tuple's parts.
    pub(crate) fn flat(&self) -> Vec<&Written> {
        match self {
            Written::Tuple(parts) => parts.iter().flat_map(Written::flat).collect(),
            other => vec![other],
        }
    }

    /// Reads the type of a result, which may be a `Vec` or a tuple too. None if it is borrowed, or not
    /// known.
    pub(crate) fn result(ty: &syn::Type, names: &Names) -> Option<Self> {
        match ty {
            syn::Type::Paren(inner) => Self::result(&inner.elem, names),
            syn::Type::Group(inner) => Self::result(&inner.elem, names),
            syn::Type::Reference(_) | syn::Type::Slice(_) => None,
            syn::Type::Tuple(tuple) => {
                let parts = tuple.elems.iter().map(|part| Self::result(part, names));
                Some(Written::Tuple(parts.collect::<Option<_>>()?))
            }
            syn::Type::Path(path) => match Self::of_vec(&path.path, names) {
                Some(element) => Some(Written::Slice { element, inner: Vec::new() }),
                None => Self::parse(ty, names).ok(),
            },
            _ => Self::parse(ty, names).ok(),
        }
    }

    /// The type of the elements of a `Vec<T>`.
    fn of_vec(path: &syn::Path, names: &Names) -> Option<Type> {
        let last = path.segments.last().filter(|last| last.ident == "Vec")?;
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
        match arguments.args.first()? {
            GenericArgument::Type(ty) => match Self::parse(ty, names).ok()? {
                Written::Scalar(element) => Some(element),
                _ => None,
            },
            _ => None,
        }
    }

    /// Reads a type, through references.
    pub(crate) fn parse(ty: &syn::Type, names: &Names) -> Result<Self, syn::Error> {
        let unknown = || {
            let help =
                crate::instead::of_parameter(ty).unwrap_or_else(|| format!("the types it knows are {KNOWN}"));
            let text = format!("gradus does not know the type `{}`\nhelp: {help}", type_text(ty));
            syn::Error::new_spanned(ty, text)
        };
        match ty {
            syn::Type::Reference(reference) if reference.mutability.is_some() => {
                let message = format!(
                    "a `&mut` parameter cannot be differentiated\nhelp: write `&{}`, and return the new value",
                    type_text(&reference.elem)
                );
                Err(syn::Error::new_spanned(ty, message))
            }
            syn::Type::Reference(reference) => Self::parse(&reference.elem, names),
            syn::Type::Paren(inner) => Self::parse(&inner.elem, names),
            syn::Type::Group(inner) => Self::parse(&inner.elem, names),
            syn::Type::Slice(slice) => match Self::parse(&slice.elem, names)? {
                Written::Scalar(element) => Ok(Written::Slice { element, inner: Vec::new() }),
                Written::Array { element, lengths } => Ok(Written::Slice { element, inner: lengths }),
                _ => Err(unknown()),
            },
            syn::Type::Array(array) => {
                let length = Length::parse(&array.len, names)?;
                match Self::parse(&array.elem, names)? {
                    Written::Scalar(element) => Ok(Written::Array { element, lengths: vec![length] }),
                    Written::Array { element, mut lengths } => {
                        lengths.insert(0, length);
                        Ok(Written::Array { element, lengths })
                    }
                    _ => Err(unknown()),
                }
            }
            syn::Type::Path(path) if path.qself.is_none() => {
                Self::path(&path.path, names).ok_or_else(unknown)
            }
            _ => Err(unknown()),
        }
    }

    fn path(path: &syn::Path, names: &Names) -> Option<Self> {
        let last = path.segments.last()?;
        let name = last.ident.to_string();
        let arguments: Vec<&GenericArgument> = match &last.arguments {
            PathArguments::AngleBracketed(arguments) => arguments.args.iter().collect(),
            _ => Vec::new(),
        };
        let element = || match arguments.first() {
            None => Some(Type::F32),
            Some(GenericArgument::Type(syn::Type::Path(path))) => match Self::path(&path.path, names)? {
                Written::Scalar(element) if element.is_float() => Some(element),
                _ => None,
            },
            Some(_) => None,
        };
        match name.as_str() {
            "Vector" => Some(Written::Tensor { element: element()?, rank: 1 }),
            "Matrix" => Some(Written::Tensor { element: element()?, rank: 2 }),
            "Tensor" => match arguments.get(1)? {
                GenericArgument::Const(rank) => {
                    let rank = literal(rank)?;
                    (1..=4).contains(&rank).then_some(Written::Tensor { element: element()?, rank })
                }
                _ => None,
            },
            _ if !arguments.is_empty() => None,
            "f32" => Some(Written::Scalar(Type::F32)),
            "f64" => Some(Written::Scalar(Type::F64)),
            "bool" => Some(Written::Scalar(Type::Bool)),
            _ if names.generic == Some(name.as_str()) => Some(Written::Scalar(Type::Generic)),
            _ if names.structs.contains(&name) => Some(Written::Struct(name)),
            _ => integer_named(&name).map(Written::Scalar),
        }
    }
}

/// One of Rust's integers.
pub(crate) fn integer_named(name: &str) -> Option<Type> {
    INTEGERS.iter().find(|known| **known == name).map(|known| Type::Int(known))
}

impl Length {
    fn parse(length: &Expr, names: &Names) -> Result<Self, syn::Error> {
        if let Some(length) = literal(length) {
            return Ok(Length::Literal(length));
        }
        match length {
            Expr::Path(path) if names.lengths.contains(&text(path)) => Ok(Length::Const(text(path))),
            Expr::Path(path) => Ok(Length::Const(text(rerooted(&path.path)))),
            // A const parameter in a type is parsed as a block or a group in some positions.
            Expr::Block(block) => match block.block.stmts.as_slice() {
                [syn::Stmt::Expr(inner, None)] => Self::parse(inner, names),
                _ => Err(unknown_length(length)),
            },
            _ => Err(unknown_length(length)),
        }
    }
}

fn unknown_length(length: &Expr) -> syn::Error {
    syn::Error::new_spanned(
        length,
        "gradus does not compute array lengths\nhelp: write a number, or give the length a name with `const N: usize = ..;`",
    )
}

fn literal(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) => int.base10_parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// The user's own text, without the spaces that printing tokens puts in.
pub(crate) fn text(tokens: impl ToTokens) -> String {
    let mut printed = tokens.to_token_stream().to_string();
    for (from, to) in [
        (" . ", "."),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" ,", ","),
        ("& ", "&"),
        (" [", "["),
        ("[ ", "["),
        (" ]", "]"),
        (" :: ", "::"),
        ("::< ", "::<"),
        (" >(", ">("),
        (" ;", ";"),
        (" ?", "?"),
        (" : ", ": "),
        ("(- ", "(-"),
        (", - ", ", -"),
        (" ![", "!["),
    ] {
        printed = printed.replace(from, to);
    }
    printed
}

/// The same for a type, in which `<` and `>` are brackets.
pub(crate) fn type_text(ty: &syn::Type) -> String {
    text(ty).replace(" <", "<").replace("< ", "<").replace(" >", ">")
}

/// A path of the user's scope, as seen from inside the module beside the function.
pub(crate) fn rerooted(path: &syn::Path) -> TokenStream {
    let rest = path.segments.iter().skip(1);
    match path.segments.first() {
        _ if path.leading_colon.is_some() => path.to_token_stream(),
        Some(first) if first.ident == "self" => quote!(super #(::#rest)*),
        Some(first) if first.ident == "super" => quote!(super::#path),
        Some(_) if path.get_ident().is_some() => quote!(super::#path),
        _ => path.to_token_stream(),
    }
}

/// Whether a path from [`rerooted`] means the same everywhere, whatever is imported.
pub(crate) fn is_absolute(path: &TokenStream) -> bool {
    const ROOTS: [&str; 8] = ["super", "crate", "std", "core", "alloc", "f32", "f64", ""];
    let printed = path.to_string();
    if !printed.contains("::") {
        // A parameter of the function, or else what only a glob import finds.
        return !printed.starts_with(char::is_lowercase);
    }
    let first = printed.split("::").next().unwrap_or_default().trim();
    ROOTS.contains(&first)
}

/// How a type is named in emitted code, which must not depend on the user's imports.
pub(crate) fn path(written: &Written, krate: &syn::Path, generic: Option<&str>) -> TokenStream {
    let scalar = |ty: Type| scalar_path(ty, generic);
    match written {
        Written::Scalar(ty) => scalar(*ty),
        Written::Tensor { element, rank } => {
            let (element, rank) = (scalar(*element), proc_macro2::Literal::usize_unsuffixed(*rank));
            quote!(#krate::Tensor<#element, #rank>)
        }
        Written::Slice { element, inner } => {
            let element = nested_array(scalar(*element), inner);
            quote!([#element])
        }
        Written::Array { element, lengths } => nested_array(scalar(*element), lengths),
        Written::Struct(name) => {
            let name = ident(name);
            quote!(super::#name)
        }
        Written::Tuple(parts) => {
            let parts = parts.iter().map(|part| path(part, krate, generic));
            quote!((#(#parts,)*))
        }
    }
}

/// An array type, or the value of an array whose elements are all the same.
pub(crate) fn nested_array(element: TokenStream, lengths: &[Length]) -> TokenStream {
    lengths.iter().rev().fold(element, |inner, length| {
        let length = length.to_tokens();
        quote!([#inner; #length])
    })
}

impl Length {
    pub(crate) fn to_tokens(&self) -> TokenStream {
        match self {
            Length::Literal(length) => proc_macro2::Literal::usize_unsuffixed(*length).into_token_stream(),
            Length::Const(path) => path.parse().expect("the text of a path that the user wrote"),
        }
    }
}

pub(crate) fn scalar_path(ty: Type, generic: Option<&str>) -> TokenStream {
    match ty {
        Type::F32 => quote!(f32),
        Type::F64 => quote!(f64),
        Type::Generic => {
            ident(generic.expect("the type is only made where there is a parameter")).into_token_stream()
        }
        Type::Int(name) => ident(name).into_token_stream(),
        Type::Bool => quote!(bool),
        Type::Untyped => TokenStream::new(),
    }
}

fn ident(name: &str) -> proc_macro2::Ident {
    quote::format_ident!("{name}", span = Span::call_site())
}
