//! Hands the rows of the tables to the runtime and to the tests.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::ops::{self, Kind, Op, Operand};
use crate::stabilise::{REWRITES, Rewrite};

/// `callback! { {row} {row} .. }` with all rows that are methods.
pub(crate) fn rows(callback: TokenStream) -> TokenStream {
    let rows = ops::methods().map(row);
    quote! { #callback! { #(#rows)* } }
}

fn row(op: &Op) -> TokenStream {
    let (doc, name, tensor) = (op.doc.trim(), format_ident!("{}", op.name), format_ident!("{}", op.tensor));
    let (kind, body) = match op.kind {
        Kind::Std => ("std", TokenStream::new()),
        Kind::Libm => ("libm", TokenStream::new()),
        _ => ("ours", op.body.parse().expect("the body of a row is Rust")),
    };
    let kind = format_ident!("{kind}");
    let operands = op.operands.iter().map(|(name, operand)| {
        let name = format_ident!("{name}");
        match operand {
            Operand::Real => quote!(#name: real),
            Operand::Int => quote!(#name: int),
        }
    });
    let domains = op.domains.iter().map(|&(low, high)| {
        let (low, high) = (signed(low), signed(high));
        quote!((#low, #high))
    });
    let first = format_ident!("{}", op.first);
    quote!({ #doc #kind #name #tensor (#first #(, #operands)*) { #body } [#(#domains),*] })
}

/// `callback! { {row} {row} .. }` with all rewrites into safe forms.
pub(crate) fn rewrites(callback: TokenStream) -> TokenStream {
    let rows = REWRITES.iter().map(rewrite);
    quote! { #callback! { #(#rows)* } }
}

fn rewrite(row: &Rewrite) -> TokenStream {
    let Rewrite { written, ulps, .. } = row;
    let (name, of) = (format_ident!("{}", row.name), format_ident!("{}", row.of));
    let parameters = row.parameters.iter().map(|name| {
        let ty = if *name == "v" { quote!(&Vector<f64>) } else { quote!(f64) };
        let name = format_ident!("{name}");
        quote!(#name: { #ty })
    });
    let example: TokenStream = row.example.parse().expect("the example of a row is Rust");
    let (low, high) = (signed(row.domain.0), signed(row.domain.1));
    quote!({ #name #written |#(#parameters),*| { #example } (#low, #high) #ulps #of })
}

/// A float literal, which cannot hold a sign itself.
pub(crate) fn signed(value: f64) -> TokenStream {
    let magnitude = Literal::f64_unsuffixed(value.abs());
    if value.is_sign_negative() { quote!(-#magnitude) } else { quote!(#magnitude) }
}
