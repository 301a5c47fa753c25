//! `#[shape(N, D)]` on a parameter: what its axes are called.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, FnArg, Ident, ItemFn, Lit, Meta, PatType, Signature, Token};

use super::listed;
use crate::written::{Written, rerooted, text};

/// What stands for an axis.
#[derive(Clone)]
pub(crate) struct AxisName {
    pub(crate) kind: AxisKind,
    /// As it is written, for messages.
    pub(crate) written: TokenStream,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum AxisKind {
    /// A name, a const parameter or an integer parameter.
    Name(String),
    Literal(usize),
    /// The path of a constant, as seen from the module beside the function.
    Const(String),
    /// `_`
    Any,
}

impl Parse for AxisName {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let message = "an axis is called by a name, a number or the path of a constant\nhelp: write `N`, `3`, `crate::WIDTH`, or `_` for an axis without a name";
        let wrong = |place: &Expr| syn::Error::new_spanned(place, message);
        if input.peek(Token![_]) {
            let underscore: Token![_] = input.parse()?;
            return Ok(AxisName { kind: AxisKind::Any, written: underscore.to_token_stream() });
        }
        let expr: Expr = input.parse().map_err(|error| syn::Error::new(error.span(), message))?;
        let kind = match &expr {
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) => AxisKind::Name(name.to_string()),
                None => AxisKind::Const(text(rerooted(&path.path))),
            },
            Expr::Lit(literal) => match &literal.lit {
                Lit::Int(length) => AxisKind::Literal(length.base10_parse()?),
                _ => return Err(wrong(&expr)),
            },
            _ => return Err(wrong(&expr)),
        };
        Ok(AxisName { kind, written: expr.to_token_stream() })
    }
}

/// The names of a parameter's axes, one for each.
pub(super) fn axes(param: &PatType, name: &Ident, written: &Written) -> syn::Result<Option<Vec<AxisName>>> {
    let mut attributes = param.attrs.iter().filter(|attribute| is_shape(attribute));
    let Some(attribute) = attributes.next() else { return Ok(None) };
    let refuse = |place: &dyn ToTokens, message: String| {
        Err(syn::Error::new_spanned(place.to_token_stream(), message))
    };
    if let Some(second) = attributes.next() {
        let message = format!("the shape of `{name}` is written twice\nhelp: keep one `#[shape(..)]`");
        return refuse(second, message);
    }
    match written {
        Written::Scalar(_) => {
            let message = format!("`{name}` is a number, which has no axes\nhelp: remove `#[shape(..)]`");
            return refuse(attribute, message);
        }
        Written::Struct(structure) => {
            let message = format!(
                "`{name}` is a struct, whose fields have shapes of their own\nhelp: name the axes of the other parameters; those of `{structure}` follow from how it is used"
            );
            return refuse(attribute, message);
        }
        _ => {}
    }
    let rank = written.rank();
    let example = ["N", "D", "K", "M"].into_iter().chain(std::iter::repeat("_"));
    let example: Vec<&str> = example.take(rank).collect();
    let Meta::List(list) = &attribute.meta else {
        let message = format!(
            "`#[shape]` names the axes of a parameter\nhelp: write `#[shape({})]`",
            example.join(", ")
        );
        return refuse(attribute, message);
    };
    let names = list.parse_args_with(Punctuated::<AxisName, Token![,]>::parse_terminated)?;
    let names: Vec<AxisName> = names.into_iter().collect();
    if names.len() != rank {
        let mut right: Vec<String> = names.iter().map(|name| text(&name.written)).collect();
        if names.is_empty() {
            right.extend(example.iter().map(|&name| name.to_owned()));
        }
        right.resize(rank, "_".to_owned());
        let (axes, named) = (counted(rank, "axis", "axes"), counted(names.len(), "name", "names"));
        let message = format!(
            "`{name}` has {axes}, but this has {named}\nhelp: write `#[shape({})]`",
            right.join(", ")
        );
        return match names.is_empty() {
            true => refuse(attribute, message),
            false => refuse(&list.tokens, message),
        };
    }
    Ok(Some(names))
}

fn counted(number: usize, one: &str, many: &str) -> String {
    match number {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        _ => format!("{number} {many}"),
    }
}

fn is_shape(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "shape")
}

/// An attribute in a place where nothing has axes to name.
pub(crate) fn misplaced(attributes: &[Attribute], params: &[String]) -> Option<syn::Error> {
    let attribute = attributes.iter().find(|attribute| is_shape(attribute))?;
    let at = match params {
        [] => "in front of a parameter of an annotated function".to_owned(),
        _ => format!("in front of a parameter: {}", listed(params)),
    };
    let message = format!("`#[shape(..)]` names the axes of a parameter\nhelp: write it {at}");
    Some(syn::Error::new_spanned(attribute, message))
}

/// An attribute at a parameter of a function that has no derivative of its own.
pub(crate) fn named_without_derivative(input: &FnArg) -> Option<syn::Error> {
    match input {
        FnArg::Typed(typed) => misplaced(&typed.attrs, &[]),
        FnArg::Receiver(_) => None,
    }
}

/// Takes the attribute off what is emitted again: rustc does not know it.
pub(crate) fn strip(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| !is_shape(attribute));
}

/// The same for a function and its parameters.
pub(crate) fn strip_function(function: &mut ItemFn) {
    strip(&mut function.attrs);
    strip_signature(&mut function.sig);
}

/// The same for the parameters.
pub(crate) fn strip_signature(signature: &mut Signature) {
    for input in &mut signature.inputs {
        match input {
            FnArg::Typed(typed) => strip(&mut typed.attrs),
            FnArg::Receiver(receiver) => strip(&mut receiver.attrs),
        }
    }
}
