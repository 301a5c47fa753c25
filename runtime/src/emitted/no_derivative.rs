//! What stands in the place of the derivative of a function that has none, so that rustc can say so.

/// Implemented by nothing.
#[diagnostic::on_unimplemented(
    message = "this function takes what is differentiated, but has no derivative",
    label = "no derivative of this is known",
    note = "annotate it with `#[differentiable]`, give it a rule with `#[derivative(of = ..)]`,",
    note = "or mark what it takes as a constant with `no_grad(..)`"
)]
pub trait HasDerivative: Sized {
    /// Cannot be called, since nothing implements it.
    fn never<T>(self) -> T;
}

macro_rules! unseen {
    ($($module:ident ($first:ident $(, $rest:ident)*))*) => {
        /// For each number of arguments, what a function's module would have.
        #[allow(clippy::type_complexity, clippy::too_many_arguments, reason = "as many as a user's function")]
        pub mod unseen {$(
            /// For functions with so many.
            pub mod $module {
                use super::super::HasDerivative;

                /// Cannot be called.
                pub fn pullback<Value, $first: HasDerivative $(, $rest)*>(
                    first: $first $(, _: $rest)*
                ) -> (Value, ($first, $($rest,)*)) {
                    first.never()
                }

                /// What calls it calls `pullback` too, which is refused.
                #[allow(clippy::unimplemented, reason = "nothing that calls it compiles")]
                pub fn forward<Value, $first $(, $rest)*>(_: $first $(, _: $rest)*) -> Value {
                    unimplemented!()
                }
            }
        )*}
    };
}

unseen! {
    of1(A) of2(A, B) of3(A, B, C) of4(A, B, C, D) of5(A, B, C, D, E) of6(A, B, C, D, E, F)
    of7(A, B, C, D, E, F, G) of8(A, B, C, D, E, F, G, H)
}
