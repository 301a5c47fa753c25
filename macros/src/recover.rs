//! What is emitted after a mistake: enough for rustc to check the rest of the program and for an IDE to
//! help with the function, so that no message follows from ours.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Block, ImplItem, Item, Signature, Visibility, parse_quote};

use crate::emit::{self, Bodies};
use crate::formula::Formula;
use crate::items::Items;
use crate::lower;
use crate::parse::{self, Function, Options};
use crate::report::Errors;

/// A function whose body may be half written.
struct Headed {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    signature: Signature,
    body: Group,
}

impl Parse for Headed {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        Ok(Headed {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            signature: input.parse()?,
            body: input.parse()?,
        })
    }
}

/// The item with its signature. rustc does not see the body of a function, whose own errors would repeat
/// ours; rust-analyzer does, and completes names in it.
pub(crate) fn item(item: TokenStream) -> TokenStream {
    let Ok(Headed { mut attributes, visibility, mut signature, body }) = syn::parse2(item.clone()) else {
        return item;
    };
    parse::strip(&mut attributes);
    parse::strip_signature(&mut signature);
    quote! {
        #(#attributes)*
        #[allow(unexpected_cfgs, unused_variables, unused_mut, clippy::all)]
        #visibility #signature {
            #[cfg(rust_analyzer)]
            #body
            #[cfg(not(rust_analyzer))]
            {
                ::core::unimplemented!()
            }
        }
    }
}

/// A module that cannot be read, without the attributes inside, each of which would say so again.
pub(crate) fn unread(item: TokenStream) -> TokenStream {
    let mut trees: Vec<TokenTree> = Vec::new();
    for tree in item {
        match (tree, trees.last()) {
            (TokenTree::Group(group), Some(TokenTree::Punct(hash)))
                if hash.as_char() == '#' && is_ours(&group) =>
            {
                trees.pop();
            }
            (TokenTree::Group(group), _) => {
                let mut inside = Group::new(group.delimiter(), unread(group.stream()));
                inside.set_span(group.span());
                trees.push(TokenTree::Group(inside));
            }
            (tree, _) => trees.push(tree),
        }
    }
    trees.into_iter().collect()
}

fn is_ours(attribute: &Group) -> bool {
    let is_name = |tree: &TokenTree| matches!(tree, TokenTree::Ident(name) if name == "differentiable" || name == "derivative");
    attribute.delimiter() == Delimiter::Bracket && attribute.stream().into_iter().any(|tree| is_name(&tree))
}

/// The module beside the function, without bodies, for uses elsewhere. Where the macro has said nothing, rustc
/// does; should it not, then the derivative is an error.
pub(crate) fn module(function: &Function, items: &Items, is_said: bool) -> TokenStream {
    let signature = lower::signature(function, items);
    let message = format!("gradus cannot read the body of `{}`", function.item.sig.ident);
    let body = match is_said {
        true => quote!(::core::unimplemented!()),
        false => quote!(const { ::core::panic!(#message) }),
    };
    hollow(emit::emit(function, items, &signature, Bodies::Missing, &Formula::default()), &body)
}

/// The items with the same body for all functions: what they need of each other may be what is wrong.
pub(crate) fn hollow(items: TokenStream, body: &TokenStream) -> TokenStream {
    let Ok(mut file) = syn::parse2::<syn::File>(items.clone()) else { return items };
    let body = parse_quote!({ #body });
    file.items.iter_mut().for_each(|item| hollow_item(item, &body));
    file.into_token_stream()
}

fn hollow_item(item: &mut Item, body: &Block) {
    match item {
        Item::Mod(module) => {
            let items = module.content.iter_mut().flat_map(|(_, items)| items);
            items.for_each(|item| hollow_item(item, body));
        }
        Item::Fn(function) => *function.block = body.clone(),
        Item::Impl(block) => {
            for item in &mut block.items {
                if let ImplItem::Fn(method) = item {
                    method.block = body.clone();
                }
            }
        }
        _ => {}
    }
}

/// A function with a body that is no Rust, of which rustc has said so.
pub(crate) fn half_written(options: Options, item: &TokenStream) -> Option<TokenStream> {
    let Headed { attributes, visibility, mut signature, body } = syn::parse2(item.clone()).ok()?;
    let items = Items::builtin();
    let headed = parse_quote!(#(#attributes)* #visibility #signature {});
    let function = parse::function(headed, options, &items.struct_names(), &mut Errors::default());
    let module = function.map(|function| module(&function, &items, false));
    parse::strip_signature(&mut signature);
    Some(quote!(#(#attributes)* #visibility #signature #body #module))
}
