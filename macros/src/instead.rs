//! Types that cannot be differentiated, each with what to write in its place. A new type is a line.

use syn::PathArguments;

use crate::written::{KNOWN, integer_named, text, type_text};

const CALLED: &str =
    "call the function by its name in the body, as in `let y: f64 = f(x);`, and annotate it too";

/// What to write in the place of a type that is not known.
pub(crate) fn of_parameter(ty: &syn::Type) -> Option<String> {
    let bounds = match ty {
        syn::Type::ImplTrait(ty) => text(&ty.bounds),
        syn::Type::TraitObject(ty) => text(&ty.bounds),
        _ => String::new(),
    };
    let path = match ty {
        syn::Type::Path(path) => path,
        syn::Type::FnPtr(_) => return Some(CALLED.to_owned()),
        syn::Type::ImplTrait(_) | syn::Type::TraitObject(_) if bounds.starts_with("Fn") => {
            return Some(CALLED.to_owned());
        }
        syn::Type::ImplTrait(_) if bounds.contains("Real") => {
            return Some(format!("write `<T: {bounds}>` behind the name of the function, and `T` here"));
        }
        syn::Type::Tuple(_) => return Some("give each part a parameter of its own".to_owned()),
        syn::Type::TraitObject(_) | syn::Type::ImplTrait(_) => {
            return Some(format!(
                "compute the number before, and pass it as `f64`; the types known here are {KNOWN}"
            ));
        }
        _ => return None,
    };
    let last = path.path.segments.last()?;
    let inner = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.first().map(text),
        _ => None,
    };
    Some(match (last.ident.to_string().as_str(), inner) {
        ("Vec", Some(inner)) => format!("write `&[{inner}]`, which a `Vec` is passed as"),
        ("Box" | "Rc" | "Arc", Some(inner)) if inner.starts_with("dyn ") => {
            "compute the number before, and pass it as `f64`".to_owned()
        }
        ("Option" | "Result" | "Box" | "Rc" | "Arc" | "Cell" | "RefCell", Some(inner)) => {
            format!("write `{inner}`, and pass what is inside")
        }
        ("Array1" | "ArrayView1" | "DVector" | "Col", _) => "write `&Vector<f64>`, or `&[f64]`".to_owned(),
        ("Array2" | "ArrayView2" | "DMatrix" | "Mat", _) => "write `&Matrix<f64>`".to_owned(),
        ("Linear", Some(_)) => "write `&Linear`, whose numbers are `f32`".to_owned(),
        ("str" | "String" | "char", _) => "pass what it stands for as a number, or leave it out".to_owned(),
        ("Tensor", _) => "write `&Tensor<f64, R>` with a rank R from 1 to 4".to_owned(),
        (name, None) => format!(
            "if `{name}` is a struct of floats, put it and the function into one `#[differentiable] mod {{ .. }}`; the types known otherwise are {KNOWN}"
        ),
        _ => return None,
    })
}

/// What to return instead, where that is known.
pub(crate) fn of_result(ty: &syn::Type) -> Option<String> {
    let inner = |path: &syn::TypePath| match &path.path.segments.last()?.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.first().map(text),
        _ => None,
    };
    Some(match ty {
        syn::Type::Reference(reference) => {
            let owned = type_text(&reference.elem);
            let owned = owned
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
                .filter(|rest| !rest.contains(';'));
            let owned = owned.map_or(type_text(&reference.elem), |element| format!("Vec<{element}>"));
            format!("help: return it owned, as `{owned}`")
        }
        syn::Type::Path(path) => match path.path.segments.last()?.ident.to_string().as_str() {
            "Option" | "Result" => {
                let inner = inner(path)?;
                format!("help: return `{inner}`, and check before the call what may be missing")
            }
            "bool" => {
                "help: return the number that is compared, as `f64`, and compare it after the call".to_owned()
            }
            "String" | "str" => "help: return the number, as `f64`, and print it after the call".to_owned(),
            name if integer_named(name).is_some() => {
                "help: return a float, as `f64`: what is counted or rounded has no derivative".to_owned()
            }
            _ => return None,
        },
        _ => return None,
    })
}
