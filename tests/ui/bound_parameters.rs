// Parameters that no optimiser can move.
struct Model {
    w: f64,
}

fn main() {
    let model = Model { w: 1.0 };
    gradus::accumulate(&mut Model { w: 2.0 }, &model);
}
