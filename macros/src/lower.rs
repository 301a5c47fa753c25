//! [`Function`] to [`Lowered`]: the body as a graph. Everything that can be wrong with a body is found
//! here, all of it at once.

mod arms;
mod arrays;
mod assign;
mod call;
mod called;
mod closures;
mod constant;
mod construct;
mod definitions;
mod expression;
mod flow;
mod foreign;
mod integers;
mod iterate;
mod leaves;
mod linear;
mod methods;
mod names;
mod recursion;
mod reduce;
mod results;
mod shapes;
mod statement;
mod types;
mod unknown;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use proc_macro2::TokenStream;
use quote::ToTokens;

pub(crate) use called::{Called, Operand, Passed, Reach};
use closures::Kept;

use crate::dependence::Marks;
use crate::graph::{Axis, Graph, Id, Node, Type};
use crate::items::Items;
use crate::parse::Function;
use crate::report::Errors;
use crate::shape::{Extents, Source};
use crate::stabilise::Rewrite;
use crate::value::Value;
use crate::written::{Length, Written, rerooted, text};
pub(crate) use results::Part;

/// With so many numbers in its result, and so many nodes for all of their gradients together, a function has
/// a Jacobian of its own.
const FEW_NUMBERS: usize = 8;
const FEW_NODES: usize = 4096;

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
    /// The numbers and arrays of the result's type, in order.
    pub(crate) parts: Vec<Part>,
    /// How each of the [`Lowered::results`] is named.
    pub(crate) result_names: Vec<String>,
    /// The places of the leaves that stand for the result's cotangents.
    pub(crate) cotangents: Vec<usize>,
    /// What is computed in another form than it is written.
    pub(crate) rewritten: Vec<&'static Rewrite>,
    /// In terms of the graph as it was lowered.
    pub(crate) marks: Marks,
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

    /// The values that the result is made of, in order.
    pub(crate) fn results(&self) -> Vec<Id> {
        self.parts.iter().flat_map(Part::values).copied().collect()
    }

    /// All nodes that are referred to from outside of the graph.
    pub(crate) fn roots(&self) -> Vec<Id> {
        self.results().into_iter().chain(self.leaves.iter().map(|leaf| leaf.node)).collect()
    }

    /// The same in another graph, where its nodes have these places.
    pub(crate) fn moved(self, graph: Graph, places: &HashMap<Id, Id>) -> Self {
        let parts = self.parts.into_iter().map(|part| match part {
            Part::Whole(id) => Part::Whole(places[&id]),
            Part::Elements(lengths, ids) => {
                Part::Elements(lengths, ids.iter().map(|id| places[id]).collect())
            }
        });
        let leaves = self.leaves.into_iter().map(|leaf| Leaf { node: places[&leaf.node], ..leaf });
        Lowered { graph, parts: parts.collect(), leaves: leaves.collect(), ..self }
    }

    /// Each result that has a derivative, with its adjoint.
    pub(crate) fn seeds(&self) -> Vec<(Id, Id)> {
        let graph = &self.graph;
        if let ([], [Part::Whole(number)]) = (self.cotangents.as_slice(), self.parts.as_slice()) {
            return vec![(*number, graph.float(1.0, graph.ty(*number)))];
        }
        let floats = self.parts.iter().filter(|part| graph.ty(part.values()[0]).is_float());
        let pairs = floats.zip(&self.cotangents).flat_map(|(part, &leaf)| {
            let leaf = self.leaves[leaf].node;
            match part {
                Part::Whole(id) => vec![(*id, leaf)],
                Part::Elements(lengths, elements) => {
                    let adjoints = results::places(lengths).into_iter().map(|place| {
                        let indices =
                            place.into_iter().map(|index| graph.int(index as i64, Type::Int("usize")));
                        graph.get(leaf, &indices.collect::<Vec<_>>())
                    });
                    elements.iter().copied().zip(adjoints).collect()
                }
            }
        });
        pairs.collect()
    }

    /// The numbers of the result that have a derivative, where they are few, each computed by itself.
    pub(crate) fn few_numbers(&self) -> Option<Vec<Id>> {
        let graph = &self.graph;
        let is_float = |id: &Id| graph.ty(*id).is_float();
        let are_known = |&leaf: &usize| match &self.leaves[leaf].written {
            Written::Scalar(_) => true,
            Written::Array { lengths, .. } => {
                lengths.iter().all(|length| matches!(length, Length::Literal(_)))
            }
            _ => false,
        };
        let results = self.results();
        let numbers: Vec<Id> = results.iter().copied().filter(is_float).collect();
        let are_few = numbers.len() <= FEW_NUMBERS && self.cotangents.iter().all(are_known);
        let reachable = graph.reachable(&results);
        // The turns of a loop, with what they keep, would be taken once for each number.
        let is_loop = |&id: &Id| matches!(graph.node(id), Node::Loop(..));
        let is_small = reachable.len() * numbers.len() <= FEW_NODES && !reachable.iter().any(is_loop);
        let are_numbers = numbers.iter().all(|&number| graph.shape(number).is_empty());
        (are_few && is_small && are_numbers).then_some(numbers)
    }

    /// How a user would write the length.
    pub(crate) fn length_text(&self, source: &Source) -> String {
        length_text(&self.leaves, source)
    }
}

fn length_text(leaves: &[Leaf], source: &Source) -> String {
    match source {
        Source::Literal(length) => length.to_string(),
        Source::Const(name) => name.strip_prefix("super::").unwrap_or(name).to_owned(),
        Source::Parameter(leaf) => text(&leaves[*leaf].access),
        Source::Loop(_) => "the computed length".to_owned(),
        Source::Axis { leaf, axis } => axis_text(leaves, *leaf, *axis),
    }
}

/// How a user would write the length of a leaf's axis.
pub(crate) fn axis_text(leaves: &[Leaf], leaf: usize, axis: usize) -> String {
    let Leaf { access, written, .. } = &leaves[leaf];
    let nested = written.is_nested();
    length_of(&text(access), nested, written.rank(), axis)
}

/// The same for any array.
fn length_of(name: &str, nested: bool, rank: usize, axis: usize) -> String {
    match (nested, rank, axis) {
        (true, ..) => format!("{name}{}.len()", "[0]".repeat(axis)),
        (_, 1, _) => format!("{name}.len()"),
        (_, 2, 0) => format!("{name}.rows()"),
        (_, 2, 1) => format!("{name}.cols()"),
        _ => format!("{name}.shape()[{axis}]"),
    }
}

/// The types of the variables that loops carry, by the loop's number and the variable's place.
type Types = BTreeMap<(usize, usize), Type>;

/// Lowers twice: what the first run found to be equal lengths, the second one names alike from the
/// start, so that expressions over the same rows share their loop indices; how long axes are at least, it
/// knows from the start too; and what the first one found to be the type of a variable that begins with a
/// literal, the second one knows before the loop.
pub(crate) fn lower(function: &Function, items: &Items, errors: &mut Errors) -> Option<Lowered> {
    let mut found = Errors::default();
    let first = run(function, items, Extents::default(), Types::new(), &mut found);
    if !found.is_empty() {
        errors.append(found);
        return None;
    }
    let (first, types) = first?;
    let (lowered, _) = run(function, items, first.extents, types, &mut Errors::default())?;
    demand_early_lengths(function, &lowered, errors);
    errors.is_empty().then_some(lowered)
}

/// A function that calls itself has a case in which it does not.
pub(crate) fn demand_end(function: &Function, errors: &mut Errors) {
    let name = &function.item.sig.ident;
    if let Some(call) = recursion::endless(name, &function.item.block) {
        let help = "return before it in some case, as in `if n == 0 { return x; }`";
        errors.push(call, format!("`{name}` calls itself in every case, so that it never ends"), help);
    }
}

/// What is known of a function from its signature alone.
pub(crate) fn signature(function: &Function, items: &Items) -> Lowered {
    let (graph, extents, types) = (Graph::default(), Extents::default(), Types::new());
    let mut errors = Errors::default();
    let mut lowerer = Lowerer::new(function, items, &graph, &extents, &types, &mut errors);
    lowerer.params();
    let leaves = lowerer.leaves;
    Lowered {
        graph,
        extents,
        leaves,
        callees: Vec::new(),
        parts: Vec::new(),
        result_names: Vec::new(),
        cotangents: Vec::new(),
        rewritten: Vec::new(),
        marks: Marks::default(),
    }
}

/// Lengths that must be equal are compared before any work, so they must be known then.
fn demand_early_lengths(function: &Function, lowered: &Lowered, errors: &mut Errors) {
    for check in lowered.extents.checks() {
        if [check.left, check.right].into_iter().any(|side| lowered.graph.is_late(side.extent)) {
            let message = format!(
                "`{}` needs a length that is known only when the code before it has run to be equal to another",
                check.demanded_by
            );
            let help = "make that array with the other's length, or pass the length as a parameter";
            errors.push(&function.item.sig.ident, message, help);
        }
    }
}

fn run(
    function: &Function,
    items: &Items,
    extents: Extents,
    types: Types,
    errors: &mut Errors,
) -> Option<(Lowered, Types)> {
    let graph = Graph::over(extents.least());
    let mut lowerer = Lowerer::new(function, items, &graph, &extents, &types, errors);
    lowerer.params();
    lowerer.name_axes();
    lowerer.demand_one_width();
    let value = lowerer.body(&function.item.block, Some(&function.result));
    let parts = lowerer.results(value)?;
    let result_names = lowerer.result_names(&parts);
    let cotangents = lowerer.cotangents(&parts);
    let Lowerer { leaves, callees, found, marks, .. } = lowerer;
    let rewritten = Vec::new();
    let lowered =
        Lowered { parts, result_names, cotangents, graph, extents, leaves, callees, rewritten, marks };
    Some((lowered, found.into_inner()))
}

struct Lowerer<'a> {
    graph: &'a Graph,
    extents: &'a Extents,
    items: &'a Items,
    function: &'a Function,
    leaves: Vec<Leaf>,
    callees: Vec<Called>,
    /// The closures that have a name.
    kept: Vec<Kept>,
    /// Names in scope, the innermost last.
    scope: Vec<(String, Value)>,
    /// Functions whose bodies are being put in, to see recursion.
    inlined: Vec<String>,
    /// What the functions whose bodies are open return.
    returns: Vec<Option<Written>>,
    /// The conditions under which the code is reached.
    conditions: Vec<(Id, bool)>,
    /// The indices of the loops that are open.
    around: Vec<Axis>,
    /// The numbers of the loops that are open.
    inside: Vec<usize>,
    /// The loops that can be left, with their labels.
    labels: Vec<(Option<String>, usize)>,
    /// How many lengths have been computed so far.
    lengths: usize,
    /// What the first run has found.
    types: &'a Types,
    found: RefCell<Types>,
    marks: Marks,
    errors: &'a mut Errors,
}

impl<'a> Lowerer<'a> {
    fn new(
        function: &'a Function,
        items: &'a Items,
        graph: &'a Graph,
        extents: &'a Extents,
        types: &'a Types,
        errors: &'a mut Errors,
    ) -> Self {
        Lowerer {
            graph,
            extents,
            items,
            function,
            leaves: Vec::new(),
            callees: Vec::new(),
            kept: Vec::new(),
            scope: Vec::new(),
            inlined: Vec::new(),
            returns: Vec::new(),
            conditions: Vec::new(),
            around: Vec::new(),
            inside: Vec::new(),
            labels: Vec::new(),
            lengths: 0,
            types,
            found: RefCell::default(),
            marks: Marks::default(),
            errors,
        }
    }

    fn refuse(&mut self, place: impl ToTokens, message: impl AsRef<str>, help: impl AsRef<str>) -> Value {
        self.errors.push(place, message, help);
        Value::Refused
    }
}
