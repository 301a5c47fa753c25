//! A curve and points on it, drawn with characters.

const WIDTH: usize = 61;
const HEIGHT: usize = 13;
const LEFT: f32 = -0.2;
const RIGHT: f32 = 2.2;

/// The graph of a convex `f` that is nowhere negative, with the first points of `path` on it as
/// digits; where several meet, the earliest shows.
pub(crate) fn picture(f: impl Fn(f32) -> f32, path: &[f32]) -> String {
    let at = |column: usize| LEFT + (RIGHT - LEFT) * column as f32 / (WIDTH - 1) as f32;
    let column = |x: f32| ((x - LEFT) / (RIGHT - LEFT) * (WIDTH - 1) as f32).round() as usize;
    let top = f(LEFT).max(f(RIGHT));
    let row = |y: f32| HEIGHT - 1 - (y / top * (HEIGHT - 1) as f32).round() as usize;

    let mut canvas = [[' '; WIDTH]; HEIGHT];
    for place in 0..WIDTH {
        canvas[row(f(at(place)))][place] = '.';
    }
    for (step, &x) in (b'0'..=b'9').zip(path).rev() {
        if (LEFT..=RIGHT).contains(&x) {
            canvas[row(f(x))][column(x)] = char::from(step);
        }
    }

    let lines = canvas.iter().map(|line| line.iter().collect::<String>());
    let mut text: String = lines.map(|line| format!("  |{}\n", line.trim_end())).collect();
    text += &format!("  +{}> W\n", "-".repeat(WIDTH));
    let mut ticks = [' '; WIDTH];
    for (tick, x) in [('0', 0.0), ('1', 1.0), ('2', 2.0)] {
        ticks[column(x)] = tick;
    }
    text + "   " + ticks.iter().collect::<String>().trim_end() + "\n"
}
