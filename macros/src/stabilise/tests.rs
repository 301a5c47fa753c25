//! Which spellings the rows fit, and which not.

use proc_macro2::TokenStream;
use quote::quote;

use super::REWRITES;
use crate::expand;
use crate::tests::pipeline_of;

/// The names of the rows that were applied to an expression in `x`, `y`, `z`: numbers, `v`, `w`: vectors, `m`: a
/// matrix, `n`: a count.
fn applied(body: &TokenStream) -> Vec<&'static str> {
    let (lowered, _) = pipeline_of(
        TokenStream::new(),
        quote! { fn f(x: f64, y: f64, z: f64, v: &Vector<f64>, w: &Vector<f64>, m: &Matrix<f64>, n: usize) -> f64 { #body } },
    );
    lowered.rewritten.iter().map(|rewrite| rewrite.name).collect()
}

fn all_apply(name: &str, spellings: &[TokenStream]) {
    let wrong = spellings.iter().filter_map(|spelling| {
        let applied = applied(spelling);
        (applied != [name]).then(|| format!("{applied:?} for {spelling}"))
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "not {name}, but {wrong:#?}");
}

#[test]
fn every_row_fits_its_own_example() {
    for row in REWRITES {
        let example: TokenStream = row.example.parse().expect("an example is Rust");
        assert_eq!(applied(&example), [row.name], "{}", row.example);
    }
}

#[test]
fn rows_fit_all_usual_spellings() {
    let spellings = [
        quote!((1.0 + x.exp()).ln()),
        quote!((x.exp() + 1.0).ln()),
        quote!(x.exp().ln_1p()),
        quote!((1.0 + (-x).exp()).ln()),
        quote!((1.0 + (x * y - z).exp()).ln()),
        quote! { let e = x.exp(); let d = 1.0 + e; d.ln() },
        quote!((1.0 + 1.0 / x.exp()).ln()),
        quote!((v.exp() + 1.0).ln().sum()),
        quote!(v.iter().map(|x| (1.0 + x.exp()).ln()).sum::<f64>()),
        quote!((1.0 + x.detach().exp()).ln() * x),
    ];
    all_apply("softplus", &spellings);
    all_apply(
        "reciprocal",
        &[
            quote!(1.0 / (1.0 + (-x).exp())),
            quote!((1.0 + (-x).exp()).recip()),
            quote!((1.0 + (-x).exp()).powi(-1)),
            quote!(1.0 / (x.exp() + 1.0)),
            quote!(y / (1.0 + (-z * (x - y)).exp())),
            quote!((1.0 / (1.0 + (-(v * w)).exp())).sum()),
        ],
    );
    all_apply(
        "logistic",
        &[quote!(x.exp() / (1.0 + x.exp())), quote! { let e = v.exp(); (&e / (&e + 1.0)).sum() }],
    );
    all_apply(
        "complement",
        &[quote!(1.0 - x.sigmoid()), quote!(-x.sigmoid() + 1.0), quote!(x.sigmoid() - 1.0)],
    );
    all_apply(
        "log_sigmoid",
        &[
            quote!(x.sigmoid().ln()),
            quote!((1.0 / (1.0 + (-x).exp())).ln()),
            quote! { let p = v.sigmoid(); (1.0 - p).ln().sum() },
            quote!((-x.sigmoid()).ln_1p()),
            quote! { let p = (1.0 + (-v).exp()).recip(); -(w * p.ln() + (1.0 - w) * (1.0 - p).ln()).mean() },
        ],
    );
    all_apply(
        "tanh_of_exponentials",
        &[
            quote!((x.exp() - (-x).exp()) / (x.exp() + (-x).exp())),
            quote!(((2.0 * x).exp() - 1.0) / ((2.0 * x).exp() + 1.0)),
            quote!((1.0 - (-2.0 * x).exp()) / (1.0 + (-2.0 * x).exp())),
            quote! { let e = (x + x).exp(); (e - 1.0) / (e + 1.0) },
            quote!(((x.exp() - (-x).exp()) / 2.0) / ((x.exp() + (-x).exp()) / 2.0)),
        ],
    );
    all_apply(
        "tanh_of_logistic",
        &[
            quote!(2.0 / (1.0 + (-2.0 * x).exp()) - 1.0),
            quote!(2.0 * x.sigmoid() - 1.0),
            quote!(1.0 - 2.0 / (1.0 + (2.0 * x).exp())),
        ],
    );
    all_apply("exp_m1", &[quote!(x.exp() - 1.0), quote!(1.0 - x.exp()), quote!(-1.0 + x.exp())]);
    all_apply("ln_1p", &[quote!((1.0 + x).ln()), quote!((x + 1.0).ln()), quote!((1.0 - x).ln())]);
    all_apply("absolute", &[quote!((x * x).sqrt()), quote!(x.powi(2).sqrt()), quote!(x.square().powf(0.5))]);
    all_apply(
        "length",
        &[
            quote!((x * x + y * y).sqrt()),
            quote!((x.powi(2) + y.powi(2) + z.powi(2)).sqrt()),
            quote!(v.square().sum().sqrt()),
            quote!(v.dot(v).sqrt()),
            quote!(v.iter().map(|x| x * x).sum::<f64>().sqrt()),
            quote!(((x - y).powi(2) / 2.0 + 3.0 * z * z).sqrt()),
            quote!(m.square().sum_axis(1).sqrt().sum()),
        ],
    );
    all_apply(
        "x_ln_x",
        &[quote!(x * x.ln()), quote!((v.ln() * v).sum()), quote! { let p = v; -(p * p.ln()).sum() }],
    );
}

#[test]
fn sums_of_exponentials_are_shifted() {
    all_apply(
        "logsumexp",
        &[
            quote!(v.exp().sum().ln()),
            quote!(v.iter().map(|x| x.exp()).sum::<f64>().ln()),
            quote!(v.iter().filter(|x| **x > 0.0).map(|x| (x * y).exp()).sum::<f64>().ln()),
            quote! { let mut s = 0.0; for x in v { s += x.exp(); } s.ln() },
            quote!(m.exp().sum_axis(1).ln().sum()),
            quote!(v.exp().mean().ln()),
        ],
    );
    all_apply(
        "logaddexp",
        &[
            quote!((1.0 + v.exp().sum()).ln()),
            quote!((x.exp() + y.exp()).ln()),
            quote!((1.0 + x.exp() + y.exp()).ln()),
        ],
    );
    all_apply(
        "softmax",
        &[
            quote! { let e = v.exp(); (&e / e.sum() * w).sum() },
            quote!((v.exp() / v.exp().sum()).max()),
            quote! { let e = v.exp(); let s = e.sum(); e.iter().map(|e| e / s).sum::<f64>() },
            quote! { let e = m.exp(); (e.t() / e.sum_axis(1)).t().max() },
            quote! { let e = m.exp(); (&e / e.sum_axis(0)).max() },
            quote!(x.exp() / (x.exp() + y.exp() + z.exp())),
            quote!(x.exp() / (1.0 + x.exp() + y.exp())),
        ],
    );
    all_apply(
        "log_softmax",
        &[
            quote! { let e = v.exp(); (&e / e.sum()).ln().sum() },
            quote!(v.softmax(0).ln().sum()),
            quote! { let e = m.exp(); (e.t() / e.sum_axis(1)).t().ln().sum() },
        ],
    );
}

#[test]
fn variances_are_about_the_mean() {
    all_apply(
        "variance",
        &[
            quote!(v.square().mean() - v.mean().square()),
            quote! { let mean = v.mean(); (v * v).mean() - mean * mean },
            quote!(v.square().sum() / v.len() as f64 - (v.sum() / v.len() as f64).powi(2)),
            quote!((m.square().mean_axis(0) - m.mean_axis(0).square()).sum()),
            quote!(m.square().mean() - m.mean().square()),
            quote! {
                let n = v.len() as f64;
                let mean = v.iter().sum::<f64>() / n;
                v.iter().map(|x| x * x).sum::<f64>() / n - mean * mean
            },
            quote! { let n = v.len() as f64; (v.square().sum() - v.sum().square() / n) / (n - 1.0) },
            quote! { let n = v.len() as f64; v.square().sum() - n * v.mean().square() },
        ],
    );
}

#[test]
fn near_misses_are_left_as_written() {
    let misses = [
        quote!((2.0 + x.exp()).ln()),
        quote!((1.0 + y * x.exp()).ln()),
        quote!(x.exp() / (2.0 + x.exp())),
        quote!(2.0 - x.sigmoid()),
        quote!((x.exp() - (-y).exp()) / (x.exp() + (-y).exp())),
        quote!((x.exp() - 2.0) / (x.exp() + 2.0)),
        quote!(x.sinh() / y.cosh()),
        quote!(x.exp() - 2.0),
        quote!((2.0 + x).ln()),
        quote!(x * y.ln()),
        quote!((x * y).sqrt()),
        quote!((x * x + 1.0).sqrt()),
        quote!((x * x + y).sqrt()),
        quote!((x * x - y * y).sqrt()),
        quote!(v.norm()),
        quote!(v.logsumexp(0)),
        quote!(v.softmax(0).dot(w)),
        quote!(v.log_softmax(0).dot(w)),
        quote! { let e = (m.t() - m.max_axis(1)).t().exp(); (e.t() / e.sum_axis(1)).t().max() },
        quote!((w * v.exp()).sum().ln()),
        quote!(if x > 0.0 { x * x.ln() } else { 0.0 }),
        quote!((1.0 + x.exp().detach()).ln() * x),
        quote!(v.square().mean() - w.mean().square()),
        quote!(v.square().sum() / n as f64 - (v.sum() / n as f64).square()),
        quote!(v.square().sum() / (v.len() as f64 - 1.0) - v.mean().square()),
        quote!(v.square().mean() - v.mean()),
        quote!(m.square().mean() - m.mean_axis(0).square().sum()),
    ];
    for miss in &misses {
        let applied = applied(miss);
        let allowed = applied.iter().all(|name| *name == "ln_1p" && miss.to_string().contains("1.0 +"));
        assert!(allowed, "{miss}: {applied:?}");
    }
}

#[test]
fn a_maximum_that_is_subtracted_is_seen() {
    for smallest in [quote!(f64::NEG_INFINITY), quote!(f64::MIN)] {
        let fold = quote! {
            let largest = v.iter().copied().fold(#smallest, f64::max);
            largest + v.iter().map(|v| (v - largest).exp()).sum::<f64>().ln()
        };
        assert!(applied(&fold).iter().all(|name| *name == "shifted"), "{fold}");
    }
}

#[test]
fn the_rustdoc_says_what_is_rewritten() {
    let function = quote! { fn f(x: f64) -> f64 { (1.0 + x.exp()).ln() } };
    let line = "- `ln(1 + e^x)` as `softplus(x)`";
    assert!(expand(TokenStream::new(), function.clone()).to_string().contains(line));
    assert!(!expand(quote!(as_written), function).to_string().contains(line));
}

#[test]
fn as_written_changes_nothing() {
    let (lowered, _) =
        pipeline_of(quote!(as_written), quote! { fn f(x: f64) -> f64 { (1.0 + x.exp()).ln() } });
    assert!(lowered.rewritten.is_empty());
}
