//! `check_shapes`: what a function demands of the shapes of its arguments, in one place.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

use super::Module;
use super::body::Body;
use crate::lower::axis_text;
use crate::schedule::schedule;
use crate::shape::{Check, Side, Source};
use crate::written::{Length, Written, text};

/// More axes than an error of the runtime shows.
const MOST_AXES: usize = 4;

impl Module<'_> {
    /// The line at the entry of each emitted function, before any work.
    pub(super) fn entry(&self) -> TokenStream {
        let krate = &self.function.krate;
        let names = self.function.params.iter().map(|param| &param.name);
        let demands = !self.checks().is_empty() || !self.nonempty().is_empty();
        let entry = demands.then(|| quote!(#krate::emitted::require(self::check_shapes(#(#names),*));));
        entry.unwrap_or_default()
    }

    pub(super) fn check_shapes(&self, visibility: &TokenStream) -> TokenStream {
        let krate = &self.function.krate;
        let [definitions, _] = self.all_generics();
        let params = &self.function.params;
        let names = params.iter().map(|param| &param.name);
        let types = params.iter().map(|param| self.argument_type(param, &TokenStream::new()));
        let name = &self.function.item.sig.ident;
        let docs = format!(
            "Whether the shapes of the arguments fit each other: what the other functions of this module demand, and panic \
             without. See [`{name}`](self) for the shapes."
        );
        let body = self.body_of_checks();
        let constants = self.checks_of_constants();
        quote! {
            #constants

            #[doc = #docs]
            ///
            /// # Errors
            /// If they do not fit, or data is empty that must not be.
            #[inline]
            #visibility fn check_shapes #definitions (
                #(#names: #types),*
            ) -> ::core::result::Result<(), #krate::ShapeError> {
                #body
                ::core::result::Result::Ok(())
            }
        }
    }

    fn body_of_checks(&self) -> TokenStream {
        let krate = &self.function.krate;
        let (checks, nonempty) = (self.checks(), self.nonempty());
        if checks.is_empty() && nonempty.is_empty() {
            return TokenStream::new();
        }
        let views = self.function.params.iter().filter_map(|param| self.view_of(param));
        let numbers = self.function.params.iter().filter_map(|param| {
            let name = &param.name;
            let is_reference = param.by_reference && matches!(param.written, Written::Scalar(_));
            is_reference.then(|| quote!(let #name = *#name;))
        });
        let mut lines: TokenStream = views.chain(numbers).collect();
        for check in checks {
            let needs = self.needs(&check);
            let (left, right) = (self.argument(check.left), self.argument(check.right));
            lines.extend(quote! { #krate::emitted::equal(#needs, #left, #right)?; });
        }
        for (side, demanded_by) in nonempty {
            let needs =
                format!("{}: `{demanded_by}` has no value for empty data", self.function.item.sig.ident);
            let data = self.argument(side);
            lines.extend(quote! { #krate::emitted::nonempty(#needs, #data)?; });
        }
        lines
    }

    /// Lengths that only rustc knows.
    fn checks_of_constants(&self) -> TokenStream {
        let checks = self.lowered.extents.checks().into_iter().filter(|check| self.is_constant(check));
        let assertions = checks.map(|check| {
            let sides = [check.left, check.right];
            let shapes: Vec<String> =
                sides.iter().filter_map(|side| self.written_shape(side.axis?.0)).collect();
            let but =
                if shapes.is_empty() { String::new() } else { format!(", but {}", shapes.join(" and ")) };
            let needs = self.needs(&check) + &but;
            let [left, right] = sides.map(|side| self.length(side));
            quote! { const _: () = ::core::assert!(#left == #right, "{}", #needs); }
        });
        assertions.collect()
    }

    /// The shape of an array as its type has it.
    fn written_shape(&self, leaf: usize) -> Option<String> {
        let leaf = &self.lowered.leaves[leaf];
        let Written::Array { lengths, .. } = &leaf.written else { return None };
        let lengths = lengths.iter().map(|length| match length {
            Length::Literal(length) => length.to_string(),
            Length::Const(path) => self.lowered.length_text(&Source::Const(path.clone())),
        });
        Some(format!("{} is [{}]", text(&leaf.access), lengths.collect::<Vec<_>>().join(", ")))
    }

    /// The equalities that the call decides.
    fn checks(&self) -> Vec<Check> {
        let checks = self.lowered.extents.checks();
        checks.into_iter().filter(|check| !self.is_constant(check)).collect()
    }

    fn is_constant(&self, check: &Check) -> bool {
        let is_known = |side: Side| self.lowered.extents.own_source(side.extent).is_known();
        is_known(check.left) && is_known(check.right)
    }

    /// The axes that may be empty and must not be.
    fn nonempty(&self) -> Vec<(Side, String)> {
        let extents = &self.lowered.extents;
        let mut nonempty = extents.nonempty();
        nonempty.retain(|(side, _)| !matches!(extents.source(side.extent), Source::Literal(_)));
        nonempty
    }

    fn needs(&self, check: &Check) -> String {
        let function = &self.function.item.sig.ident;
        let [left, right] = [check.left, check.right].map(|side| match side.axis {
            Some((leaf, axis)) => axis_text(&self.lowered.leaves, leaf, axis),
            None => self.lowered.length_text(&self.lowered.extents.own_source(side.extent)),
        });
        let by = &check.demanded_by;
        match check.by_name {
            true => format!("{function}: `{by}` is both {left} and {right}"),
            false => format!("{function}: `{by}` needs {left} == {right}"),
        }
    }

    /// What the message says of one side: whose length it is, the length, and the whole shape.
    fn argument(&self, side: Side) -> TokenStream {
        let length = self.length(side);
        let source = self.lowered.extents.own_source(side.extent);
        let axis = match source {
            Source::Axis { leaf, axis } => Some((leaf, axis)),
            _ => side.axis,
        };
        let (name, shape) = match (axis, source) {
            (Some((leaf, axis)), _) => match self.shape(leaf) {
                Some(shape) => (text(&self.lowered.leaves[leaf].access), shape),
                None => (axis_text(&self.lowered.leaves, leaf, axis), quote!([])),
            },
            // The message says the number already.
            (None, Source::Literal(_)) => (String::new(), quote!([])),
            (None, source) => (self.lowered.length_text(&source), quote!([])),
        };
        quote!((#name, #length, #shape))
    }

    fn shape(&self, leaf: usize) -> Option<TokenStream> {
        let leaf = &self.lowered.leaves[leaf];
        let access = &leaf.access;
        match &leaf.written {
            Written::Tensor { .. } => Some(quote!(*#access.shape())),
            Written::Array { lengths, .. } if lengths.len() <= MOST_AXES => {
                let lengths = lengths.iter().map(Length::to_tokens);
                Some(quote!([#(#lengths),*]))
            }
            Written::Array { .. } => None,
            written => {
                let inner = written.lengths().iter().map(Length::to_tokens);
                Some(quote!([#access.len() #(, #inner)*]))
            }
        }
    }

    fn length(&self, side: Side) -> TokenStream {
        let source = self.lowered.extents.own_source(side.extent);
        match source {
            Source::Literal(length) => Literal::usize_unsuffixed(length).into_token_stream(),
            Source::Const(path) => path.parse().expect("the text of a path"),
            Source::Parameter(leaf) => self.lowered.leaves[leaf].access.clone(),
            Source::Axis { leaf, axis } => {
                // The tokens of the parameter, not their text: they may come from another macro.
                let access = &self.lowered.leaves[leaf].access;
                let length = axis_text(&self.lowered.leaves, leaf, axis);
                let method = length.strip_prefix(&text(access)).expect("the text begins with the parameter");
                let method: TokenStream = method.parse().expect("a method or an index");
                quote!(#access #method)
            }
            Source::Loop(_) => {
                // A length that is computed: of arguments alone, or it would have been refused.
                let extent = self.lowered.extents.own(source);
                let nothing = schedule(self.lowered, &[], 0).expect("nothing has no order");
                let body = Body::new(self.function, self.lowered, &nothing);
                let length = self.lowered.graph.length(extent);
                length.map(|length| body.expr(length).tokens).unwrap_or_default()
            }
        }
    }
}
