use gradus::prelude::*;

#[differentiable]
mod model {
    use gradus::prelude::*;

    pub struct Layer<'a> {
        pub weight: &'a Matrix,
    }

    pub struct Pair(f32, f32);

    pub struct Mixed {
        pub small: f32,
        pub large: f64,
    }

    #[differentiable]
    pub fn cost(mixed: &Mixed, x: f32) -> f32 {
        mixed.smal * x + mixed.size()
    }
}

fn main() {}
