//! Comparison of printed text with reference numbers.

/// The order in which float32 sums are taken may differ from PyTorch's.
pub(crate) const RELATIVE: f64 = 1e-5;
pub(crate) const ABSOLUTE: f64 = 1e-6;

/// The numbers in a text, and the text without them and without space.
fn split(text: &str) -> (Vec<&str>, String) {
    let digit = |c: char| c.is_ascii_digit();
    let (mut numbers, mut words, mut rest) = (Vec::new(), String::new(), text);
    while let Some(first) = rest.chars().next() {
        let unsigned = rest.strip_prefix('-').unwrap_or(rest);
        if unsigned.starts_with(digit) {
            let end = unsigned.find(|c| !digit(c) && c != '.').unwrap_or(unsigned.len());
            let (number, after) = rest.split_at(rest.len() - unsigned.len() + end);
            numbers.push(number);
            words.push('#');
            rest = after;
        } else {
            words.extend((!first.is_whitespace()).then_some(first));
            rest = &rest[first.len_utf8()..];
        }
    }
    (numbers, words)
}

/// Every printed number is that of the reference, whose text has them in full.
pub(crate) fn assert_prints(printed: &str, expected: &str) {
    let (numbers, words) = split(printed);
    let (references, expected_words) = split(expected);
    assert_eq!(words, expected_words, "{printed}");
    for (text, reference) in numbers.into_iter().zip(references) {
        let (number, reference): (f64, f64) =
            (text.parse().expect(text), reference.parse().expect(reference));
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let unit = 0.1_f64.powi(decimals as i32);
        let tolerance = ABSOLUTE.max(RELATIVE * reference.abs());
        assert!(
            (number - reference).abs() <= tolerance + unit / 2.0,
            "{text} is not {reference} within {tolerance:e}"
        );
        // One unit in the last printed place, or where there are as many digits as float32 has: its own
        // last place, once for the number and once for its rounding to decimal.
        let last_place = unit.max(2.0 * f64::from(f32::EPSILON) * reference.abs());
        let rounded: f64 = format!("{reference:.decimals$}").parse().expect("a number");
        assert!((number - rounded).abs() <= last_place * (1.0 + 1e-6), "{text} is printed for {reference}");
    }
}
