//! Functions whose types are right by their making, so that the passes behind the errors see all they can.

use proc_macro2::TokenStream;

use super::random::Rng;

/// What stands for an expression of a kind: `$s` is a number, `$v` a vector, `$m` a matrix, and `$i` an
/// index. The first few of each are leaves.
#[rustfmt::skip]
const SCALARS: &[&str] = &[
    "x", "y", "1.0", "0.0", "-0.5", "2.0", "v[0]", "m[[0, 1]]", "SCALE", "n as f64", "$s + $s", "$s - $s",
    "$s * $s", "$s / $s", "$s % $s", "-$s", "$s.sin()", "$s.exp()", "$s.sqrt()", "$s.powi(3)",
    "$s.powi(n as i32)", "$s.powf($s)", "$s.tanh()", "$s.abs()", "$s.max($s)", "$s.hypot($s)",
    "$s.detach()", "$s.clamp(-1.0, $s)", "$v.sum()", "$v.mean()", "$v.max()", "$v.min()", "$v.prod()",
    "$v.norm()", "$v.dot($v)", "$v.mse_loss($v)", "$v.logsumexp(0)", "$v[$i]", "$m.sum()", "$m.mean()",
    "$m.max()", "$m[[$i, $i]]", "$m.cross_entropy(labels)", "{ let s = $s; s * s }",
    "if $s < $s { $s } else { $s }", "if n == $i { return $s } else { $s }",
    "match n { 0 => $s, 1 | 2 => $s, _ => $s }", "{ let mut s = $s; s += $s; if s > 1.0 { s = $s; } s }",
    "{ let mut s = $s; for i in 0..n { s += v[i] * $s; } s }",
    "{ let mut s = 1.0; for (i, a) in v.iter().zip(u).enumerate() { if a.0 > a.1 { s *= $v[i]; } s = s.max($s); } s }",
    "v.iter().map(|a| a * $s).sum::<f64>()", "{ let mut s = $s; for i in 1..$i { s = v[i - 1] * $s; } s }",
    "u.data().windows(2).map(|w| w[0] / w[1] + $s).product::<f64>()",
    "(0..m.rows()).map(|i| m[i].sum() * $s).sum::<f64>()",
    "v.iter().filter(|a| **a > $s).fold($s, |a, b| a + b * $s)",
    "{ let mut a = $v; for k in 0..3 { a += $v * k as f64; } a.sum() }",
];
#[rustfmt::skip]
const VECTORS: &[&str] = &[
    "v", "u", "v", "m[0]", "Vector::zeros([n])", "$v + $v", "$v - $v", "$v * $v", "$v / $v", "$v * $s",
    "$s - $v", "-$v", "$v.exp()", "$v.square()", "$v.relu()", "$v.atan2($v)", "$v.powf($s)",
    "$v.maximum($s)", "$v.softmax(0)", "$v.log_softmax(0)", "$m.matmul($v)", "$v.matmul($m)",
    "$m.sum_axis(0)", "$m.mean_axis(1)", "$m.max_axis(0)", "$m.logsumexp(1)", "$m[$i]",
    "$v.select_rows(labels)", "[$s, $s, $s]", "$m.t().min_axis(1)", "if $s >= $s { $v } else { $v }",
];
#[rustfmt::skip]
const MATRICES: &[&str] = &[
    "m", "k", "m", "Matrix::eye(n)", "$m + $m", "$m * $m", "$m - $v", "$m / $s", "-$m", "$m.sigmoid()",
    "$m.ln()", "$m.t()", "$m.matmul($m)", "$v.outer($v)", "$m.softmax(1)", "$m.softmax(0)",
    "$v.insert_axis(0, $v.len())", "$m.select_rows(labels)",
    "$m.insert_axis(0, 2).matmul($m.insert_axis(0, 2)).sum_axis(0)",
];
#[rustfmt::skip]
const INDICES: &[&str] = &[
    "0", "n", "labels[0]", "labels[n]", "v.len() - 1", "n + $i",
];

/// An expression from templates, of which the first `leaves` have no parts.
fn expression(rng: &mut Rng, kind: char, depth: usize, names: &[(char, String)]) -> String {
    let known: Vec<&str> =
        names.iter().filter(|(known, _)| *known == kind).map(|(_, name)| name.as_str()).collect();
    if !known.is_empty() && rng.one_in(3) {
        return rng.pick(&known).to_owned();
    }
    let templates: &[&str] = match kind {
        's' => SCALARS,
        'v' => VECTORS,
        'm' => MATRICES,
        _ => INDICES,
    };
    let leaves = templates.iter().take_while(|template| !template.contains('$')).count();
    let template = if depth == 0 { rng.pick(&templates[..leaves]) } else { rng.pick(templates) };
    let mut parts = template.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (kind, rest) = part.split_at(1);
        let kind = kind.chars().next().unwrap_or_default();
        text += &format!("({}){rest}", expression(rng, kind, depth.saturating_sub(1), names));
    }
    text
}

/// A function of numbers, vectors and matrices.
pub(super) fn function(rng: &mut Rng) -> TokenStream {
    let mut names: Vec<(char, String)> = Vec::new();
    let mut text = String::from(
        "fn f(x: f64, y: f64, v: &Vector<f64>, u: &Vector<f64>, m: &Matrix<f64>, k: &Matrix<f64>, n: usize, labels: &[usize]) -> f64 {",
    );
    for place in 0..rng.below(8) {
        let kind = ['s', 'v', 'm'][rng.below(3)];
        let depth = rng.below(4);
        let value = expression(rng, kind, depth, &names);
        let name = format!("t{place}");
        text += &format!("let {name} = {value};");
        names.push((kind, name));
    }
    text += &expression(rng, 's', 3, &names);
    text += "}";
    text.parse().expect("the templates are tokens")
}
