//! Parameters as leaves of the graph.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::{Leaf, Lowerer};
use crate::graph::Type;
use crate::parse::Param;
use crate::shape::{Extent, Source};
use crate::value::{Array, Value};
use crate::written::Written;

/// A parameter, or a field of one, that becomes leaves.
struct Field<'f> {
    access: TokenStream,
    name: String,
    written: &'f Written,
    param: usize,
    active: bool,
}

impl Lowerer<'_> {
    /// Brings the parameters into scope.
    pub(super) fn params(&mut self) {
        for (position, param) in self.function.params.iter().enumerate() {
            let value = self.param(position, param);
            self.scope.push((param.name.to_string(), value));
        }
    }

    fn param(&mut self, position: usize, param: &Param) -> Value {
        let name = param.name.to_string();
        let active = param.active;
        self.leaf(Field {
            access: param.name.to_token_stream(),
            name,
            written: &param.written,
            param: position,
            active,
        })
    }

    /// A parameter or a field; a struct becomes its fields.
    fn leaf(&mut self, leaf: Field) -> Value {
        if let Written::Struct(name) = leaf.written {
            // A struct that was refused is reported where it is defined.
            let Some(definition) = self.items.structure(name) else { return Value::Refused };
            let fields = definition.fields.iter().map(|(field, written)| {
                let ident = quote::format_ident!("{field}");
                let access = &leaf.access;
                let active = leaf.active && !matches!(written, Written::Scalar(ty) if !ty.is_float());
                let name = format!("{}_{field}", leaf.name);
                let part = Field { access: quote!(#access.#ident), name, written, param: leaf.param, active };
                (field.clone(), self.leaf(part))
            });
            return Value::Struct(name.clone(), fields.collect());
        }
        let place = self.leaves.len();
        let element = leaf.written.element().expect("all but structs have elements");
        let shape = self.shape_of_leaf(place, leaf.written);
        let nested = leaf.written.is_nested();
        let node = self.graph.leaf(place, element, shape.clone());
        self.graph.suggest_name(node, &leaf.name);
        let Field { access, name, written, param, active } = leaf;
        self.leaves.push(Leaf { access, name, written: written.clone(), param: Some(param), active, node });
        if shape.is_empty() {
            Value::Scalar(node)
        } else {
            Value::Array(Array::of_node(self.graph, node).nested_as(nested))
        }
    }

    /// An optimiser moves numbers of one type.
    pub(super) fn demand_one_width(&mut self) {
        let active: Vec<(usize, Type)> = self
            .leaves
            .iter()
            .filter(|leaf| leaf.active)
            .filter_map(|leaf| Some((leaf.param?, leaf.written.element()?)))
            .collect();
        let Some(&(first, ty)) = active.first() else {
            return;
        };
        // A struct that mixes them is refused where it is defined.
        let other = active.iter().find(|(param, element)| *element != ty && *param != first);
        if let Some(&(other, another)) = other {
            let params = &self.function.params;
            let (first, other) = (&params[first].name, params[other].name.clone());
            let message = format!(
                "`{first}` is made of `{}` and `{other}` of `{}`, but a gradient has one type of numbers",
                self.type_name(ty),
                self.type_name(another)
            );
            self.refuse(other, message, "give both the same type, or name those of one type in `wrt(..)`");
        }
    }

    pub(super) fn shape_of_leaf(&self, leaf: usize, written: &Written) -> Vec<Extent> {
        match written {
            Written::Scalar(_) | Written::Struct(_) | Written::Tuple(_) => Vec::new(),
            Written::Tensor { rank, .. } => {
                (0..*rank).map(|axis| self.extents.intern(Source::Axis { leaf, axis })).collect()
            }
            Written::Slice { .. } | Written::Array { .. } => {
                let is_slice = matches!(written, Written::Slice { .. });
                let first = is_slice.then_some(Source::Axis { leaf, axis: 0 });
                let lengths = written.lengths().iter().map(Source::of_length);
                first.into_iter().chain(lengths).map(|source| self.extents.intern(source)).collect()
            }
        }
    }
}
