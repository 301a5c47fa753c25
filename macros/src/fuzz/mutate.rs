//! Small changes of valid input.

use proc_macro2::{Group, Spacing, TokenStream, TokenTree};

use super::Case;
use super::random::{self, Rng};
use super::words::{LITERALS, METHODS, OPERATORS, STATEMENTS, TYPES};

/// What the mutations of a case draw from.
pub(super) struct Source<'a> {
    /// The names in the function.
    pub(super) names: Vec<String>,
    /// The other functions.
    pub(super) corpus: &'a [Case],
}

impl Source<'_> {
    fn name(&self, rng: &mut Rng) -> Vec<TokenTree> {
        random::lex(&self.names[rng.below(self.names.len())])
    }

    fn fill(&self, rng: &mut Rng, texts: &[&str]) -> Vec<TokenTree> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let text = rng.pick(texts);
        random::fill(rng, text, &names)
    }

    /// A part of another function.
    fn fragment(&self, rng: &mut Rng) -> Vec<TokenTree> {
        let mut tokens: Vec<TokenTree> =
            self.corpus[rng.below(self.corpus.len())].1.clone().into_iter().collect();
        while let Some(group) = inner_group(rng, &tokens) {
            tokens = group.stream().into_iter().collect();
            if rng.one_in(3) {
                break;
            }
        }
        let from = rng.below(tokens.len() + 1);
        let length = rng.below(8);
        tokens.into_iter().skip(from).take(length).collect()
    }
}

/// The names that the tokens define, with a type or with a value.
pub(super) fn names(tokens: &TokenStream) -> Vec<String> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut found = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        match (tree, trees.get(at + 1)) {
            (TokenTree::Group(group), _) => found.extend(names(&group.stream())),
            (TokenTree::Ident(name), Some(TokenTree::Punct(next)))
                if matches!(next.as_char(), ':' | '=') && next.spacing() == Spacing::Alone =>
            {
                found.push(name.to_string());
            }
            _ => {}
        }
    }
    found
}

fn inner_group(rng: &mut Rng, tokens: &[TokenTree]) -> Option<Group> {
    let groups: Vec<&Group> = tokens
        .iter()
        .filter_map(|tree| match tree {
            TokenTree::Group(group) if !group.stream().is_empty() => Some(group),
            _ => None,
        })
        .collect();
    if groups.is_empty() { None } else { Some(groups[rng.below(groups.len())].clone()) }
}

/// The tokens with one change, somewhere.
pub(super) fn mutate(rng: &mut Rng, tokens: TokenStream, source: &Source) -> TokenStream {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    if trees.is_empty() {
        return random::word(rng).into_iter().collect();
    }
    // A group is met as often as it has tokens, since bodies are where most of the language is.
    let weights: Vec<usize> = trees.iter().map(size).collect();
    let mut chosen = rng.below(weights.iter().sum());
    let at = weights.iter().position(|&weight| {
        let here = chosen < weight;
        chosen = chosen.saturating_sub(weight);
        here
    });
    let at = at.expect("the number is below the sum of the weights");
    if let TokenTree::Group(group) = &trees[at]
        && !rng.one_in(weights[at])
    {
        trees[at] = Group::new(group.delimiter(), mutate(rng, group.stream(), source)).into();
    } else {
        change(rng, &mut trees, at, source);
    }
    trees.into_iter().collect()
}

/// The number of tokens.
fn size(tree: &TokenTree) -> usize {
    match tree {
        TokenTree::Group(group) => 1 + group.stream().into_iter().map(|tree| size(&tree)).sum::<usize>(),
        _ => 1,
    }
}

/// Changes the tokens at a place.
fn change(rng: &mut Rng, trees: &mut Vec<TokenTree>, at: usize, source: &Source) {
    let end = trees.len().min(at + 1 + rng.below(6));
    let few: TokenStream = trees[at..end].iter().cloned().collect();
    let (range, by) = match rng.below(20) {
        0 => (at..at + 1, Vec::new()),
        1 => (at..at, few.into_iter().collect()),
        2 => {
            let other = rng.below(trees.len());
            trees.swap(at, other);
            return;
        }
        3 => (at..at + 1, random::word(rng)),
        4 => (at..at, random::word(rng)),
        5 => (at..at + 1, source.fragment(rng)),
        6 => (at..end, vec![Group::new(random::delimiter(rng), few).into()]),
        7 => (at..at + 1, source.fill(rng, TYPES)),
        8 | 9 => (at + 1..at + 1, source.fill(rng, METHODS)),
        10 | 11 => {
            // Behind the statement before, or at the beginning.
            let is_end = |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ';');
            let begin = trees[..at].iter().rposition(is_end).map_or(0, |end| end + 1);
            (begin..begin, source.fill(rng, STATEMENTS))
        }
        _ => (at..at + 1, same_kind(rng, trees, at, source)),
    };
    trees.splice(range, by);
}

/// Something that may stand where the token stands.
fn same_kind(rng: &mut Rng, trees: &[TokenTree], at: usize, source: &Source) -> Vec<TokenTree> {
    match &trees[at] {
        TokenTree::Ident(name) => {
            let name = name.to_string();
            let is_method = METHODS.iter().any(|method| method[1..].split('(').next() == Some(name.as_str()));
            if is_method {
                let bare =
                    matches!(trees.get(at + 1), Some(TokenTree::Group(group)) if group.stream().is_empty());
                let others: Vec<&str> =
                    METHODS.iter().copied().filter(|method| method.ends_with("()") == bare).collect();
                return random::lex(rng.pick(&others)).into_iter().skip(1).take(1).collect();
            }
            match name.as_str() {
                "f32" | "f64" | "usize" => random::lex(rng.pick(&["f32", "f64", "usize", "i32"])),
                "Vector" | "Matrix" => random::lex(rng.pick(&["Vector", "Matrix", "Linear"])),
                _ => source.name(rng),
            }
        }
        TokenTree::Punct(punct) => match punct.as_char() {
            '+' | '-' | '*' | '/' if !rng.one_in(4) => random::lex(rng.pick(&["+", "-", "*", "/", "%"])),
            _ => random::lex(rng.pick(OPERATORS)),
        },
        TokenTree::Literal(literal) if literal.to_string().contains('.') && !rng.one_in(4) => {
            random::lex(rng.pick(&["0.0", "1.0", "2.0", "0.5", "1e308", "1e-320"]))
        }
        TokenTree::Literal(_) if !rng.one_in(4) => random::lex(rng.pick(&["0", "1", "2", "3"])),
        TokenTree::Literal(_) => random::lex(rng.pick(LITERALS)),
        TokenTree::Group(group) => {
            let other = source.fragment(rng).into_iter().collect();
            vec![Group::new(group.delimiter(), other).into()]
        }
    }
}
