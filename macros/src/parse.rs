//! Tokens to [`Function`]: what the user wrote, if it is supported.

mod axes;

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, ItemFn, Pat, Path, ReturnType, Token, parse_quote};

pub(crate) use axes::{
    AxisKind, AxisName, misplaced, named_without_derivative, strip, strip_function, strip_signature,
};

use crate::instead;
use crate::report::{Errors, nearest};
use crate::written::{Names, Written, text, type_text};

/// What stands in the brackets of `#[differentiable(..)]`.
#[derive(Default)]
pub(crate) struct Options {
    wrt: Option<Vec<Ident>>,
    krate: Option<Path>,
    as_written: bool,
}

impl Options {
    /// The runtime crate, as emitted code names it.
    pub(crate) fn krate(&self) -> Path {
        self.krate.clone().unwrap_or_else(|| parse_quote!(::gradus))
    }

    /// The options of an item inside an annotated module, which inherits the module's.
    pub(crate) fn inherit(mut self, outer: &Options) -> Self {
        self.krate = self.krate.or_else(|| outer.krate.clone());
        self.as_written |= outer.as_written;
        self
    }

    /// Reads the rest of an option that begins with a name.
    fn named(&mut self, name: &Ident, input: ParseStream) -> syn::Result<()> {
        let error = |message: String| Err(syn::Error::new_spanned(name, message));
        if name == "as_written" {
            if std::mem::replace(&mut self.as_written, true) {
                return error("`as_written` is given twice\nhelp: keep one".to_owned());
            }
            return Ok(());
        }
        if name != "wrt" {
            return Err(unknown_option(name));
        }
        if !input.peek(syn::token::Paren) {
            return error("`wrt` has its names in brackets\nhelp: write `wrt(w, b)`".to_owned());
        }
        let list;
        syn::parenthesized!(list in input);
        let names = Punctuated::<Ident, Token![,]>::parse_terminated(&list)?;
        if names.is_empty() {
            return error(
                "`wrt()` names no parameter\nhelp: name those to differentiate, as in `wrt(w, b)`, or leave it out for all".to_owned(),
            );
        }
        if let Some(first) = &self.wrt {
            let all: Vec<String> = first.iter().chain(&names).map(Ident::to_string).collect();
            let help = format!("put all names into one, as in `wrt({})`", all.join(", "));
            return error(format!("`wrt` is given twice\nhelp: {help}"));
        }
        self.wrt = Some(names.into_iter().collect());
        Ok(())
    }

    /// The options of `#[differentiable]` or `#[differentiable(..)]` as an attribute in a module.
    pub(crate) fn of_attribute(attribute: &Attribute) -> syn::Result<Self> {
        match &attribute.meta {
            syn::Meta::Path(_) => Ok(Options::default()),
            _ => attribute.parse_args(),
        }
    }
}

impl Parse for Options {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut options = Options::default();
        while !input.is_empty() {
            if input.peek(Token![crate]) {
                let keyword: Token![crate] = input.parse()?;
                input.parse::<Token![=]>()?;
                if options.krate.replace(input.call(Path::parse_mod_style)?).is_some() {
                    return Err(syn::Error::new_spanned(keyword, "`crate` is given twice\nhelp: keep one"));
                }
            } else {
                let name = input.parse().map_err(|error| {
                    let help = "write `wrt(w, b)`, `crate = path` or `as_written`";
                    syn::Error::new(error.span(), format!("an option is a name\nhelp: {help}"))
                })?;
                options.named(&name, input)?;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

fn unknown_option(name: &Ident) -> syn::Error {
    let known = ["wrt", "crate", "as_written"];
    let help = match nearest(&name.to_string(), known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "to differentiate by `{name}`, write `wrt({name})`; the other options are `crate = path` and `as_written`"
        ),
    };
    syn::Error::new_spanned(name, format!("unknown option `{name}`\nhelp: {help}"))
}

#[derive(Clone)]
pub(crate) struct Param {
    pub(crate) name: Ident,
    pub(crate) written: Written,
    pub(crate) by_reference: bool,
    /// Whether the function is differentiated with respect to it.
    pub(crate) active: bool,
    /// What `#[shape(..)]` calls its axes.
    pub(crate) axes: Option<Vec<AxisName>>,
}

/// A function to differentiate, with its types known.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) item: ItemFn,
    pub(crate) krate: Path,
    pub(crate) params: Vec<Param>,
    /// The names that the attribute gives, if it gives any.
    pub(crate) wrt: Option<Vec<Ident>>,
    pub(crate) result: Written,
    /// The parameter that its derivative has more than the function, if it returns not just one number.
    pub(crate) cotangent: Option<Param>,
    /// The type parameter `T: Real`, if there is one.
    pub(crate) generic: Option<String>,
    /// Whether nothing is computed in another form than it is written.
    pub(crate) as_written: bool,
}

/// Reads a function, and notes all that is wrong with its signature.
pub(crate) fn function(
    item: ItemFn,
    options: Options,
    structs: &[String],
    errors: &mut Errors,
) -> Option<Function> {
    errors_of_modifiers(&item, errors);
    let generic = type_parameter(&item, errors);
    let lengths: Vec<String> =
        item.sig.generics.const_params().map(|param| param.ident.to_string()).collect();
    let names = Names { generic: generic.as_deref(), structs, lengths: &lengths };
    let mut params = Vec::new();
    let mut complete = true;
    if let Some(error) = misplaced(&item.attrs, &named_params(&item)) {
        errors.combine(error);
        complete = false;
    }
    for input in &item.sig.inputs {
        match param(input, &names) {
            Ok(param) => params.push(param),
            Err(error) => {
                errors.combine(error);
                complete = false;
            }
        }
    }
    let result = match result(&item, &names) {
        Ok(result) => Some(result),
        Err(error) => {
            errors.combine(error);
            None
        }
    };
    if !complete {
        return None;
    }
    let (krate, as_written) = (options.krate(), options.as_written);
    activate(&mut params, options.wrt.as_deref(), &item, structs, errors)?;
    let result = result?;
    let cotangent = (!matches!(result, Written::Scalar(_))).then(|| Param {
        name: Ident::new("cotangent", Span::mixed_site()),
        written: result.clone(),
        by_reference: !matches!(result, Written::Tuple(_)),
        active: false,
        axes: None,
    });
    Some(Function { item, krate, params, wrt: options.wrt, result, cotangent, generic, as_written })
}

fn named_params(item: &ItemFn) -> Vec<String> {
    let names = item.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(text(&typed.pat)),
        FnArg::Receiver(_) => None,
    });
    names.collect()
}

fn errors_of_modifiers(item: &ItemFn, errors: &mut Errors) {
    let signature = &item.sig;
    let mut refuse = |place: Option<&dyn ToTokens>, what: &str, help: &str| {
        if let Some(place) = place {
            errors.push(place.to_token_stream(), format!("{what} cannot be differentiated"), help);
        }
    };
    let unsafety = match &signature.safety {
        syn::Safety::Unsafe(token) => Some(token as &dyn ToTokens),
        _ => None,
    };
    refuse(signature.constness.as_ref().map(|token| token as _), "a `const fn`", "remove `const`");
    refuse(signature.asyncness.as_ref().map(|token| token as _), "an `async fn`", "remove `async`");
    refuse(unsafety, "an `unsafe fn`", "remove `unsafe`");
    refuse(signature.abi.as_ref().map(|token| token as _), "an `extern` function", "remove `extern`");
    refuse(signature.variadic.as_ref().map(|token| token as _), "a variadic function", "name each parameter");
}

/// The one type parameter that stands for a float.
fn type_parameter(item: &ItemFn, errors: &mut Errors) -> Option<String> {
    let mut parameters = item.sig.generics.type_params();
    let first = parameters.next()?;
    if let Some(second) = parameters.next() {
        errors.push(
            second,
            "a differentiable function has one type parameter at most",
            format!("use `{}: Real` for all floats", first.ident),
        );
    }
    let clause = item.sig.generics.where_clause.as_ref().map(text).unwrap_or_default();
    let bounds = first.bounds.to_token_stream().to_string();
    if !bounds.contains("Real") && !clause.contains("Real") {
        let help = format!("write `{}: Real`", first.ident);
        let message = match first.bounds.is_empty() && clause.is_empty() {
            true => format!("nothing says that `{}` is a float", first.ident),
            false => format!("a float is called `{}: Real` here", first.ident),
        };
        errors.push(first, message, help);
    }
    Some(first.ident.to_string())
}

fn param(input: &FnArg, names: &Names) -> syn::Result<Param> {
    let FnArg::Typed(typed) = input else {
        let message = "a method cannot be differentiated on its own\nhelp: put the `impl` into a `#[differentiable] mod { .. }`, and annotate a function there that calls the method";
        return Err(syn::Error::new_spanned(input, message));
    };
    let Pat::Ident(pattern) = &*typed.pat else {
        let (pattern, ty) = (text(&typed.pat), type_text(&typed.ty));
        let help = match &*typed.ty {
            syn::Type::Tuple(_) => "give each part a parameter of its own".to_owned(),
            _ => format!("write `name: {ty}`, and `let {pattern} = name;` in the body"),
        };
        let message = format!("a parameter needs a name, since its derivative has that name\nhelp: {help}");
        return Err(syn::Error::new_spanned(&typed.pat, message));
    };
    if pattern.ident == "FORMULA" {
        let message =
            "`FORMULA` is the name of the formula beside the derivative\nhelp: rename the parameter";
        return Err(syn::Error::new_spanned(&pattern.ident, message));
    }
    if let Some(mutable) = &pattern.mutability {
        let name = &pattern.ident;
        let message = format!(
            "a parameter cannot be `mut` here\nhelp: remove it, and begin the body with `let mut {name} = {name};`"
        );
        return Err(syn::Error::new_spanned(mutable, message));
    }
    let written = Written::parse(&typed.ty, names)?;
    let by_reference = matches!(&*typed.ty, syn::Type::Reference(_));
    let owned_tensor = matches!(written, Written::Tensor { .. } | Written::Struct(_)) && !by_reference;
    if owned_tensor {
        let message = format!(
            "`{}` would be consumed by each call\nhelp: write `&{}`",
            pattern.ident,
            type_text(&typed.ty)
        );
        return Err(syn::Error::new_spanned(&typed.ty, message));
    }
    let axes = axes::axes(typed, &pattern.ident, &written)?;
    Ok(Param { name: pattern.ident.clone(), written, by_reference, active: false, axes })
}

fn result(item: &ItemFn, names: &Names) -> syn::Result<Written> {
    let help = "help: a function to differentiate returns floats: `f64`, an array, `Vec<f64>`, a tensor, a tuple of these, \
        or a struct defined in the same `#[differentiable] mod`";
    let ReturnType::Type(_, ty) = &item.sig.output else {
        return Err(syn::Error::new_spanned(
            &item.sig.ident,
            "the function returns nothing to differentiate\nhelp: say what it returns, as in `-> f64`",
        ));
    };
    let fine = |written: &Written| {
        let parts = written.flat();
        // The fields of structs are looked at where they are known.
        let is_float = |part: &&Written| part.element().is_none_or(|element| element.is_float());
        !parts.is_empty() && parts.iter().all(is_float)
    };
    Written::result(ty, names).filter(fine).ok_or_else(|| {
        let help = instead::of_result(ty).unwrap_or_else(|| help.to_owned());
        let message = format!("`{}` cannot be differentiated as a result\n{help}", type_text(ty));
        syn::Error::new_spanned(ty, message)
    })
}

/// Marks the parameters that `wrt` names, or all that can be differentiated.
fn activate(
    params: &mut [Param],
    wrt: Option<&[Ident]>,
    item: &ItemFn,
    structs: &[String],
    errors: &mut Errors,
) -> Option<()> {
    let differentiable = |written: &Written| match written {
        Written::Struct(name) => structs.contains(name),
        _ => written.element().is_some_and(|element| element.is_float()),
    };
    let Some(wrt) = wrt else {
        for param in params.iter_mut() {
            param.active = differentiable(&param.written);
        }
        if !params.iter().any(|param| param.active) {
            let help = "give it a parameter made of floats, such as `x: f64` or `x: &Vector<f64>`";
            let place = &item.sig.ident;
            let message = match params.is_empty() {
                true => "the function has no parameters, so there is nothing to differentiate by",
                false => "the function has no parameter to differentiate by",
            };
            errors.push(place, message, help);
            return None;
        }
        return Some(());
    };
    let names: Vec<String> = params.iter().map(|param| param.name.to_string()).collect();
    let mut are_clear = true;
    for name in wrt {
        let near = nearest(&name.to_string(), names.iter().map(String::as_str));
        let Some(param) = params.iter_mut().find(|param| param.name == *name) else {
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the parameters are {}", listed(&names)),
            };
            errors.push(name, format!("`{}` has no parameter `{name}`", item.sig.ident), help);
            match params.iter_mut().find(|param| near.is_some_and(|near| param.name == near)) {
                Some(meant) if differentiable(&meant.written) => meant.active = true,
                _ => are_clear = false,
            }
            continue;
        };
        if !differentiable(&param.written) {
            errors.push(
                name,
                format!("`{name}` is not made of floats, so there is no derivative by it"),
                "leave it out of `wrt(..)`, or make it a float, such as `f64`",
            );
            are_clear = false;
        } else if param.active {
            errors.push(name, format!("`{name}` is named twice"), "remove this one");
        } else {
            param.active = true;
        }
    }
    // Where it is clear what is meant, the body is looked at too.
    are_clear.then_some(())
}

/// `a`, `b` and `c`, in backticks.
pub(crate) fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.join(""),
    }
}

/// The item as a function, or an error that says what the attribute is for.
pub(crate) fn item_fn(item: TokenStream) -> syn::Result<ItemFn> {
    let wrong = |item: &dyn ToTokens, what: &str| {
        let help = match what {
            "a struct" | "an `impl`" => {
                "put it into a `#[differentiable] mod { .. }`, with the functions that use it"
            }
            "a constant" => "remove the attribute: functions can use a constant as it is",
            "a trait" | "a function without a body" => {
                "annotate a function with a body, which calls what the trait has"
            }
            _ => "it applies to a function with a body, or to a module of them",
        };
        let message = format!("`#[differentiable]` does not apply to {what}\nhelp: {help}");
        Err(syn::Error::new_spanned(item.to_token_stream(), message))
    };
    if let Ok(syn::TraitItemFn { default: None, sig, .. }) = syn::parse2(item.clone()) {
        return wrong(&sig.ident, "a function without a body");
    }
    match syn::parse2::<syn::Item>(item)? {
        syn::Item::Fn(function) => Ok(function),
        syn::Item::Struct(item) => wrong(&item.ident, "a struct"),
        syn::Item::Enum(item) => wrong(&item.ident, "an enum"),
        syn::Item::Static(item) => wrong(&item.ident, "a constant"),
        syn::Item::Const(item) => wrong(&item.ident, "a constant"),
        syn::Item::Trait(item) => wrong(&item.ident, "a trait"),
        syn::Item::Impl(item) => wrong(&item.self_ty, "an `impl`"),
        other => wrong(&other, "this item"),
    }
}

/// The function as rustc knows it.
pub(crate) fn without_axes(item: TokenStream) -> TokenStream {
    match syn::parse2::<ItemFn>(item.clone()) {
        Ok(mut function) => {
            strip_function(&mut function);
            function.into_token_stream()
        }
        Err(_) => item,
    }
}
