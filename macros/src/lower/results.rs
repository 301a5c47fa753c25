//! The function's result as numbers and arrays, and the leaves that stand for their cotangents.

use quote::ToTokens;

use super::foreign::operand;
use super::{Leaf, Lowerer};
use crate::graph::{Graph, Id, Node};
use crate::shape::{Demand, Source};
use crate::value::{Array, Value};
use crate::written::{Written, text};

/// A number or an array of the result's type.
pub(crate) enum Part {
    Whole(Id),
    /// An array that the function writes out, by its lengths and elements.
    Elements(Vec<usize>, Vec<Id>),
}

impl Part {
    pub(crate) fn values(&self) -> &[Id] {
        match self {
            Part::Whole(id) => std::slice::from_ref(id),
            Part::Elements(_, elements) => elements,
        }
    }
}

/// An array with more elements than this is filled by a loop.
const WRITTEN_OUT: usize = 32;

/// The places of all elements, row by row.
pub(crate) fn places(lengths: &[usize]) -> Vec<Vec<usize>> {
    lengths.iter().fold(vec![Vec::new()], |places, &length| {
        let longer = |place: Vec<usize>| (0..length).map(move |index| [place.as_slice(), &[index]].concat());
        places.into_iter().flat_map(longer).collect()
    })
}

/// The element of an array literal with nothing of a loop left in it.
fn element(graph: &Graph, array: &Array, place: &[usize]) -> Option<Id> {
    let mut body = array.body;
    while let Node::Select(condition, then, otherwise) = graph.node(body) {
        let Node::Op(op, operands) = graph.node(condition) else { break };
        let (Node::Index(axis), Node::Int(index)) = (graph.node(operands[0]), graph.node(*operands.get(1)?))
        else {
            break;
        };
        let Some(own) = array.axes.iter().position(|known| *known == axis).filter(|_| op.name == "eq") else {
            break;
        };
        body = if place[own] as i64 == index { then } else { otherwise };
    }
    graph.free(body).is_empty().then_some(body)
}

impl Lowerer<'_> {
    /// The result's numbers and arrays, in order.
    pub(super) fn results(&mut self, value: Value) -> Option<Vec<Part>> {
        let mut results = Vec::new();
        let function = self.function;
        let is_array = matches!(value, Value::Array(_));
        if !self.flatten(value, &function.result, &mut results)? {
            let place = match function.item.block.stmts.last() {
                Some(last) => last.to_token_stream(),
                None => function.item.sig.output.to_token_stream(),
            };
            let message = match function.result {
                Written::Scalar(_) => "the body's value is not a single number",
                _ => "the body's value has another type than the function's result",
            };
            let help = match &function.result {
                Written::Scalar(_) if is_array => {
                    let value = syn::parse2(place.clone()).map(|value| operand(&value));
                    let value = value.unwrap_or_else(|_| "x".to_owned());
                    format!(
                        "reduce it, as in `{value}.mean()`, or give the function the type of what it returns"
                    )
                }
                Written::Scalar(_) => {
                    "return one number, or give the function the type of what it returns".to_owned()
                }
                _ => "the numbers, arrays, tuples or structs must be those of the signature".to_owned(),
            };
            self.refuse(place, message, help);
            return None;
        }
        if !results.iter().any(|part| self.graph.ty(part.values()[0]).is_float()) {
            self.refuse(
                &function.item.sig.output,
                "the result has no float to differentiate",
                "give it a field of a float type",
            );
            return None;
        }
        Some(results)
    }

    /// Whether the value is one of the type; none if it was refused.
    fn flatten(&mut self, value: Value, written: &Written, results: &mut Vec<Part>) -> Option<bool> {
        match (value, written) {
            (Value::Refused, _) => return None,
            (Value::Scalar(id), Written::Scalar(ty)) => results.push(Part::Whole(self.coerce(id, *ty))),
            (Value::Array(array), Written::Tensor { element, .. } | Written::Slice { element, .. })
                if array.rank() == written.rank() =>
            {
                let body = self.coerce(array.body, *element);
                results.push(Part::Whole(self.graph.build(&array.axes, body)));
            }
            (Value::Array(array), Written::Array { element, lengths }) if array.rank() == lengths.len() => {
                for (own, length) in array.shape().into_iter().zip(lengths) {
                    let length = self.extents.intern(Source::of_length(length));
                    if self.extents.unify(own, length, Demand::Expression("the result")).is_err() {
                        return Some(false);
                    }
                }
                let array = array.map(|body| self.coerce(body, *element));
                results.push(
                    self.written_out(&array)
                        .unwrap_or_else(|| Part::Whole(self.graph.build(&array.axes, array.body))),
                );
            }
            (Value::Tuple(values), Written::Tuple(parts)) if values.len() == parts.len() => {
                for (value, part) in values.into_iter().zip(parts) {
                    if !self.flatten(value, part, results)? {
                        return Some(false);
                    }
                }
            }
            (Value::Struct(name, values), Written::Struct(expected)) if name == *expected => {
                let fields = self.items.structure(&name)?.fields.clone();
                for ((_, value), (_, part)) in values.into_iter().zip(&fields) {
                    if !self.flatten(value, part, results)? {
                        return Some(false);
                    }
                }
            }
            _ => return Some(false),
        }
        Some(true)
    }

    /// The elements of a short array literal.
    fn written_out(&self, array: &Array) -> Option<Part> {
        let graph = self.graph;
        let length = |extent| match self.extents.source(extent) {
            Source::Literal(length) => Some(length),
            _ => None,
        };
        let lengths: Vec<usize> = array.shape().into_iter().map(length).collect::<Option<_>>()?;
        let is_literal = matches!(graph.node(array.body), Node::Select(..)) || lengths == [1];
        let count = lengths.iter().product::<usize>();
        if !is_literal || count == 0 || count > WRITTEN_OUT {
            return None;
        }
        let elements = places(&lengths).into_iter().map(|place| element(graph, array, &place));
        Some(Part::Elements(lengths.clone(), elements.collect::<Option<_>>()?))
    }

    pub(super) fn result_names(&self, parts: &[Part]) -> Vec<String> {
        let name = self.function.item.sig.ident.to_token_stream();
        let written = self.items.parts(&self.function.result, &name);
        let names = written.iter().zip(parts).flat_map(|((access, _), part)| match part {
            Part::Whole(_) => vec![text(access)],
            Part::Elements(lengths, _) => {
                let index =
                    |place: Vec<usize>| place.iter().map(|index| format!("[{index}]")).collect::<String>();
                places(lengths).into_iter().map(|place| text(access) + &index(place)).collect()
            }
        });
        names.collect()
    }

    /// A leaf for the cotangent of each part that is made of floats. It has the shape of the result,
    /// which is checked when the function is called.
    pub(super) fn cotangents(&mut self, parts: &[Part]) -> Vec<usize> {
        let Some(cotangent) = &self.function.cotangent else { return Vec::new() };
        let written = self.items.parts(&cotangent.written, &cotangent.name.to_token_stream());
        let mut places = Vec::new();
        for ((access, written), part) in written.into_iter().zip(parts) {
            let ty = self.graph.ty(part.values()[0]);
            if !ty.is_float() {
                continue;
            }
            let place = self.leaves.len();
            let shape = match part {
                Part::Whole(id) => self.graph.shape(*id),
                Part::Elements(..) => self.shape_of_leaf(place, &written),
            };
            let name = text(&access).replace('.', "_");
            let node = self.graph.leaf(place, ty, shape);
            let param = Some(self.function.params.len());
            self.leaves.push(Leaf { access, name, written, param, active: false, node });
            places.push(place);
        }
        places
    }
}
