//! What the schedule makes of typical losses, word for word: what is a pass over the data, and what is stored.

mod matrices;

use proc_macro2::TokenStream;
use quote::quote;

use super::schedule;
use crate::simplify;
use crate::tests::pipeline_of;

/// How far the lines of programs stand from the margin in these files.
const INDENT: &str = "            ";

/// The program of the value and the gradients.
fn program(options: TokenStream, item: TokenStream) -> String {
    let (lowered, roots) = pipeline_of(options, item);
    let roots = simplify::with_reciprocals(&lowered.graph, &roots);
    let program = schedule(&lowered, &roots, 1).expect("its loops have an order");
    program.print(&lowered)
}

/// Asserts that the program is the expected one, without the indent of that.
fn assert_shows(program: &str, expected: &str) {
    let lines = expected.lines().map(|line| line.strip_prefix(INDENT).unwrap_or_default());
    let expected: String = lines.filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect();
    assert!(program == expected, "the program is\n{program}\nand should be\n{expected}");
}

#[test]
fn linear_regression() {
    let program = program(
        quote!(wrt(w, b)),
        quote! {
            fn f(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
                (x.matmul(w) + b - y).square().mean()
            }
        },
    );
    assert_shows(
        &program,
        "
            d_w[..] = 0
            pass over i < x.rows()
                lanes: t, sum
                sums: sum_2, sum_3, d_w[w.len()]
                sum[i] = product over j of w[j] * x[i, j]
                rows
                    t[i] = sum[i] + b - y[i]
                    sum_2 += square(t[i])
                    sum_3 += t[i]
                d_w[j] += product over i of x[i, j] * t[i]
            t_2 = x.rows()
            for j < w.len()
                d_w[j] = 2 * d_w[j] / t_2
            grad.b = 2 * sum_3 / t_2
            return sum_2 / t_2
        ",
    );
}

#[test]
fn logistic_regression() {
    let program = program(
        quote!(wrt(w, b)),
        quote! {
            fn f(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
                (x.matmul(w) + b).binary_cross_entropy_with_logits(y)
            }
        },
    );
    assert_shows(
        &program,
        "
            d_w[..] = 0
            pass over i < x.rows()
                lanes: t_2, sum
                sums: sum_2, sum_3, d_w[w.len()]
                sum[i] = product over j of w[j] * x[i, j]
                rows
                    t = sum[i] + b
                    sum_2 += softplus(t) - y[i] * t
                    t_2[i] = sigmoid(t) - y[i]
                    sum_3 += t_2[i]
                d_w[j] += product over i of x[i, j] * t_2[i]
            t_3 = x.rows()
            for j < w.len()
                d_w[j] = d_w[j] / t_3
            grad.b = sum_3 / t_3
            return sum_2 / t_3
        ",
    );
}

#[test]
fn huber_regression() {
    let program = program(
        quote!(wrt(w, b)),
        quote! {
            fn f(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>) -> f64 {
                (x.matmul(w) + b).huber_loss(y, 1.0)
            }
        },
    );
    assert_shows(
        &program,
        "
            d_w[..] = 0
            t = x.rows()
            t_2 = 0.5 / t
            pass over i < x.rows()
                lanes: t_5, sum
                sums: sum_2, d_b, d_w[w.len()]
                sum[i] = product over j of w[j] * x[i, j]
                rows
                    t_3 = sum[i] + b - y[i]
                    abs = abs(t_3)
                    t_4 = abs <= 1
                    sum_2 += if t_4 { 0.5 * square(t_3) } else { abs - 0.5 }
                    t_5[i] = if t_4 { 2 * (t_3 * t_2) } else { (if t_3 == 0 { 0 } else { signum(t_3) }) / t }
                    d_b += t_5[i]
                d_w[j] += product over i of x[i, j] * t_5[i]
            grad.b = d_b
            return sum_2 / t
        ",
    );
}

#[test]
fn ridge_regression() {
    let program = program(
        quote!(wrt(w, b)),
        quote! {
            fn f(w: &Vector<f64>, b: f64, x: &Matrix<f64>, y: &Vector<f64>, lambda: f64) -> f64 {
                (x.matmul(w) + b).mse_loss(y) + lambda * w.square().sum()
            }
        },
    );
    assert_shows(
        &program,
        "
            d_w[..] = 0
            pass over i < x.rows()
                lanes: t, sum
                sums: sum_2, sum_3, d_w[w.len()]
                sum[i] = product over j of w[j] * x[i, j]
                rows
                    t[i] = sum[i] + b - y[i]
                    sum_2 += square(t[i])
                    sum_3 += t[i]
                d_w[j] += product over i of x[i, j] * t[i]
            t_2 = x.rows()
            pass over j < w.len()
                sums: sum_4
                stores: d_w[w.len()]
                rows
                    sum_4 += square(w[j])
                    d_w[j] = 2 * (w[j] * lambda) + 2 * d_w[j] / t_2
            grad.b = 2 * sum_3 / t_2
            return sum_2 / t_2 + lambda * sum_4
        ",
    );
}

#[test]
fn functions_of_each_element() {
    let program = program(
        quote!(wrt(w, b)),
        quote! {
            fn f(w: f64, b: f64, x: &Vector<f64>) -> f64 {
                ((x * w + b).tanh().softplus() + x.sigmoid()).mean()
            }
        },
    );
    assert_shows(
        &program,
        "
            pass over i < x.len()
                sums: sum, sum_2, sum_3
                rows
                    tanh = tanh(w * x[i] + b)
                    sum += softplus(tanh) + sigmoid(x[i])
                    sigmoid = sigmoid(tanh)
                    t = 1 - square(tanh)
                    sum_2 += sigmoid * t
                    sum_3 += t * (x[i] * sigmoid)
            t_2 = x.len()
            grad.w = sum_3 / t_2
            grad.b = sum_2 / t_2
            return sum / t_2
        ",
    );
}

#[test]
fn a_recurrence() {
    let program = program(
        quote!(wrt(w)),
        quote! {
            fn f(w: f64, x: &[f64]) -> f64 {
                let mut y = 0.0_f64;
                for v in x {
                    y = (w * y + v).tanh();
                }
                y * y
            }
        },
    );
    assert_shows(
        &program,
        "
            stored: y[x.len()], y_2[x.len()]
            d_w = 0
            y = 0
            for i < x.len() in order
                keep y[i]
                y_2 = tanh(w * y + x[i])
                keep y_2[i]
                y = y_2
            d_y = y + y
            for i < x.len() in the opposite order
                t = d_y * (1 - square(y_2[i]))
                d_w += y[i] * t
                d_y = w * t
            grad.w = d_w
            return y * y
        ",
    );
}

#[test]
fn the_logarithm_of_a_sum_of_exponentials() {
    let program = program(
        quote!(),
        quote! {
            fn f(x: &Vector<f64>) -> f64 { x.logsumexp(0) }
        },
    );
    assert_shows(
        &program,
        "
            pass over i < x.len()
                sums: largest
                rows
                    largest = max(largest, x[i])
            pass over i < x.len()
                sums: sum
                stores: d_x[x.len()]
                rows
                    d_x = exp(x[i] - largest)
                    keep d_x[i]
                    sum += d_x
            t = 1 / sum
            for i < x.len()
                d_x[i] = d_x[i] * t
            return largest + ln(sum)
        ",
    );
}

#[test]
fn a_loop_whose_turns_are_asked_for_on_one_side() {
    let program = program(
        quote!(wrt(x)),
        quote! {
            fn f(x: &[f64], on: bool) -> f64 {
                if !on {
                    return 0.0;
                }
                let (mut sum, mut sign) = (0.0, 1.0);
                for x in x {
                    sum += sign * x;
                    sign = -sign;
                }
                sum
            }
        },
    );
    assert_shows(
        &program,
        "
            sum = 0
            d_x[..] = 0
            t = !on
            if !t
                sign = 1
                for i < x.len() in order
                    sum += x[i] * sign
                    d_x[i] += sign
                    sign = -sign
            return if t { 0 } else { sum }
        ",
    );
}

#[test]
fn elements_are_read_where_they_are_used() {
    let (lowered, roots) = pipeline_of(
        quote!(wrt(x)),
        quote! {
            fn f(x: &[f64], steps: usize) -> f64 {
                let mut y = vec![0.0; x.len()];
                for _ in 0..steps {
                    let (mut first, mut second) = (vec![0.0; x.len()], vec![0.0; x.len()]);
                    let mut third = vec![0.0; x.len()];
                    for i in 1..x.len() {
                        first[i] = x[i] * y[i - 1];
                    }
                    for i in 1..x.len() {
                        second[i] = x[i] * first[i - 1];
                    }
                    for i in 1..x.len() {
                        third[i] = x[i] * second[i - 1];
                    }
                    for i in 0..y.len() {
                        y[i] += first[i] + 2.0 * second[i] + third[i];
                    }
                }
                y[x.len() - 1]
            }
        },
    );
    let program = schedule(&lowered, &roots[..1], 1).expect("its loops have an order");
    let program = program.print(&lowered);
    assert!(!program.contains("keep"), "{program}");
}

/// Of what is left of an array that a loop sets all but one element of, only that one has a derivative.
#[test]
fn the_element_that_loops_leave_is_added_up_alone() {
    let program = program(
        quote!(wrt(x)),
        quote! {
            fn f(x: &[f64], steps: usize) -> f64 {
                let mut y = vec![0.0; x.len()];
                for _ in 0..steps {
                    let mut next = vec![0.0; x.len()];
                    next[0] = x[0];
                    for i in 1..x.len() {
                        next[i] = x[i] * y[i - 1];
                    }
                    for i in 0..y.len() {
                        y[i] += next[i];
                    }
                }
                y.iter().sum()
            }
        },
    );
    assert!(program.contains("sum_3 += t_6") && program.contains("d_x[0] += sum_3"), "{program}");
    assert!(!program.contains("d_next[i_2] = 0"), "{program}");
}
