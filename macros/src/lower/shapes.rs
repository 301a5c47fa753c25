//! Shapes that cannot fit each other, in the user's words.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, ExprMethodCall};

use super::{Lowerer, length_of, length_text};
use crate::graph::Node;
use crate::parse::listed;
use crate::shape::{Demand, Extent, Source};
use crate::value::{Array, Mismatch, Value};
use crate::written::text;

/// More than this of an operand's text is not repeated.
const LONGEST: usize = 32;

impl Lowerer<'_> {
    /// Makes axes of two operands equal, or says that they cannot be.
    pub(super) fn unify(
        &mut self,
        left: &Array,
        right: &Array,
        axes: [usize; 2],
        call: &ExprMethodCall,
    ) -> bool {
        let (one, other) = (left.side(self.graph, axes[0]), right.side(self.graph, axes[1]));
        if self.extents.unify(one, other, Demand::Expression(&text(call))).is_ok() {
            return true;
        }
        self.mismatch(Mismatch { operands: [left.clone(), right.clone()], axes }, call);
        false
    }

    pub(super) fn mismatch(&mut self, mismatch: Mismatch, place: &dyn ToTokens) -> Value {
        let Mismatch { operands, axes } = &mismatch;
        let written = text(place.to_token_stream());
        let shapes = [0, 1].map(|side| self.shape_text(&operands[side].shape()));
        let names = operands_of(place.to_token_stream());
        let message = match &names {
            Some(parts) => {
                let lengths = [0, 1].map(|side| {
                    let array = &operands[side];
                    length_of(&parts[side].text, array.nested, array.rank(), axes[side])
                });
                let [left, right] = [0, 1].map(|side| format!("{} is {}", parts[side].text, shapes[side]));
                let both = if left == right { left } else { format!("{left} and {right}") };
                match parts.iter().all(|part| part.has_methods) {
                    true => format!("`{written}` needs {} == {}, but {both}", lengths[0], lengths[1]),
                    false => format!("`{written}` needs equal lengths, but {both}"),
                }
            }
            None => {
                format!(
                    "`{written}` has operands of the shapes {} and {}, which do not fit",
                    shapes[0], shapes[1]
                )
            }
        };
        let lines: Vec<String> = [message].into_iter().chain(self.table(&mismatch, names.as_ref())).collect();
        let help = self.help(&mismatch, names.as_ref(), place.to_token_stream());
        self.refuse(place.to_token_stream(), lines.join("\n"), help)
    }

    /// The lengths of a shape that have a name or are known.
    fn shape_text(&self, shape: &[Extent]) -> String {
        let length = |&extent: &Extent| match (self.extents.name(extent), self.extents.source(extent)) {
            (Some(name), _) => name,
            (None, Source::Axis { .. } | Source::Loop(_)) => "_".to_owned(),
            (None, source) => length_text(&self.leaves, &source),
        };
        format!("[{}]", shape.iter().map(length).collect::<Vec<_>>().join(", "))
    }

    /// A line for each name in the shapes, each parameter of a computed operand, and each length that is
    /// known from elsewhere.
    fn table(&self, mismatch: &Mismatch, names: Option<&[Operand; 2]>) -> Vec<String> {
        let (mut lines, mut known) = (Vec::new(), Vec::new());
        for extent in mismatch.operands.iter().flat_map(Array::shape) {
            let Some(name) = self.extents.name(extent).filter(|name| !known.contains(name)) else { continue };
            let class = self.extents.class(extent).into_iter().map(|own| self.extents.own_source(own));
            let axes = class.filter(|source| matches!(source, Source::Axis { .. }));
            let axes: Vec<String> = axes.map(|source| length_text(&self.leaves, &source)).collect();
            lines.push(format!("`{name}` is {}", listed(&axes)));
            known.push(name);
        }
        for side in 0..2 {
            let computed = names.is_none_or(|names| !self.is_leaf(&names[side].text));
            let operand = &mismatch.operands[side];
            if computed {
                let leaves = self.graph.reachable(&[operand.body]).into_iter().filter_map(|id| {
                    let Node::Leaf(leaf) = self.graph.node(id) else { return None };
                    let shape = self.graph.shape(id);
                    let access = text(&self.leaves.get(leaf)?.access);
                    let is_known = shape.iter().any(|&extent| self.extents.source(extent).is_known());
                    is_known.then(|| format!("`{access}` is {}", self.shape_text(&shape)))
                });
                lines.extend(leaves);
            }
            let own = operand.axes[mismatch.axes[side]].extent;
            let by = self
                .extents
                .checks()
                .into_iter()
                .find(|check| !check.by_name && [check.left.extent, check.right.extent].contains(&own));
            let source = self.extents.source(own);
            if let (Source::Axis { .. }, true, Some(by)) =
                (self.extents.own_source(own), source.is_known(), by)
            {
                let own = length_text(&self.leaves, &self.extents.own_source(own));
                let length = length_text(&self.leaves, &source);
                lines.push(format!("`{own}` is {length} by `{}`", by.demanded_by));
            }
        }
        let mut seen = Vec::new();
        lines.retain(|line| {
            !seen.contains(line) && {
                seen.push(line.clone());
                true
            }
        });
        lines
    }

    fn is_leaf(&self, name: &str) -> bool {
        self.leaves.iter().any(|leaf| text(&leaf.access) == name)
    }

    /// What to write instead.
    fn help(&self, mismatch: &Mismatch, names: Option<&[Operand; 2]>, place: TokenStream) -> String {
        let Mismatch { operands: [left, right], axes } = mismatch;
        let clash = [left.axes[axes[0]].extent, right.axes[axes[1]].extent];
        let one = |extent: Extent| self.extents.source(extent) == Source::Literal(1);
        let is_product = matches!(syn::parse2(place), Ok(Expr::MethodCall(call)) if call.method == "matmul");
        let fits = |a: Extent, b: Extent| self.extents.same(a, b);
        if let Some([first, second]) = names {
            let (a, b) = (&first.text, &second.text);
            let (ours, theirs) = (left.shape(), right.shape());
            if is_product && ours.len() == 2 && !left.nested && fits(ours[0], clash[1]) {
                let turned = a.strip_suffix(".t()").map_or_else(|| format!("{a}.t()"), str::to_owned);
                return format!("`{turned}.matmul({})` fits", second.written);
            }
            if is_product && theirs.len() == 2 && !right.nested && fits(theirs[1], clash[0]) {
                return format!("`{a}.matmul(&{b}.t())` fits");
            }
            if !is_product && ours.len() == 2 && theirs.len() == 1 && fits(ours[0], theirs[0]) {
                return format!("to repeat it along the columns, write `{b}.insert_axis(1, {a}.cols())`");
            }
            if !is_product && ours.len() == 1 && theirs.len() == 2 && fits(ours[0], theirs[0]) {
                return format!("to repeat it along the columns, write `{a}.insert_axis(1, {b}.cols())`");
            }
        }
        if !is_product && clash.into_iter().any(one) {
            return "an axis of length 1 is not stretched: write `.insert_axis(axis, length)`".to_owned();
        }
        match clash.map(|extent| self.extents.name(extent)) {
            [Some(a), Some(b)] => {
                format!("if `{a}` and `{b}` are one length, give them one name in `#[shape(..)]`")
            }
            [Some(name), None] => self.always(&name, clash[1]),
            [None, Some(name)] => self.always(&name, clash[0]),
            _ => String::new(),
        }
    }

    fn always(&self, name: &str, length: Extent) -> String {
        let length = length_text(&self.leaves, &self.extents.source(length));
        format!("if `{name}` is always {length}, write `{length}` in its place in `#[shape(..)]`")
    }
}

/// An operand as it is written.
struct Operand {
    /// The whole of it.
    written: String,
    /// Without a reference in front, and without brackets that it does not need.
    text: String,
    /// Whether a method can be written behind it.
    has_methods: bool,
}

impl Operand {
    fn of(expr: &Expr) -> Self {
        let mut inner = expr;
        while let Expr::Reference(syn::ExprReference { expr, .. })
        | Expr::Paren(syn::ExprParen { expr, .. }) = inner
        {
            inner = expr;
        }
        let has_methods = matches!(inner, Expr::Path(_) | Expr::Field(_) | Expr::MethodCall(_));
        Operand { written: text(expr), text: text(inner), has_methods }
    }
}

/// The two operands, if they are short enough to be repeated.
fn operands_of(place: TokenStream) -> Option<[Operand; 2]> {
    let operands = match syn::parse2(place).ok()? {
        Expr::Binary(binary) => [*binary.left, *binary.right],
        Expr::MethodCall(call) => [*call.receiver, call.args.into_iter().next()?],
        _ => return None,
    };
    let operands = operands.map(|operand| Operand::of(&operand));
    operands.iter().all(|operand| operand.text.len() <= LONGEST).then_some(operands)
}
