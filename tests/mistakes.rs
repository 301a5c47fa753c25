//! What the macro says to a user's mistakes: the place, the sentence and what to write instead.

#[test]
fn messages() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
