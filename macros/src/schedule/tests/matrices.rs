//! Losses of which a row has more than one sum, or which go over the rows more than once.

use quote::quote;

use super::{assert_shows, program};

#[test]
fn softmax_regression() {
    let program = program(
        quote!(wrt(w, b)),
        quote! {
            fn f(w: &Matrix<f64>, b: &Vector<f64>, x: &Matrix<f64>, labels: &[usize]) -> f64 {
                (x.matmul(w) + b).cross_entropy(labels)
            }
        },
    );
    assert_shows(
        &program,
        "
            d_b[..] = 0
            d_w[.., ..] = 0
            t = x.rows()
            t_2 = 1 / t
            t_3 = -t_2
            pass over i < x.rows()
                block: t_5, sum_2[w.cols()], largest, exp[w.cols()], sum, array[w.cols()], t_6[w.cols()]
                sums: sum_3, d_b[w.cols()], d_w[w.rows(), w.cols()]
                largest[i] = -inf
                sum[i] = 0
                sum_2[i, j] = product over k of w[k, j] * x[i, k]
                for j < w.cols()
                    rows
                        t_4 = sum_2[i, j] + b[j]
                        largest[i] = max(largest[i], t_4)
                        array[i, j] = t_4
                for j < w.cols()
                    rows
                        t_4 = sum_2[i, j] + b[j]
                        exp = exp(t_4 - largest[i])
                        keep exp[i, j]
                        sum[i] += exp
                rows
                    sum_3 += largest[i] + ln(sum[i]) - array[i, labels[i]]
                    t_5[i] = t_2 / sum[i]
                for j < w.cols()
                    rows
                        t_6 = (if j == labels[i] { t_3 } else { 0 }) + exp[i, j] * t_5[i]
                        keep t_6[i, j]
                        d_b[j] += t_6
                d_w[k, j] += product over i of x[i, k] * t_6[i, j]
            return sum_3 / t
        ",
    );
}

#[test]
fn two_layers() {
    let program = program(
        quote!(wrt(w1, b1, w2, b2)),
        quote! {
            fn f(
                w1: &Matrix<f64>,
                b1: &Vector<f64>,
                w2: &Matrix<f64>,
                b2: &Vector<f64>,
                x: &Matrix<f64>,
                labels: &[usize],
            ) -> f64 {
                let hidden = (x.matmul(w1) + b1).relu();
                (hidden.matmul(w2) + b2).cross_entropy(labels)
            }
        },
    );
    assert_shows(
        &program,
        "
            d_b2[..] = 0
            d_w2[.., ..] = 0
            d_b1[..] = 0
            d_w1[.., ..] = 0
            t = x.rows()
            t_2 = 1 / t
            t_3 = -t_2
            pass over i < x.rows()
                block: t_6, sum_2[w1.cols()], hidden[w1.cols()], sum_3[w2.cols()], largest, exp[w2.cols()], sum, array[w2.cols()], t_7[w2.cols()], d_hidden[w1.cols()], t_8[w1.cols()]
                sums: sum_4, d_b2[w2.cols()], d_w2[w1.cols(), w2.cols()], d_b1[w1.cols()], d_w1[w1.rows(), w1.cols()]
                largest[i] = -inf
                sum[i] = 0
                sum_2[i, j] = product over k of w1[k, j] * x[i, k]
                for j < w1.cols()
                    rows
                        t_4 = sum_2[i, j] + b1[j]
                        hidden = relu(t_4)
                        keep hidden[i, j]
                sum_3[i, l] = product over j of w2[j, l] * hidden[i, j]
                for l < w2.cols()
                    rows
                        t_5 = sum_3[i, l] + b2[l]
                        largest[i] = max(largest[i], t_5)
                        array[i, l] = t_5
                for l < w2.cols()
                    rows
                        t_5 = sum_3[i, l] + b2[l]
                        exp = exp(t_5 - largest[i])
                        keep exp[i, l]
                        sum[i] += exp
                rows
                    sum_4 += largest[i] + ln(sum[i]) - array[i, labels[i]]
                    t_6[i] = t_2 / sum[i]
                for l < w2.cols()
                    rows
                        t_7 = (if l == labels[i] { t_3 } else { 0 }) + exp[i, l] * t_6[i]
                        keep t_7[i, l]
                        d_b2[l] += t_7
                d_hidden[i, j] = product over l of w2[j, l] * t_7[i, l]
                d_w2[j, l] += product over i of hidden[i, j] * t_7[i, l]
                for j < w1.cols()
                    rows
                        t_4 = sum_2[i, j] + b1[j]
                        t_8 = d_hidden[i, j] * (if t_4 <= 0 { 0 } else { 1 })
                        keep t_8[i, j]
                        d_b1[j] += t_8
                d_w1[k, j] += product over i of x[i, k] * t_8[i, j]
            return sum_4 / t
        ",
    );
}

#[test]
fn softmax_over_the_rows() {
    let program = program(
        quote!(wrt(w)),
        quote! {
            fn f(w: &Vector<f64>, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
                (x.matmul(w).softmax(0) * y).sum()
            }
        },
    );
    assert_shows(
        &program,
        "
            stored: sum[x.rows()], exp[x.rows()]
            d_w[..] = 0
            pass over i < x.rows()
                sums: largest
                stores: sum[x.rows()]
                sum[i] = product over j of w[j] * x[i, j]
                rows
                    largest = max(largest, sum[i])
            pass over i < x.rows()
                sums: sum_2, sum_3
                stores: exp[x.rows()]
                rows
                    exp = exp(sum[i] - largest)
                    keep exp[i]
                    sum_2 += exp
                    sum_3 += y[i] * exp
            t = 1 / sum_2
            t_2 = sum_3 / (sum_2 * sum_2)
            pass over i < x.rows()
                lanes: t_3
                sums: d_w[w.len()]
                rows
                    t_3[i] = exp[i] * (y[i] * t - t_2)
                d_w[j] += product over i of x[i, j] * t_3[i]
            return sum_3 / sum_2
        ",
    );
}

#[test]
fn matrix_factorisation() {
    let program = program(
        quote!(wrt(a, b)),
        quote! {
            fn f(a: &Matrix<f64>, b: &Matrix<f64>, c: &Matrix<f64>) -> f64 {
                (a.matmul(b) - c).square().mean()
            }
        },
    );
    assert_shows(
        &program,
        "
            d_b[.., ..] = 0
            t = a.rows() * b.cols()
            pass over i < a.rows()
                block: sum[b.cols()], t_2[b.cols()], sum_3[a.cols()]
                sums: sum_2, d_b[a.cols(), b.cols()]
                stores: d_a[a.rows(), a.cols()]
                sum[i, j] = product over k of a[i, k] * b[k, j]
                for j < b.cols()
                    rows
                        t_2 = sum[i, j] - c[i, j]
                        keep t_2[i, j]
                        sum_2 += square(t_2)
                sum_3[i, k] = product over j of b[k, j] * t_2[i, j]
                d_b[k, j] += product over i of a[i, k] * t_2[i, j]
                for k < a.cols()
                    rows
                        d_a[i, k] = 2 * sum_3[i, k] / t
            for j < b.cols()
                for k < a.cols()
                    d_b[k, j] = 2 * d_b[k, j] / t
            return sum_2 / t
        ",
    );
}

/// The elements of `terms` are made in a loop of their own, and the inner loops are shorter than those around.
#[test]
fn triangles() {
    let program = program(
        quote!(wrt(l)),
        quote! {
            fn f(l: &Matrix<f64>, x: &Matrix<f64>) -> f64 {
                let mut total = 0.0;
                for i in 0..x.rows() {
                    let mut terms = vec![0.0; x.cols()];
                    for r in 0..x.cols() {
                        terms[r] = x[[i, r]];
                        for c in 0..r {
                            terms[r] += l[[r, c]] * x[[i, c]];
                        }
                    }
                    for r in 0..x.cols() {
                        total += terms[r].exp();
                    }
                }
                total
            }
        },
    );
    assert_shows(
        &program,
        "
            stored: sum[x.cols(), x.cols()]
            sum[.., ..] = 0
            d_l[.., ..] = 0
            pass over i < x.rows()
                block: exp, sum_3, sum_2
                sums: total, sum[x.cols(), x.cols()]
                sum_2[i] = 0
                for j < x.cols()
                    sum_3[i] = 0
                    for k < j
                        rows
                            sum_3[i] += l[j, k] * x[i, k]
                    rows
                        exp[i] = exp(x[i, j] + sum_3[i])
                        sum_2[i] += exp[i]
                    for k < j
                        rows
                            sum[j, k] += x[i, k] * exp[i]
                rows
                    total += sum_2[i]
            for j < x.cols()
                for k < j
                    d_l[j, k] += sum[j, k]
            return total
        ",
    );
}
