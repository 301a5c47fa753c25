//! Vectors of numbers on every instruction set the machine has: each row of the table of elementwise
//! operations, over all numbers and against more exact ones, and what a vector is made and taken apart
//! with. A new row is tested without a change here.

use gradus::Real;
use gradus::emitted::{InstructionSet, Kernel, Lanes, Scalar, Simd, dispatch};

/// How far from the exact value a row may be, in units in the last place.
const ULPS: f64 = 2.0;

/// `points` numbers for each operand, inside its domain.
fn inside<T: Real>(domains: &[(f64, f64)], points: usize) -> Vec<Vec<T>> {
    let of = |place: usize, point: usize| {
        let (low, high) = domains[place];
        let part = ((point + 1) as f64 * 0.618_033_988_749_895 + place as f64 * 0.754_877).fract();
        T::from_f64(low + (high - low) * part)
    };
    (0..domains.len()).map(|place| (0..points).map(|point| of(place, point)).collect()).collect()
}

/// The numbers with these bits, one slice for each operand. Operands behind the first are of about the
/// size of a common number, or any number at all.
fn with_bits(operands: usize, bits: impl Iterator<Item = u32> + Clone) -> Vec<Vec<f32>> {
    let of = |place: usize, bits: u32| match place {
        0 => f32::from_bits(bits),
        _ => {
            let mixed = bits.wrapping_add(place as u32).wrapping_mul(0x9e37_79b1);
            let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca6b);
            match mixed % 8 {
                0 => f32::from_bits(mixed.rotate_left(11)),
                1 => [0.0, -0.0, 1.0, -1.0, 2.0, 3.0, 0.5, f32::INFINITY, f32::NAN][mixed as usize / 8 % 9],
                _ => (mixed >> 8) as f32 / 1e6 - 8.0,
            }
        }
    };
    (0..operands).map(|place| bits.clone().map(|bits| of(place, bits)).collect()).collect()
}

/// Numbers at which something begins or ends.
const EDGES: [f32; 40] = [
    0.0,
    1e-45,
    1e-40,
    f32::MIN_POSITIVE,
    1e-30,
    1e-10,
    2.4e-4,
    0.25,
    0.499_999_97,
    0.5,
    0.75,
    0.999_999_94,
    1.0,
    1.000_000_1,
    1.25,
    1.5,
    2.0,
    2.5,
    3.0,
    3.999,
    4.0,
    8.5,
    10.0,
    14.0,
    17.0,
    18.1,
    38.5,
    64.0,
    87.4,
    88.8,
    89.5,
    103.9,
    104.1,
    128.0,
    3200.0,
    8388609.0,
    1e18,
    2e38,
    f32::MAX,
    f32::INFINITY,
];

/// How far a number is from the exact one, in units in the last place of numbers of that size.
fn ulps(own: f32, exact: f64) -> f64 {
    if own.is_nan() || exact.is_nan() {
        return if own.is_nan() && exact.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if f64::from(own) == exact {
        return if own == 0.0 && own.is_sign_negative() != exact.is_sign_negative() { f64::NAN } else { 0.0 };
    }
    // Infinity stands for all that are too large, and is as far from the last number as that from the one before.
    let next = 2.0_f64.powi(128);
    let (own, exact) = (f64::from(own).clamp(-next, next), exact.clamp(-next, next));
    let exponent = exact.abs().log2().floor().clamp(-126.0, 127.0);
    (own - exact).abs() / 2.0_f64.powf(exponent - 23.0)
}

/// The same for `f64`, where what is exact is only known as the nearest one.
fn ulps_between(own: f64, exact: f64) -> f64 {
    if own == exact || own.is_nan() && exact.is_nan() {
        0.0
    } else {
        (own - exact).abs() / (exact.abs().next_up() - exact.abs())
    }
}

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

            /// Inputs, one slice for each operand that is a number, and the operand that is not.
            struct Row<'a, T>(&'a [Vec<T>], i32);

            impl<T: Real> Kernel for Row<'_, T> {
                type Output = Vec<T>;

                #[inline(always)]
                fn run<S: Simd>(self) -> Vec<T> {
                    let Row(inputs, _n) = self;
                    let len = inputs[0].len();
                    let mut answers = vec![T::ZERO; len];
                    for at in (0..len).step_by(T::Lanes::<S>::LEN) {
                        let rest = len - at;
                        let _next = 1;
                        let $x = T::Lanes::<S>::load_up_to(&inputs[0], at, rest, T::ONE);
                        $(operand!(let $operand: $type = _next, _n, |next| T::Lanes::<S>::load_up_to(&inputs[next], at, rest, T::ONE));)*
                        T::Lanes::<S>::$name($x $(, $operand)*).store_up_to(&mut answers, at, rest);
                    }
                    answers
                }
            }

            fn scalar<T: Real>(inputs: &[Vec<T>], place: usize, _n: i32) -> T {
                let _next = 1;
                let $x = inputs[0][place];
                $(operand!(let $operand: $type = _next, _n, |next| inputs[next][place]);)*
                T::$name($x $(, $operand)*)
            }

            const OPERANDS: usize = 1 $(+ operand!(count $operand $type))*;
            const WITH_INTEGER: bool = false $(| operand!(is_int $type))*;

            fn domains() -> [(f64, f64); OPERANDS] {
                let all: &[(f64, f64)] = &[$($domain),*];
                all.try_into().unwrap_or([(-2.0, 2.0); OPERANDS])
            }

            /// Whether std would refuse the operands.
            fn refused(inputs: &[Vec<f32>], place: usize) -> bool {
                stringify!($name) == "clamp" && !(inputs[1][place] <= inputs[2][place])
            }

            /// The largest distance from what `f64` gives for the same numbers.
            fn farthest(set: InstructionSet, mut inputs: Vec<Vec<f32>>) -> f64 {
                for place in 0..inputs[0].len() {
                    if refused(&inputs, place) {
                        inputs.iter_mut().for_each(|input| input[place] = 1.0);
                    }
                }
                let own = set.run(Row(&inputs, 3));
                let wide: Vec<Vec<f64>> = inputs.iter().map(|input| input.iter().map(|&x| x.into()).collect()).collect();
                let mut farthest = 0.0;
                for (place, &own) in own.iter().enumerate() {
                    let exact = if WITH_INTEGER {
                        scalar(&inputs, place, 3).into()
                    } else {
                        exact!($name wide, place)
                    };
                    let far = ulps(own, exact);
                    let given: Vec<f32> = inputs.iter().map(|input| input[place]).collect();
                    assert!(far <= ULPS || std::env::var("SURVEY").is_ok() && far.is_finite(), "{set:?}: {own:e} for {given:?}, not {exact:e}: {far} ulps");
                    if far > farthest && far > 1.5 && std::env::var("SURVEY").is_ok() { eprintln!("ulps at {} {given:?} {own:e} {exact:e}", stringify!($name)); }
                    farthest = f64::max(farthest, far);
                }
                farthest
            }

            /// Over parts of all numbers, since all of them together take much memory.
            fn survey(set: InstructionSet, stride: usize) {
                let mut most = 0.0;
                for part in 0..256u32 {
                    let bits = (0..1 << 24).step_by(stride).map(move |bits| part << 24 | bits);
                    most = f64::max(most, farthest(set, with_bits(OPERANDS, bits)));
                }
                eprintln!("{:9} {most:.3} ulps on {set:?}", stringify!($name));
            }

            #[test]
            fn of_a_sample_of_all_numbers() {
                for set in InstructionSet::all() {
                    let edges = EDGES.map(f32::to_bits).into_iter().flat_map(|x| [x, x | 1 << 31]);
                    farthest(set, with_bits(OPERANDS, edges.chain([f32::NAN.to_bits()])));
                    survey(set, 8191);
                }
            }

            #[test]
            #[ignore = "all 2^32 numbers take minutes for each row, without optimisation hours"]
            fn of_all_numbers() {
                survey(InstructionSet::widest(), std::env::var("STRIDE").map_or(1, |stride| stride.parse().expect("a number")));
            }

            fn agree<T: Real>() {
                for n in [0, 1, 2, 3, 5, -1, -2] {
                    for len in [1, 3, 64, 75] {
                        let inputs = inside::<T>(&domains(), len);
                        let one = Row(&inputs, n).run::<Scalar>();
                        for set in InstructionSet::all() {
                            let own = set.run(Row(&inputs, n));
                            for (place, &own) in own.iter().enumerate() {
                                let exact = scalar(&inputs, place, n);
                                assert_eq!(one[place], exact, "one lane is a number");
                                // Both may be off by as much.
                                let far = (own.to_f64() - exact.to_f64()).abs() / exact.to_f64().abs().max(1e-300);
                                let least = 2.0 * ULPS * T::EPSILON.to_f64();
                                assert!(far <= least, "{set:?}: {own:e} for number {place}, not {exact:e}: {far:e}");
                            }
                        }
                    }
                }
            }

            #[test]
            fn as_numbers() {
                agree::<f32>();
                agree::<f64>();
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
        scalar(&$wide, $place, 3)
    };
}

macro_rules! operand {
    (let $operand:ident: real = $next:ident, $n:ident, |$place:ident| $value:expr) => {
        let $place = $next;
        let $operand = $value;
        let $next = $place + 1;
        let _ = $next;
    };
    (let $operand:ident: int = $next:ident, $n:ident, |$place:ident| $value:expr) => {
        let $operand = $n;
    };
    (count $operand:ident real) => {
        1
    };
    (count $operand:ident int) => {
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
