//! The function's result as numbers and arrays, and the leaves that stand for their cotangents.

use quote::ToTokens;

use super::{Leaf, Lowerer};
use crate::graph::Id;
use crate::shape::Source;
use crate::value::Value;
use crate::written::{Length, Written, text};

impl Lowerer<'_> {
    /// The result's numbers and arrays, in order.
    pub(super) fn results(&mut self, value: Value) -> Option<Vec<Id>> {
        let mut results = Vec::new();
        let function = self.function;
        if !self.flatten(value, &function.result, &mut results)? {
            let place = match function.item.block.stmts.last() {
                Some(last) => last.to_token_stream(),
                None => function.item.sig.output.to_token_stream(),
            };
            let message = match function.result {
                Written::Scalar(_) => "the body's value is not a single number",
                _ => "the body's value has another type than the function's result",
            };
            let help = match function.result {
                Written::Scalar(_) => {
                    "reduce it, as in `.sum()` or `.mean()`, or give the function the type of what it returns"
                }
                _ => "the numbers, arrays, tuples or structs must be those of the signature",
            };
            self.refuse(place, message, help);
            return None;
        }
        if !results.iter().any(|&id| self.graph.ty(id).is_float()) {
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
    fn flatten(&mut self, value: Value, written: &Written, results: &mut Vec<Id>) -> Option<bool> {
        match (value, written) {
            (Value::Refused, _) => return None,
            (Value::Scalar(id), Written::Scalar(ty)) => results.push(self.coerce(id, *ty)),
            (Value::Array(array), Written::Tensor { element, .. } | Written::Slice(element))
                if array.rank() == written.rank() =>
            {
                results.push(self.graph.build(&array.axes, self.coerce(array.body, *element)));
            }
            (Value::Array(array), Written::Array { element, lengths }) if array.rank() == lengths.len() => {
                for (own, length) in array.shape().into_iter().zip(lengths) {
                    let length = self.extents.intern(match length {
                        Length::Literal(length) => Source::Literal(*length),
                        Length::Const(path) => Source::Const(path.clone()),
                    });
                    if self.extents.unify(own, length, "the result").is_err() {
                        return Some(false);
                    }
                }
                results.push(self.graph.build(&array.axes, self.coerce(array.body, *element)));
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

    pub(super) fn result_names(&self) -> Vec<String> {
        let name = self.function.item.sig.ident.to_token_stream();
        self.items.parts(&self.function.result, &name).iter().map(|(access, _)| text(access)).collect()
    }

    /// A leaf for the cotangent of each result that is made of floats. It has the shape of the result,
    /// which is checked when the function is called.
    pub(super) fn cotangents(&mut self, results: &[Id]) -> Vec<usize> {
        let Some(cotangent) = &self.function.cotangent else { return Vec::new() };
        let parts = self.items.parts(&cotangent.written, &cotangent.name.to_token_stream());
        let mut places = Vec::new();
        for ((access, written), &result) in parts.into_iter().zip(results) {
            let ty = self.graph.ty(result);
            if !ty.is_float() {
                continue;
            }
            let place = self.leaves.len();
            let name = text(&access).replace('.', "_");
            let node = self.graph.leaf(place, ty, self.graph.shape(result));
            let param = Some(self.function.params.len());
            self.leaves.push(Leaf { access, name, written, param, active: false, node });
            places.push(place);
        }
        places
    }
}
