//! What programs are made of, and how often: each is taken among its like as its weight says, and not at
//! all with a weight of 0.

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident $weight:literal,)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Feature {$($(#[$doc])* $name),*}

        pub(crate) const FEATURES: &[(Feature, u32)] = &[$((Feature::$name, $weight)),*];
    };
}

features! {
    // Numbers.
    Literal 2,
    Variable 8,
    Arithmetic 10,
    Elementwise 8,
    BranchValue 2,
    MatchValue 1,
    BlockValue 1,
    CastCount 1,
    Chain 3,
    Reduction 3,

    // Statements.
    Let 8,
    LetPair 2,
    LetCount 2,
    LetBool 1,
    LetArray 2,
    LetTensor 2,
    LetSlice 1,
    Call 3,
    Assign 6,
    AssignElement 4,
    Branch 4,
    Match 1,
    ReturnEarly 2,
    /// A `for` whose turns can be taken in any order.
    Fold 6,
    /// A `for` that carries any state.
    Carry 6,
    While 2,
    Loop 2,
    Break 2,
    Continue 1,
    ReturnInLoop 1,

    // Details: one in so many.
    Shadow 6,
    Label 3,
    SliceIterated 4,
    DependentBounds 3,
    VecLocal 3,
    Filter 4,
    Helper 3,
}

pub(crate) fn weight(feature: Feature) -> u32 {
    let row = FEATURES.iter().find(|(known, _)| *known == feature);
    row.map_or(0, |(_, weight)| *weight)
}
