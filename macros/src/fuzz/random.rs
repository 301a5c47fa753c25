//! Random numbers, and random tokens.

use std::iter::once;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use super::words::{LITERALS, METHODS, OPERATORS, STATEMENTS, TYPES, WORDS};

/// SplitMix64 (Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, 2014).
pub(super) struct Rng(pub(super) u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(super) fn one_in(&mut self, cases: usize) -> bool {
        self.below(cases) == 0
    }

    pub(super) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// The tokens of a text, of which each `__` becomes one of the names.
pub(super) fn fill(rng: &mut Rng, text: &str, names: &[&str]) -> Vec<TokenTree> {
    let mut filled = String::new();
    for (place, part) in text.split("__").enumerate() {
        if place > 0 {
            filled.push_str(rng.pick(names));
        }
        filled.push_str(part);
    }
    lex(&filled)
}

pub(super) fn lex(text: &str) -> Vec<TokenTree> {
    let tokens: TokenStream = text.parse().expect("the fuzzer's own words are tokens");
    tokens.into_iter().collect()
}

/// A few tokens of any kind.
pub(super) fn word(rng: &mut Rng) -> Vec<TokenTree> {
    let kinds = [WORDS, WORDS, OPERATORS, OPERATORS, LITERALS, TYPES, METHODS, STATEMENTS];
    let kind = kinds[rng.below(kinds.len())];
    let text = rng.pick(kind);
    fill(rng, text, &["x", "y"])
}

pub(super) fn delimiter(rng: &mut Rng) -> Delimiter {
    let all = [Delimiter::Parenthesis, Delimiter::Bracket, Delimiter::Brace, Delimiter::None];
    all[rng.below(all.len())]
}

/// Tokens without any order.
pub(super) fn noise(rng: &mut Rng, depth: usize) -> TokenStream {
    let mut tokens = TokenStream::new();
    for _ in 0..rng.below(12) {
        if depth > 0 && rng.one_in(4) {
            let group = Group::new(delimiter(rng), noise(rng, depth - 1));
            tokens.extend(once(TokenTree::from(group)));
        } else if rng.one_in(16) {
            // Names that no source text has.
            let name = rng.pick(&["self", "_", "r", "true", "Self", "İ"]);
            tokens.extend(once(TokenTree::from(Ident::new(name, Span::call_site()))));
        } else {
            tokens.extend(word(rng));
        }
    }
    tokens
}
