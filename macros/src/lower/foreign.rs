//! Names of other libraries, each with what to write here. A new name is a row.

use syn::{Expr, ExprMethodCall, Lit};

use crate::written::text;

/// What a method is called on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Number,
    Array,
    Iterator,
    /// A number, or each element of an array.
    Each,
    Any,
}
use Of::{Any, Array, Each, Iterator, Number};

/// A name, where it is from, what it is a method of, and the code or the advice, in which `{x}` stands for
/// the receiver, `{0}` and `{1}` for arguments, `{pow}` for a power to the first, `{T}` for the type of the
/// function's floats, `{least}` and `{most}` for its infinities, `{values}` for an iterator that owns its
/// numbers, and `{start}` for what a fold with the first argument begins with.
type Row = (&'static str, &'static str, Of, &'static str);

/// Code begins with `` ` ``; a row whose code has arguments is passed over where there are none.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    // Functions of numbers.
    ("log",          "Rust",    Each,     "`{x}.ln() / {0}.ln()`"),
    ("log",          "NumPy",   Each,     "`{x}.ln()`"),
    ("log1p",        "NumPy",   Each,     "`{x}.ln_1p()`"),
    ("expm1",        "NumPy",   Each,     "`{x}.exp_m1()`"),
    ("pow",          "PyTorch", Each,     "`{x}.{pow}`"),
    ("power",        "NumPy",   Each,     "`{x}.{pow}`"),
    ("float_power",  "NumPy",   Each,     "`{x}.powf({0})`"),
    ("rsqrt",        "PyTorch", Each,     "`{x}.sqrt().recip()`"),
    ("reciprocal",   "PyTorch", Each,     "`{x}.recip()`"),
    ("inv",          "ndarray", Each,     "`{x}.recip()`"),
    ("arcsin",       "NumPy",   Each,     "`{x}.asin()`"),
    ("arccos",       "NumPy",   Each,     "`{x}.acos()`"),
    ("arctan",       "NumPy",   Each,     "`{x}.atan()`"),
    ("arctan2",      "NumPy",   Each,     "`{x}.atan2({0})`"),
    ("arcsinh",      "NumPy",   Each,     "`{x}.asinh()`"),
    ("arccosh",      "NumPy",   Each,     "`{x}.acosh()`"),
    ("arctanh",      "NumPy",   Each,     "`{x}.atanh()`"),
    ("absolute",     "NumPy",   Each,     "`{x}.abs()`"),
    ("fabs",         "NumPy",   Each,     "`{x}.abs()`"),
    ("sign",         "NumPy",   Each,     "`{x}.signum()`"),
    ("sgn",          "PyTorch", Each,     "`{x}.signum()`"),
    ("rint",         "NumPy",   Each,     "`{x}.round()`"),
    ("fix",          "NumPy",   Each,     "`{x}.trunc()`"),
    ("frac",         "PyTorch", Each,     "`{x}.fract()`"),
    ("negative",     "NumPy",   Each,     "`-{x}`"),
    ("neg",          "PyTorch", Each,     "`-{x}`"),
    ("erfc",         "PyTorch", Each,     "`1.0 - {x}.erf()`"),
    ("sin_cos",      "Rust",    Each,     "`({x}.sin(), {x}.cos())`"),
    ("to_radians",   "Rust",    Each,     "`{x} * (std::{T}::consts::PI / 180.0)`"),
    ("to_degrees",   "Rust",    Each,     "`{x} * (180.0 / std::{T}::consts::PI)`"),
    ("log_sigmoid",  "JAX",     Each,     "`-(-{x}).softplus()`"),
    ("logsigmoid",   "PyTorch", Each,     "`-(-{x}).softplus()`"),
    ("silu",         "PyTorch", Each,     "`{x} * {x}.sigmoid()`"),
    ("swish",        "JAX",     Each,     "`{x} * {x}.sigmoid()`"),
    ("softsign",     "PyTorch", Each,     "`{x} / ({x}.abs() + 1.0)`"),
    ("relu6",        "PyTorch", Each,     "`{x}.clamp(0.0, 6.0)`"),
    ("hardtanh",     "PyTorch", Each,     "`{x}.clamp(-1.0, 1.0)`"),
    ("clip",         "NumPy",   Each,     "`{x}.clamp({0}, {1})`"),
    ("clamp_min",    "PyTorch", Number,   "`{x}.max({0})`"),
    ("clamp_min",    "PyTorch", Array,    "`{x}.maximum({0})`"),
    ("clamp_max",    "PyTorch", Number,   "`{x}.min({0})`"),
    ("clamp_max",    "PyTorch", Array,    "`{x}.minimum({0})`"),
    ("leaky_relu",   "PyTorch", Number,   "`{x}.max(0.01 * {x})`"),
    ("leaky_relu",   "PyTorch", Array,    "`{x}.maximum({x} * 0.01)`"),
    ("lerp",         "PyTorch", Each,     "`{x} + {1} * ({0} - {x})`"),
    ("maximum",      "NumPy",   Number,   "`{x}.max({0})`"),
    ("minimum",      "NumPy",   Number,   "`{x}.min({0})`"),
    ("norm_squared", "nalgebra", Number,  "`{x}.square()`"),

    // Arithmetic.
    ("add",          "PyTorch", Each,     "`{x} + {0}`"),
    ("sub",          "PyTorch", Each,     "`{x} - {0}`"),
    ("subtract",     "NumPy",   Each,     "`{x} - {0}`"),
    ("mul",          "PyTorch", Each,     "`{x} * {0}`"),
    ("multiply",     "NumPy",   Each,     "`{x} * {0}`"),
    ("div",          "PyTorch", Each,     "`{x} / {0}`"),
    ("divide",       "NumPy",   Each,     "`{x} / {0}`"),
    ("true_divide",  "NumPy",   Each,     "`{x} / {0}`"),
    ("component_mul", "nalgebra", Array,  "`{x} * {0}`"),
    ("component_div", "nalgebra", Array,  "`{x} / {0}`"),
    ("scale",        "nalgebra", Array,   "`{x} * {0}`"),

    // Products.
    ("mm",           "PyTorch", Array,    "`{x}.matmul({0})`"),
    ("mv",           "PyTorch", Array,    "`{x}.matmul({0})`"),
    ("bmm",          "PyTorch", Array,    "`{x}.matmul({0})`"),
    ("inner",        "NumPy",   Array,    "`{x}.dot({0})`"),
    ("vdot",         "NumPy",   Array,    "`{x}.dot({0})`"),
    ("tr_mul",       "nalgebra", Array,   "`{x}.t().matmul({0})`"),
    ("tr_dot",       "nalgebra", Array,   "`{x}.dot({0})`"),
    ("ger",          "PyTorch", Array,    "`{x}.outer({0})`"),
    ("einsum",       "NumPy",   Array,    "write the sums of products with `.matmul(..)`, `.t()` and loops"),

    // Shapes.
    ("transpose",    "NumPy",   Array,    "`{x}.t()`"),
    ("T",            "NumPy",   Array,    "`{x}.t()`"),
    ("permute",      "PyTorch", Array,    "`{x}.t()`"),
    ("swapaxes",     "NumPy",   Array,    "`{x}.t()`"),
    ("reversed_axes", "ndarray", Array,   "`{x}.t()`"),
    ("unsqueeze",    "PyTorch", Array,    "`{x}.insert_axis({0}, 1)`"),
    ("expand_dims",  "NumPy",   Array,    "`{x}.insert_axis({0}, 1)`"),
    ("newaxis",      "NumPy",   Array,    "`{x}.insert_axis(0, 1)`"),
    ("squeeze",      "PyTorch", Array,    "`{x}.sum_axis({0})`"),
    ("squeeze",      "PyTorch", Array,    "`{x}.sum_axis(0)`"),
    ("expand",       "PyTorch", Array,    "`{x}.insert_axis(0, n)`"),
    ("repeat",       "NumPy",   Array,    "`{x}.insert_axis(0, n)`"),
    ("tile",         "NumPy",   Array,    "`{x}.insert_axis(0, n)`"),
    ("broadcast",    "ndarray", Array,    "`{x}.insert_axis(0, n)`"),
    ("broadcast_to", "NumPy",   Array,    "`{x}.insert_axis(0, n)`"),
    ("reshape",      "NumPy",   Array,    "an array keeps its shape here: reshape it before it is passed on"),
    ("flatten",      "NumPy",   Array,    "an array keeps its shape here; `{x}.sum()` and `{x}.mean()` take all of its elements"),
    ("ravel",        "NumPy",   Array,    "an array keeps its shape here; `{x}.sum()` and `{x}.mean()` take all of its elements"),
    ("into_shape",   "ndarray", Array,    "an array keeps its shape here: reshape it before it is passed on"),
    ("cat",          "PyTorch", Array,    "set both parts, as in `let mut all = vec![0.0; n]; for i in 0..n { all[i] = ..; }`"),
    ("concat",       "PyTorch", Array,    "set both parts, as in `let mut all = vec![0.0; n]; for i in 0..n { all[i] = ..; }`"),
    ("concatenate",  "NumPy",   Array,    "set both parts, as in `let mut all = vec![0.0; n]; for i in 0..n { all[i] = ..; }`"),
    ("numel",        "PyTorch", Array,    "`{x}.len()`"),
    ("size",         "NumPy",   Array,    "`{x}.len()`"),
    ("nrows",        "ndarray", Array,    "`{x}.rows()`"),
    ("ncols",        "ndarray", Array,    "`{x}.cols()`"),
    ("shape",        "ndarray", Array,    "`{x}.rows()` and `{x}.cols()`, or `{x}.len()`"),
    ("dim",          "ndarray", Array,    "`{x}.rows()` and `{x}.cols()`, or `{x}.len()`"),

    // Parts.
    ("column",       "nalgebra", Array,   "`{x}.t().row({0})`"),
    ("col",          "nalgebra", Array,   "`{x}.t().row({0})`"),
    ("index_select", "PyTorch", Array,    "`{x}.select_rows({0})`"),
    ("gather",       "PyTorch", Array,    "`{x}.select_rows({0})`"),
    ("take",         "NumPy",   Array,    "`{x}.select_rows({0})`"),
    ("index_axis",   "ndarray", Array,    "`{x}.row(i)`"),
    ("select",       "PyTorch", Array,    "`{x}.row(i)`"),
    ("get",          "Rust",    Array,    "`{x}[{0}]`"),
    ("get_unchecked", "Rust",   Array,    "`{x}[{0}]`"),
    ("first",        "Rust",    Array,    "`{x}[0]`"),
    ("last",         "Rust",    Array,    "`{x}[{x}.len() - 1]`"),
    ("axis_iter",    "ndarray", Array,    "`for i in 0..{x}.rows() { let row = {x}.row(i); .. }`"),
    ("outer_iter",   "ndarray", Array,    "`for i in 0..{x}.rows() { let row = {x}.row(i); .. }`"),
    ("row_iter",     "nalgebra", Array,   "`for i in 0..{x}.rows() { let row = {x}.row(i); .. }`"),

    // Reductions.
    ("amax",         "NumPy",   Array,    "`{x}.max()`"),
    ("amin",         "NumPy",   Array,    "`{x}.min()`"),
    ("product",      "ndarray", Array,    "`{x}.prod()`"),
    ("norm_squared", "nalgebra", Array,   "`{x}.square().sum()`"),
    ("magnitude",    "nalgebra", Array,   "`{x}.norm()`"),
    ("magnitude_squared", "nalgebra", Array, "`{x}.square().sum()`"),
    ("normalize",    "nalgebra", Array,   "`{x} / {x}.norm()`"),
    ("var",          "NumPy",   Array,    "`({x} - {x}.mean()).square().mean()`"),
    ("variance",     "nalgebra", Array,   "`({x} - {x}.mean()).square().mean()`"),
    ("std",          "NumPy",   Array,    "`({x} - {x}.mean()).square().mean().sqrt()`"),
    ("log_sum_exp",  "SciPy",   Array,    "`{x}.logsumexp(0)`"),
    ("l1_loss",      "PyTorch", Array,    "`({x} - {0}).abs().mean()`"),
    ("smooth_l1_loss", "PyTorch", Array,  "`{x}.huber_loss({0}, 1.0)`"),
    ("cumsum",       "NumPy",   Array,    "`let mut total = 0.0; for i in 0..{x}.len() { total += {x}[i]; .. }`"),
    ("cumprod",      "NumPy",   Array,    "`let mut total = 1.0; for i in 0..{x}.len() { total *= {x}[i]; .. }`"),
    ("diff",         "NumPy",   Array,    "`{x}.windows(2).map(|pair| pair[1] - pair[0])`"),
    ("trace",        "NumPy",   Array,    "`(0..{x}.rows()).map(|i| {x}[[i, i]]).sum::<{T}>()`"),
    ("argmax",       "NumPy",   Array,    "a place has no derivative: find it outside, and pass it as a `usize`"),
    ("argmin",       "NumPy",   Array,    "a place has no derivative: find it outside, and pass it as a `usize`"),
    ("sort",         "Rust",    Any,      "sort outside, and pass the order as a `&[usize]`: `{x}[order[i]]`"),
    ("argsort",      "NumPy",   Any,      "sort outside, and pass the order as a `&[usize]`: `{x}[order[i]]`"),
    ("median",       "NumPy",   Array,    "sort outside, and pass the place of the median as a `usize`: `{x}[middle]`"),
    ("where",        "NumPy",   Any,      "`if condition {{ a }} else {{ b }}`"),
    ("masked_fill",  "PyTorch", Array,    "multiply with a mask of zeros and ones: `{x} * mask`"),
    ("inverse",      "PyTorch", Array,    "put it into a function of its own, with a rule `#[derivative(of = inverse)]`"),
    ("try_inverse",  "nalgebra", Array,   "put it into a function of its own, with a rule `#[derivative(of = inverse)]`"),
    ("det",          "PyTorch", Array,    "put it into a function of its own, with a rule `#[derivative(of = determinant)]`"),
    ("determinant",  "nalgebra", Array,   "put it into a function of its own, with a rule `#[derivative(of = determinant)]`"),

    // Functions of elements.
    ("map",          "Rust",    Array,    "`{x}.iter().map({0})`, or operators and methods on the whole array, as in `{x} * 2.0`"),
    ("mapv",         "ndarray", Array,    "`{x}.iter().map({0})`, or operators and methods on the whole array, as in `{x} * 2.0`"),
    ("mapv_into",    "ndarray", Array,    "`{x}.iter().map({0})`, or operators and methods on the whole array, as in `{x} * 2.0`"),
    ("fold",         "ndarray", Array,    "`{x}.iter().fold({0}, {1})`"),
    ("zip_map",      "nalgebra", Array,   "`{x}.iter().zip({0}).map(|(a, b)| ..)`"),
    ("par_iter",     "rayon",   Array,    "`{x}.iter()`"),

    // Iterators.
    ("reduce",       "Rust",    Iterator, "`{values}.fold({start}, {0})`"),
    ("max",          "Rust",    Iterator, "`{values}.fold({least}, |a, b| a.max(b))`"),
    ("min",          "Rust",    Iterator, "`{values}.fold({most}, |a, b| a.min(b))`"),
    ("max_by",       "Rust",    Iterator, "`{values}.fold({least}, |a, b| a.max(b))`"),
    ("min_by",       "Rust",    Iterator, "`{values}.fold({most}, |a, b| a.min(b))`"),
    ("mean",         "NumPy",   Iterator, "`{x}.sum::<{T}>() / n as {T}`"),
    ("for_each",     "Rust",    Iterator, "`for v in {x} { .. }`"),
    ("scan",         "Rust",    Iterator, "`let mut state = {0}; for v in {x} { state = ..; }`"),
    ("flat_map",     "Rust",    Iterator, "write two loops: `for a in {x} { for b in .. { total += ..; } }`"),
    ("chain",        "Rust",    Iterator, "run over one after the other: `{x}.sum::<{T}>() + {0}.sum::<{T}>()`"),
    ("take_while",   "Rust",    Iterator, "`for v in {x} { if .. { break; } .. }`"),
    ("skip_while",   "Rust",    Iterator, "`for v in {x} { if .. { continue; } .. }`"),
    ("last",         "Rust",    Iterator, "index the array: `x[x.len() - 1]`"),
    ("nth",          "Rust",    Iterator, "index the array: `x[{0}]`"),

    // What a tape needs.
    ("requires_grad_", "PyTorch", Any,    "name what is differentiated in the attribute: `#[differentiable(wrt({x}))]`"),
    ("requires_grad", "PyTorch", Any,     "name what is differentiated in the attribute: `#[differentiable(wrt({x}))]`"),
    ("backward",     "PyTorch", Any,      "leave it out, and call `value_and_grad(..)` in the module that has the function's name"),
    ("grad",         "PyTorch", Any,      "leave it out, and call `grad(..)` in the module that has the function's name"),
    ("zero_grad",    "PyTorch", Any,      "leave it out: a gradient is a value that each call makes anew"),
    ("retain_grad",  "PyTorch", Any,      "leave it out: each call computes all derivatives anew"),
    ("stop_gradient", "JAX",    Any,      "`{x}.detach()`"),
    ("detach_",      "PyTorch", Any,      "`{x}.detach()`"),
    ("item",         "PyTorch", Number,   "leave it out: this is a number already"),
    ("item",         "PyTorch", Array,    "`{x}[0]`"),
    ("numpy",        "PyTorch", Any,      "leave it out: `{x}` is used as it is"),
    ("cpu",          "PyTorch", Any,      "leave it out: `{x}` is used as it is"),
    ("cuda",         "PyTorch", Any,      "leave it out: `{x}` is used as it is"),
    ("contiguous",   "PyTorch", Any,      "leave it out: `{x}` is used as it is"),
    ("double",       "PyTorch", Number,   "`{x} as f64`"),
    ("float",        "PyTorch", Number,   "`{x} as f32`"),
    ("unwrap",       "Rust",    Any,      "leave it out, or unwrap before, and pass what is inside"),
    ("to_f64",       "num-traits", Number, "`{x} as f64`"),
];

/// The names that modules of functions of arrays have in other languages.
const MODULES: [&str; 8] = ["np", "numpy", "jnp", "jax", "torch", "F", "math", "scipy"];

pub(super) fn is_module(name: &str) -> bool {
    MODULES.contains(&name)
}

/// What to write for another library's method.
pub(super) fn method(call: &ExprMethodCall, of: Of, real: &str) -> Option<String> {
    let arguments: Vec<&Expr> = call.args.iter().collect();
    spelling(&call.method.to_string(), &call.receiver, &arguments, of, real)
}

/// What to write for a function, whose first argument is what its method is called on here.
pub(super) fn function(name: &str, arguments: &[&Expr], of: Of, real: &str) -> Option<String> {
    let (receiver, rest) = arguments.split_first()?;
    spelling(name, receiver, rest, of, real)
}

fn spelling(name: &str, receiver: &Expr, arguments: &[&Expr], of: Of, real: &str) -> Option<String> {
    let fits = |own: Of| own == of || own == Any || (own == Each && matches!(of, Number | Array));
    let needs = |help: &str| match (help.contains("{1}"), help.contains("{0}") || help.contains("{pow}")) {
        (true, _) => 2,
        (false, needs) => usize::from(needs),
    };
    // In place, as PyTorch has it, is no other function.
    let known = |name: &str| {
        TABLE
            .iter()
            .find(|(own, _, kind, help)| *own == name && fits(*kind) && needs(help) <= arguments.len())
    };
    let (_, library, _, help) = known(name)?;
    let filled = fill(help, &operand(receiver), arguments, real);
    Some(match help.starts_with('`') {
        true => format!("{library}'s `{name}` is written {filled}"),
        false => filled,
    })
}

fn fill(help: &str, x: &str, arguments: &[&Expr], real: &str) -> String {
    let argument = |place: usize| arguments.get(place).map(|argument| code(argument)).unwrap_or_default();
    let is_integer =
        matches!(arguments.first(), Some(Expr::Lit(literal)) if matches!(literal.lit, Lit::Int(_)));
    let power = format!("{}({})", if is_integer { "powi" } else { "powf" }, argument(0));
    let infinity = |name: &str| match real {
        "f32" | "f64" => format!("{real}::{name}"),
        _ => format!("{real}::from_f64(f64::{name})"),
    };
    let (least, most) = (infinity("NEG_INFINITY"), infinity("INFINITY"));
    let start = match argument(0) {
        combine if combine.contains("max") => &least,
        combine if combine.contains("min") => &most,
        _ => "0.0",
    };
    let values = if x.ends_with(".iter()") { format!("{x}.copied()") } else { x.to_owned() };
    help.replace("{start}", start)
        .replace("{least}", &least)
        .replace("{most}", &most)
        .replace("{values}", &values)
        .replace("{T}", real)
        .replace("{x}", x)
        .replace("{pow}", &power)
        .replace("{0}", &argument(0))
        .replace("{1}", &argument(1))
        .replace("{{", "{")
        .replace("}}", "}")
}

/// The user's expression as it is written.
fn code(expr: &Expr) -> String {
    match expr {
        Expr::Closure(closure) => {
            let inputs: Vec<String> = closure.inputs.iter().map(text).collect();
            format!("|{}| {}", inputs.join(", "), code(&closure.body))
        }
        _ => text(expr),
    }
}

/// The user's expression as a method can be called on it.
pub(super) fn operand(expr: &Expr) -> String {
    match expr {
        Expr::Binary(_) | Expr::Unary(_) | Expr::Cast(_) | Expr::Range(_) | Expr::Closure(_) => {
            format!("({})", text(expr))
        }
        Expr::Reference(inner) => operand(&inner.expr),
        _ => text(expr),
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn what_is_written_here_is_known_here() {
        for (name, _, _, help) in TABLE {
            let known = |method: &str| {
                crate::ops::methods().any(|op| op.name == method || op.tensor == method)
                    || super::super::arrays::ARRAY_METHODS.contains(&method)
                    || super::super::iterate::METHODS.contains(&method)
                    || method == "windows"
                    || method.starts_with('{')
            };
            // Code calls methods on `{x}` and on what they return.
            if !help.starts_with('`') {
                continue;
            }
            for part in help.split('.').skip(1) {
                let end = part.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '{' || c == '}'));
                let method = &part[..end.unwrap_or(part.len())];
                let is_call = part[method.len()..].starts_with(['(', ':']);
                assert!(!is_call || known(method), "{name}: {method} in {help}");
            }
        }
    }

    #[test]
    fn no_row_has_a_name_that_is_known_here() {
        for (name, _, of, _) in TABLE {
            let number = crate::ops::method(name).is_some();
            let array = crate::ops::tensor_method(name).is_some()
                || super::super::arrays::ARRAY_METHODS.contains(name);
            let iterator = super::super::iterate::METHODS.contains(name);
            let known = match of {
                Number => number,
                Array => array,
                Iterator => iterator,
                Each => number || array,
                Any => number || array || iterator,
            };
            assert!(!known, "{name}");
        }
    }

    #[test]
    fn powers_are_by_integers_or_floats() {
        assert_eq!(
            method(&parse_quote!(x.pow(2)), Number, "f64").as_deref(),
            Some("PyTorch's `pow` is written `x.powi(2)`")
        );
        assert_eq!(
            method(&parse_quote!((a + b).pow(p)), Array, "f64").as_deref(),
            Some("PyTorch's `pow` is written `(a + b).powf(p)`")
        );
    }
}
