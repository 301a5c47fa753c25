//! What random input is made of.

#[rustfmt::skip]
pub(super) const WORDS: &[&str] = &[
    "x", "y", "w", "n", "i", "sum", "grad", "value", "Params", "FORMULA", "gradus", "wrt", "T", "N", "Self",
    "r#type", "r#x", "_x", "été", "union", "_", "self", "super", "crate", "fn", "mod", "let", "mut", "if",
    "else", "match", "for", "in", "while", "loop", "return", "break", "move", "unsafe", "async", "await",
    "const", "static", "struct", "impl", "trait", "where", "pub", "ref", "dyn", "as", "true", "use",
    "extern", "differentiable", "macro_rules", "continue", "derivative", "of", "jacobian", "vjp", "vec",
    "no_grad",
];

#[rustfmt::skip]
pub(super) const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "!", "&", "|", "^", "<<", ">>",
    "=", "+=", "-=", "*=", "..", "..=", "->", "=>", "::", ":", ";", ",", ".", "?", "@", "#", "$", "~",
];

#[rustfmt::skip]
pub(super) const LITERALS: &[&str] = &[
    "0", "1", "2", "3", "0.0", "1.0", "0.5", "-1", "-1.0", "1e308", "1e400", "1e-320", "1_0.5_0", "2f64",
    "1.0_f32", "3usize", "7u8", "0x1f", "9223372036854775807", "18446744073709551616", "1i128", "2.0f16",
    "1.0foo", "'a'", "b'a'", "\"text\"", "b\"bytes\"", "c\"c\"", "r#\"raw\"#", "true", "1.", "'label",
];

#[rustfmt::skip]
pub(super) const TYPES: &[&str] = &[
    "f32", "f64", "T", "usize", "i32", "u8", "bool", "str", "()", "!", "_", "&Vector", "&Vector<f64>",
    "Vector<f64>", "&Matrix", "&Matrix<f64>", "&Tensor<f64, 1>", "&Tensor<f32, 3>", "&Tensor<f64, 4>",
    "&Tensor<f64, 5>", "&Tensor<f64, 0>", "&[f64]", "&[usize]", "&[[f64; 2]; 2]", "[f64; 3]", "[f64; 0]",
    "[[f32; 2]; 300]", "[f64; N]", "[f64; N + 1]", "[f64; { 3 }]", "&[bool]", "&[Vector]", "&mut f64",
    "Option<f64>", "(f64, f64)", "Linear", "&Linear", "LinearRegression", "&Network", "Dense", "impl Real",
    "fn(f64) -> f64", "Vec<f64>", "f64::Foo<[u8; 2]>", "<T as Real>::Item", "&'static [f64]",
    "Vector<Vector>", "Vector<usize>", "(f64, Vec<f64>)", "(f64, (f64, [f64; 2]))", "[[f64; 2]; 3]", "(f64,)",
    "Matrix<f64>", "&Vec<f64>", "Self", "State",
];

/// Method calls; `__` stands for a name of the function.
#[rustfmt::skip]
pub(super) const METHODS: &[&str] = &[
    ".sum()", ".mean()", ".max()", ".min()", ".prod()", ".norm()", ".t()", ".len()", ".rows()", ".cols()",
    ".clone()", ".sum_axis(0)", ".mean_axis(1)", ".max_axis(0)", ".min_axis(2)", ".prod_axis(0)",
    ".softmax(0)", ".log_softmax(1)", ".logsumexp(0)", ".insert_axis(0, 2)", ".insert_axis(1, __.len())",
    ".insert_axis(2, __)", ".matmul(__)", ".dot(__)", ".outer(__)", ".mse_loss(__)", ".huber_loss(__, 1.0)",
    ".cross_entropy(__)", ".binary_cross_entropy_with_logits(__)", ".select_rows(__)", ".exp()", ".ln()",
    ".sqrt()", ".abs()", ".powi(2)", ".powi(-3)", ".powi(__)", ".powf(0.5)", ".powf(__)", ".sigmoid()",
    ".relu()", ".clamp(__, 1.0)", ".clamp(2.0, 1.0)", ".clamp(-1.0, 1.0)", ".max(__)", ".min(__)",
    ".maximum(__)", ".atan2(__)", ".hypot(__)", ".mul_add(__, __)", ".detach()", ".floor()", ".signum()",
    ".forward(__)", ".weight", ".bias", ".0", ".1", "[0]", "[__]", "[[0, 1]]", "[[__, __]]", "[-1]",
    "[1.0]", " as f64", " as f32", " as usize", " as i32", " as bool", ".map(|v| v * 2.0)", "?", ".await",
    "()", "(__)", " + __", " - __", " * __", " / __", " % 2.0", " == __", " < 1.0", " && __", "..",
    ".sum::<f64>()", ".iter()", ".iter().sum::<f64>()", ".iter().count()", ".into_iter().copied()",
    ".windows(2)", ".windows(0)", ".chunks_exact(0)", ".chunks_exact(2)", ".windows(__)", ".zip(__)",
    ".enumerate()", ".rev()", ".skip(1)", ".skip(__)", ".take(2)", ".step_by(0)", ".step_by(3)",
    ".filter(|v| **v > __)", ".map(f64::exp)", ".map(|(a, b)| a * b)", ".fold(0.0, |a, b| a + b)",
    ".fold(__, f64::max)", ".product::<f64>()", ".count()", ".data()", ".get(0)", ".pow(2)",
    ".pow(__)", ".abs_diff(__)", ".as_slice()", ".to_vec()", ".iter_mut()", ".swap(0, __)", ".fill(__)",
    ".copy_from_slice(&__)", "[1..]", "[..__]", "[__..__]", "[0..=1]", "[..]", ".filter(|v| **v < 1.0)",
];

/// Statements; `__` stands for a name of the function.
#[rustfmt::skip]
pub(super) const STATEMENTS: &[&str] = &[
    "let x = __;", "let __ = __;", "let y = __ * __;", "let (x, y) = __;", "let (x, y) = (__, __);",
    "let x: f64 = __;", "let x: f32 = __ + 1;", "let mut x = __;", "x = __;", "x += __;", "let x;",
    "let _ = __;", "let x = [__, __];", "let x = [__; 3];", "let x = [__; 0];", "let x = [];",
    "let x = [[__, 1.0], [2.0, __]];", "const C: f64 = 2.0;", "const N: usize = 3;",
    "let x = Vector::zeros([__]);", "let x = Vector::zeros([]);", "let x = Tensor::full([2, 3, 4], __);",
    "let x = Matrix::eye(__);", "let x = Vector::from(__);", "let x = Tensor::zeros([1, 1, 1, 1, 1]);",
    "let x = __.t();", "let x = __.insert_axis(0, __.len());", "let x = __.insert_axis(0, 0);",
    "let x = &__;", "let x = *__;", "let x = -__;", "let x = !__;",
    "let x = if __ > 0.0 { __ } else { 1.0 };", "for i in 0..3 { let x = __; }",
    "for i in 0..__ { x += __[i]; }", "while __ < 3.0 { x = __; }", "let x = match __ { _ => 1.0 };",
    "return __;", "__;", "let f = |v: f64| v * __;", "let x: f64 = __(__);", "let x = __(__);",
    "assert!(__ > 0.0);", "fn inner() {}", "use std::f64;", "let x = 1 + 2 * 3;", "let x = 1.0 / 0.0;",
    "let x = 0.0 * __;", "let x = __ - __;", "let x = ();", "let x = 'a: { __ };",
    "let x = std::f64::consts::PI;", "let x = Self::new(__);", "let x = <f64 as Real>::one();",
    "let x = f64::max(__, __);", "let x = f64::sin(__);", "let x = T::from_f64(__);",
    "let x = 1.0_f64.clamp(2.0, 1.0);", "let Some(x) = __ else { return 0.0 };",
    "for i in 0..__ { __ += __[i]; }", "for i in (0..3).rev() { __ *= __; }",
    "for __ in __ { __ = __.max(__); }", "for i in -9223372036854775807..__ { __ -= __; }",
    "for (i, v) in __.iter().enumerate() { __ += v * __; }",
    "for i in 0..3 { for j in 0..i { __ += __; } }",
    "for i in 0..__ { let x = Vector::zeros([__]); __ += x[i]; }",
    "let mut x = 0.0; for i in 0..3 { x = x * __ + __; }",
    "let mut n = 1; for i in 0..4 { n += 1; __ += __[n]; }",
    "let mut x = __; if __ { x = __; } else { return x; }", "let x: f64 = __.iter().map(|v| v * __).sum();",
    "let x = __.iter().fold(__, |a, b| a * b + __);", "if __ > 1.0 { __ = __; }", "__ = [__; 3];",
    "__[0] = __;", "__ -= 1.0;",
    "let x = match __ { 0 => __, 1 | 2 if __ > 0.0 => 2.0, n @ 3..=5 => __, _ => __ };", "loop { break; }",
    "let x = no_grad(__);", "let x: f64 = outside(__, no_grad(__));", "let x: usize = outside(&__, 1);",
    "let x: f64 = outside([__, __], &[1.0, 2.0]);", "let x = outside(__) as f64;", "let x = __ & __ | 1 << __;",
    "let x = !__ ^ __ >> 2;", "x |= __;", "x <<= __;", "for i in 0..outside(__) { __ += inside::f(__, i); }",
    "let n: usize = outside(&[1, 2]); for i in 0..n { __ += 1.0; }", "let x = self::scalars(__, __);",
    "let mut x = vec![__; 3];", "let mut x = vec![__, 1.0];", "let x = vec![];", "let mut x = __.to_vec();",
    "__[__] *= __;", "__[[0, __]] += __;", "__[__][0] = __;", "__.swap(__, 1);", "__.fill(__);",
    "__.copy_from_slice(&__);", "__[1..].copy_from_slice(&__[..2]);", "let x = &__[1..__];",
    "for v in __.iter_mut() { *v *= __; }", "for v in &mut __ { *v = __; }",
    "for (v, u) in __.iter_mut().zip(__) { *v += u * __; }", "while __ < 3.0 { __ = __ * 2.0 + __; }",
    "let x = loop { __ += 1.0; if __ > 3.0 { break __; } };", "break;", "continue;", "break __;",
    "'a: for i in 0..3 { for j in 0..i { if __ > 1.0 { break 'a; } else { continue 'a; } } }",
    "'a: loop { while __ > 0.0 { break 'a; } }", "for v in __ { if *v < 0.0 { return __; } __ = __ * v; }",
    "return (__, __);", "(__, [__, __])", "__.0 = __;", "let x = Self { angle: __, ..*__ };",
    "for i in 0.. { __ += 1.0; }", "debug_assert_eq!(__, 1);",
];
