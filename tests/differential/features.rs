//! What programs are made of, and how often.

use Support::{Differentiated, Refused};

/// Whether `#[differentiable]` takes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Support {
    Differentiated,
    /// It is generated where only the value is compared.
    Refused,
}

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident $weight:literal $support:ident,)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Feature {$($(#[$doc])* $name),*}

        /// How often each is taken among its like, and whether the macro takes it.
        pub(crate) const FEATURES: &[(Feature, u32, Support)] = &[$((Feature::$name, $weight, $support)),*];
    };
}

features! {
    // Numbers.
    Literal 2 Differentiated,
    Variable 8 Differentiated,
    Arithmetic 10 Differentiated,
    Elementwise 8 Differentiated,
    BranchValue 2 Differentiated,
    MatchValue 1 Differentiated,
    BlockValue 1 Differentiated,
    CastCount 1 Differentiated,
    Chain 3 Differentiated,
    Reduction 3 Differentiated,

    // Statements.
    Let 8 Differentiated,
    LetPair 2 Differentiated,
    LetCount 2 Differentiated,
    LetBool 1 Differentiated,
    LetArray 2 Differentiated,
    LetTensor 2 Differentiated,
    LetSlice 1 Refused,
    Assign 6 Differentiated,
    AssignElement 4 Refused,
    Branch 4 Differentiated,
    Match 1 Differentiated,
    ReturnEarly 2 Differentiated,
    /// A `for` whose turns can be taken in any order.
    Fold 6 Differentiated,
    /// A `for` that carries any state.
    Carry 6 Refused,
    While 2 Refused,
    Loop 2 Refused,
    Break 2 Refused,
    Continue 1 Refused,
    ReturnInLoop 1 Refused,

    // Details: one in so many.
    Shadow 6 Differentiated,
    Label 3 Refused,
    SliceIterated 4 Refused,
    DependentBounds 3 Refused,
    VecLocal 3 Refused,
    Filter 4 Differentiated,
}

/// The weight of a feature, where all are wanted or those that can be differentiated.
pub(crate) fn weight(feature: Feature, all: bool) -> u32 {
    let row = FEATURES.iter().find(|(known, ..)| *known == feature);
    row.filter(|(.., support)| all || *support == Differentiated).map_or(0, |(_, weight, _)| *weight)
}
