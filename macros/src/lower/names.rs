//! The names that `#[shape(..)]` gives to axes.

use super::{Lowerer, length_text};
use crate::graph::Type;
use crate::parse::{AxisKind, AxisName};
use crate::shape::{Demand, Side, Source};
use crate::written::{Length, Written, text};

impl Lowerer<'_> {
    /// Makes axes of one name equal, and those of two names different.
    pub(super) fn name_axes(&mut self) {
        let mut known: Vec<(String, Side)> = Vec::new();
        let params = &self.function.params;
        for (position, param) in params.iter().enumerate() {
            let (Some(axes), Some(leaf)) = (&param.axes, self.leaf_of(position)) else { continue };
            let shape = self.graph.shape(self.leaves[leaf].node);
            for (axis, (name, &extent)) in axes.iter().zip(&shape).enumerate() {
                let side = Side { extent, axis: Some((leaf, axis)) };
                self.name_axis(name, side, axes, &mut known);
            }
        }
    }

    fn name_axis(&mut self, name: &AxisName, side: Side, all: &[AxisName], known: &mut Vec<(String, Side)>) {
        let source = match &name.kind {
            AxisKind::Any => return,
            AxisKind::Literal(length) => Source::Literal(*length),
            AxisKind::Const(path) => Source::Const(path.clone()),
            AxisKind::Name(name) => match self.length_named(name) {
                Some(source) => source,
                None => return self.name_freely(name, side, known),
            },
        };
        let whole: Vec<String> = all.iter().map(|name| text(&name.written)).collect();
        let extent = self.extents.intern(source.clone());
        let demand = format!("#[shape({})]", whole.join(", "));
        if self.extents.unify(side, extent, Demand::Expression(&demand)).is_err() {
            self.differs(name, side);
        }
        if let Source::Parameter(_) = source {
            self.extents.set_name(extent, &length_text(&self.leaves, &source));
        }
    }

    /// A name that means nothing but the length.
    fn name_freely(&mut self, name: &str, side: Side, known: &mut Vec<(String, Side)>) {
        self.extents.set_name(side.extent, name);
        match known.iter().find(|(other, _)| other == name) {
            None => known.push((name.to_owned(), side)),
            Some(&(_, first)) => {
                if self.extents.unify(first, side, Demand::Name(name)).is_err() {
                    let written = self.written_at(side);
                    let [one, other] = [first, side].map(|side| {
                        let length = length_text(&self.leaves, &self.extents.source(side.extent));
                        format!("{length} in `{}`", self.name_of(side))
                    });
                    let message = format!("`{name}` is {one} and {other}");
                    self.refuse(written, message, "give the lengths two names");
                }
            }
        }
    }

    /// A length that is known, and is not what is written.
    fn differs(&mut self, name: &AxisName, side: Side) {
        let length = length_text(&self.leaves, &self.extents.source(side.extent));
        let message = format!("this axis of `{}` has the length {length}", self.name_of(side));
        self.refuse(&name.written, message, format!("write `{length}`, or `_`"));
    }

    /// The tokens that name the axis.
    fn written_at(&self, side: Side) -> proc_macro2::TokenStream {
        let (leaf, axis) = side.axis.unwrap_or_default();
        let param = self.leaves[leaf].param.and_then(|param| self.function.params.get(param));
        let name = param.and_then(|param| param.axes.as_ref()?.get(axis));
        name.map(|name| name.written.clone()).unwrap_or_default()
    }

    fn name_of(&self, side: Side) -> String {
        side.axis.map(|(leaf, _)| text(&self.leaves[leaf].access)).unwrap_or_default()
    }

    /// The length that a name means already: a const parameter, a constant that a type of the signature has
    /// as a length, or an integer parameter.
    fn length_named(&self, name: &str) -> Option<Source> {
        let generics = &self.function.item.sig.generics;
        if generics.const_params().any(|param| param.ident == name) {
            return Some(Source::Const(name.to_owned()));
        }
        let constant = format!("super::{name}");
        let lengths = self.leaves.iter().flat_map(|leaf| leaf.written.lengths());
        if lengths.into_iter().any(|length| *length == Length::Const(constant.clone())) {
            return Some(Source::Const(constant));
        }
        let position = self.function.params.iter().position(|param| param.name == name)?;
        let is_length = self.function.params[position].written == Written::Scalar(Type::Int("usize"));
        self.leaf_of(position).filter(|_| is_length).map(Source::Parameter)
    }

    /// The leaf that a parameter is, which is not a struct.
    fn leaf_of(&self, position: usize) -> Option<usize> {
        self.leaves.iter().position(|leaf| leaf.param == Some(position))
    }
}
