//! Vectors of numbers on every instruction set the machine has: each row of the table of elementwise
//! operations, over all numbers and against more exact ones. A new row is tested without a change here.
//!
//! `cargo test --release -p gradus-tests --test vectors -- --ignored --nocapture` takes all 2^32 `f32` and
//! prints how far each row is from the exact value at most.

mod layer;
mod numbers;

use gradus::Real;
use gradus::emitted::{InstructionSet, Kernel, Lanes, Scalar, Simd};
use numbers::{EDGES, ULPS, exact_values, inside, ulps, ulps_between, with_bits};

macro_rules! rows {
    ($({
        $doc:literal $kind:ident $name:ident $tensor:ident
        ($x:ident $(, $operand:ident: $type:ident)*) $body:tt [$($domain:expr),*]
    })*) => {
        $(row! { $name ($x $(, $operand: $type)*) [$($domain),*] })*
    };
}

macro_rules! row {
    ($name:ident ($x:ident $(, $operand:ident: $type:ident)*) [$($domain:expr),*]) => {
        mod $name {
            use super::*;

            const OPERANDS: usize = 1 $(+ operand!(count $type))*;
            const WITH_INTEGER: bool = false $(|| operand!(is_int $type))*;
            /// Of two zeros, either is the smaller one and the larger one.
            const EITHER_ZERO: bool = matches!(stringify!($name).as_bytes(), b"min" | b"max");

            /// Numbers, one slice for each operand that is one, and the operand that is not.
            struct Row<'a, T>(&'a [Vec<T>], i32);

            impl<T: Real> Kernel for Row<'_, T> {
                type Output = Vec<T>;

                #[inline(always)]
                fn run<S: Simd>(self) -> Vec<T> {
                    self.answers::<T::Lanes<S>>()
                }
            }

            /// The same with two vectors at a time.
            struct Twice<'a, T>(Row<'a, T>);

            impl<T: Real> Kernel for Twice<'_, T> {
                type Output = Vec<T>;

                #[inline(always)]
                fn run<S: Simd>(self) -> Vec<T> {
                    self.0.answers::<T::TwiceLanes<S>>()
                }
            }

            impl<T: Real> Row<'_, T> {
                #[inline(always)]
                fn answers<V: Lanes<T>>(&self) -> Vec<T> {
                    let Row(inputs, _n) = *self;
                    let len = inputs[0].len();
                    let mut answers = vec![T::ZERO; len];
                    for at in (0..len).step_by(V::LEN) {
                        let rest = len - at;
                        let mut _next = 0;
                        let $x = V::load_up_to(&inputs[0], at, rest, T::ONE);
                        $(operand!(let $operand: $type = _next, _n, |next| {
                            V::load_up_to(&inputs[next], at, rest, T::ONE)
                        });)*
                        V::$name($x $(, $operand)*).store_up_to(&mut answers, at, rest);
                    }
                    answers
                }
            }

            fn number<T: Real>(inputs: &[Vec<T>], place: usize, _n: i32) -> T {
                let mut _next = 0;
                let $x = inputs[0][place];
                $(operand!(let $operand: $type = _next, _n, |next| inputs[next][place]);)*
                T::$name($x $(, $operand)*)
            }

            /// The largest distance from what `f64` gives for the same numbers.
            fn farthest(set: InstructionSet, mut inputs: Vec<Vec<f32>>) -> f64 {
                if stringify!($name) == "clamp" {
                    // Limits that std refuses.
                    for place in 0..inputs[0].len() {
                        if !matches!(inputs[1][place].partial_cmp(&inputs[2][place]), Some(core::cmp::Ordering::Less)) {
                            (inputs[1][place], inputs[2][place]) = (-1.0, 1.0);
                        }
                    }
                }
                let own = set.run(Row(&inputs, 3));
                let wide: Vec<Vec<f64>> =
                    inputs.iter().map(|input| input.iter().map(|&x| x.into()).collect()).collect();
                let mut farthest = 0.0;
                for (place, &own) in own.iter().enumerate() {
                    let exact = match WITH_INTEGER {
                        true => number(&inputs, place, 3).into(),
                        false => exact!($name wide, place),
                    };
                    let far = ulps(own, exact, EITHER_ZERO);
                    if far > ULPS {
                        let given: Vec<f32> = inputs.iter().map(|input| input[place]).collect();
                        panic!("{set:?}: {own:e} of {given:?}, not {exact:e}: {far} ulps");
                    }
                    farthest = f64::max(farthest, far);
                }
                farthest
            }

            /// All numbers, or some of them, in parts, since together they would take much memory.
            fn of_every(set: InstructionSet, stride: usize) -> f64 {
                let part = |part: u32| {
                    let bits = (0..1 << 24).step_by(stride).map(move |bits| part << 24 | bits);
                    farthest(set, with_bits(OPERANDS, bits))
                };
                (0..256).map(part).fold(0.0, f64::max)
            }

            #[test]
            fn of_a_sample_of_all_numbers() {
                for set in InstructionSet::all() {
                    let edges = EDGES.map(f32::to_bits).into_iter().flat_map(|x| [x, x | 1 << 31]);
                    farthest(set, with_bits(OPERANDS, edges.chain([f32::NAN.to_bits()])));
                    of_every(set, 1 << 15 | 7);
                }
            }

            #[test]
            #[ignore = "takes minutes for each row, and hours where it is not optimised"]
            fn of_all_numbers() {
                println!("{}: {:.3} ulps", stringify!($name), of_every(InstructionSet::widest(), 1));
            }

            #[test]
            fn of_double_precision() {
                let (inputs, exact) = exact_values(stringify!($name), OPERANDS);
                for set in InstructionSet::all() {
                    for (place, own) in set.run(Row(&inputs, 3)).into_iter().enumerate() {
                        let far = ulps_between(own, exact[place]);
                        let (given, exact) = (inputs.iter().map(|input| input[place]).collect::<Vec<_>>(), exact[place]);
                        assert!(far <= ULPS, "{set:?}: {own:e} of {given:?}, not {exact:e}: {far} ulps");
                    }
                }
            }

            fn as_number<T: Real>() {
                let domains: &[(f64, f64)] = &[$($domain),*];
                let domains = if domains.is_empty() { &[(-2.0, 2.0); OPERANDS] } else { domains };
                for (n, len) in [(0, 1), (1, 3), (2, 64), (3, 75), (5, 16), (-1, 17), (-2, 31)] {
                    let inputs = inside::<T>(domains, len);
                    let one = Row(&inputs, n).run::<Scalar>();
                    for set in InstructionSet::all() {
                        let own = set.run(Row(&inputs, n));
                        assert_eq!(set.run(Twice(Row(&inputs, n))), own, "{set:?}: two vectors are as one and one");
                        for (place, &own) in own.iter().enumerate() {
                            let number = number(&inputs, place, n);
                            assert_eq!(one[place], number, "one lane is a number");
                            // Both may be off by as much, and one that loses digits by those of the operand.
                            let of = if stringify!($name) == "gelu" { inputs[0][place] } else { number };
                            let far = (own.to_f64() - number.to_f64()).abs() / of.to_f64().abs().max(1e-300);
                            let least = 2.0 * ULPS * T::EPSILON.to_f64();
                            assert!(far <= least, "{set:?}: {own:e} in lane {place}, not {number:e}");
                        }
                    }
                }
            }

            #[test]
            fn as_of_numbers() {
                as_number::<f32>();
                as_number::<f64>();
            }
        }
    };
}

/// What `f64` gives, but for a row that loses digits in it.
macro_rules! exact {
    (gelu $wide:ident, $place:ident) => {{
        let x = $wide[0][$place].clamp(-1e3, f64::INFINITY);
        0.5 * x * libm::erfc(x * -std::f64::consts::FRAC_1_SQRT_2)
    }};
    ($name:ident $wide:ident, $place:ident) => {
        number(&$wide, $place, 3)
    };
}

macro_rules! operand {
    (let $operand:ident: real = $next:ident, $n:ident, |$place:ident| $value:expr) => {
        $next += 1;
        let $place: usize = $next;
        let $operand = $value;
    };
    (let $operand:ident: int = $next:ident, $n:ident, |$place:ident| $value:expr) => {
        let $operand = $n;
    };
    (count real) => {
        1
    };
    (count int) => {
        0
    };
    (is_int real) => {
        false
    };
    (is_int int) => {
        true
    };
}

gradus_macros::elementwise!(rows);
