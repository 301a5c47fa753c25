//! [`Function`] to [`Lowered`]: the body as a graph. Everything that can be wrong with a body is found
//! here, all of it at once.

mod call;
mod called;
mod constant;
mod construct;
mod definitions;
mod expression;
mod flow;
mod integers;
mod iterate;
mod leaves;
mod linear;
mod methods;
mod reduce;
mod statement;

use proc_macro2::TokenStream;
use quote::ToTokens;

pub(crate) use called::{Called, Operand, Passed, Reach};

use crate::graph::{Axis, Graph, Id};
use crate::items::Items;
use crate::parse::Function;
use crate::report::Errors;
use crate::shape::{Extents, Source};
use crate::value::Value;
use crate::written::{Written, rerooted, text};

/// A parameter, a field of one, or a constant in scope.
#[derive(Clone)]
pub(crate) struct Leaf {
    /// How Rust names it.
    pub(crate) access: TokenStream,
    /// A name for it that is one word.
    pub(crate) name: String,
    pub(crate) written: Written,
    /// The parameter it belongs to; none for a constant.
    pub(crate) param: Option<usize>,
    /// Whether the function is differentiated with respect to it.
    pub(crate) active: bool,
    pub(crate) node: Id,
}

/// A function as a graph.
pub(crate) struct Lowered {
    pub(crate) graph: Graph,
    pub(crate) extents: Extents,
    pub(crate) leaves: Vec<Leaf>,
    /// The functions that it calls, at each place where it does.
    pub(crate) callees: Vec<Called>,
    pub(crate) result: Id,
}

impl Lowered {
    /// The paths of constants and of functions in emitted code.
    pub(crate) fn paths(&self) -> Vec<TokenStream> {
        let constants =
            self.leaves.iter().filter(|leaf| leaf.param.is_none()).map(|leaf| leaf.access.clone());
        constants.chain(self.callees.iter().map(|called| rerooted(&called.path))).collect()
    }

    /// The leaves that the function is differentiated by.
    pub(crate) fn active_leaves(&self) -> Vec<Id> {
        self.leaves.iter().filter(|leaf| leaf.active).map(|leaf| leaf.node).collect()
    }

    /// How a user would write the length.
    pub(crate) fn length_text(&self, source: &Source) -> String {
        length_text(&self.leaves, source)
    }
}

fn length_text(leaves: &[Leaf], source: &Source) -> String {
    match source {
        Source::Literal(length) => length.to_string(),
        Source::Const(name) => name.clone(),
        Source::Parameter(leaf) => text(&leaves[*leaf].access),
        Source::Loop(_) => "the number of turns".to_owned(),
        Source::Axis { leaf, axis } => {
            let Leaf { access, written, .. } = &leaves[*leaf];
            let access = text(access);
            match (written.rank(), axis) {
                (1, _) => format!("{access}.len()"),
                (2, 0) => format!("{access}.rows()"),
                (2, 1) => format!("{access}.cols()"),
                _ => format!("{access}.shape()[{axis}]"),
            }
        }
    }
}

/// Lowers twice: what the first run found to be equal lengths, the second one names alike from the
/// start, so that expressions over the same rows share their loop indices.
pub(crate) fn lower(function: &Function, items: &Items, errors: &mut Errors) -> Option<Lowered> {
    let mut found = Errors::default();
    let first = run(function, items, Extents::default(), &mut found);
    if !found.is_empty() {
        errors.append(found);
        return None;
    }
    run(function, items, first?.extents, &mut Errors::default())
}

fn run(function: &Function, items: &Items, extents: Extents, errors: &mut Errors) -> Option<Lowered> {
    let graph = Graph::default();
    let mut lowerer = Lowerer {
        graph: &graph,
        extents: &extents,
        items,
        function,
        leaves: Vec::new(),
        callees: Vec::new(),
        scope: Vec::new(),
        inlined: Vec::new(),
        branches: 0,
        open: Vec::new(),
        depth: 0,
        loops: 0,
        placeholders: 0,
        errors,
    };
    for (position, param) in function.params.iter().enumerate() {
        let value = lowerer.param(position, param);
        lowerer.scope.push((param.name.to_string(), value));
    }
    lowerer.demand_one_width();
    let value = lowerer.body(&function.item.block, Some(&function.result));
    let result = lowerer.result(value);
    let Lowerer { leaves, callees, .. } = lowerer;
    Some(Lowered { result: result?, graph, extents, leaves, callees })
}

struct Lowerer<'a> {
    graph: &'a Graph,
    extents: &'a Extents,
    items: &'a Items,
    function: &'a Function,
    leaves: Vec<Leaf>,
    callees: Vec<Called>,
    /// Names in scope, the innermost last.
    scope: Vec<(String, Value)>,
    /// Functions whose bodies are being put in, to see recursion.
    inlined: Vec<String>,
    /// How many branches are open.
    branches: usize,
    /// The indices of the loops that are open.
    open: Vec<Axis>,
    /// How many loops are open.
    depth: u8,
    /// How many loops have a length of their own so far.
    loops: usize,
    /// How many variables have been carried through loops so far.
    placeholders: usize,
    errors: &'a mut Errors,
}

impl Lowerer<'_> {
    fn refuse(&mut self, place: impl ToTokens, message: impl AsRef<str>, help: impl AsRef<str>) -> Value {
        self.errors.push(place, message, help);
        Value::Refused
    }

    /// The function's result as a scalar of its type.
    fn result(&mut self, value: Value) -> Option<Id> {
        let Written::Scalar(ty) = self.function.result else {
            return None;
        };
        match value {
            Value::Scalar(id) => Some(self.coerce(id, ty)),
            Value::Refused => None,
            other => {
                let help = match other {
                    Value::Array(_) => "reduce it, as in `.sum()` or `.mean()`",
                    _ => "return one number",
                };
                let place = match self.function.item.block.stmts.last() {
                    Some(last) => last.to_token_stream(),
                    None => self.function.item.sig.output.to_token_stream(),
                };
                self.refuse(place, "the body's value is not a single number", help);
                None
            }
        }
    }
}
