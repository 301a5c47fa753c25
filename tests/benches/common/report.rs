//! The lines that are printed.

/// The name, the time of ours, of each peer and how many times ours it is, and the part of the limit that
/// ours reaches. Where arithmetic is the work, its speed stands beside the times.
pub(crate) fn line(name: &str, times: &[(&str, f64)], limit: f64, flops: f64) -> String {
    let shown = |seconds: f64| match flops {
        0.0 => duration(seconds),
        flops => format!("{} {:.1} GFLOP/s", duration(seconds), flops / seconds * 1e-9),
    };
    let mut parts = Vec::new();
    let ours = times.first().map_or(f64::NAN, |&(_, seconds)| seconds);
    for (place, &(who, seconds)) in times.iter().enumerate() {
        let ratio = if place == 0 { String::new() } else { format!(" ({:.2})", seconds / ours) };
        parts.push(format!("{who} {}{ratio}", shown(seconds)));
    }
    if limit > 0.0 {
        parts.push(format!("limit {}, reached {:.0} %", shown(limit), 100.0 * limit / ours));
    }
    format!("{name:<24} {}", parts.join(" | "))
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{:.2} ns", s * 1e9),
        s if s < 1e-3 => format!("{:.2} us", s * 1e6),
        s => format!("{:.2} ms", s * 1e3),
    }
}

pub(crate) fn spaced(numbers: &[f64]) -> String {
    numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(" ")
}
