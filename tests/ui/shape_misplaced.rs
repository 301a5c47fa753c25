use gradus::prelude::*;

#[differentiable]
#[shape(N)]
fn cost(x: &Vector) -> f32 {
    x.sum()
}

#[differentiable]
mod model {
    use gradus::prelude::*;

    pub struct Line {
        #[shape(D)]
        pub weight: Vector,
    }

    fn total(#[shape(N)] x: &Vector) -> f32 {
        x.sum()
    }
}

fn main() {}
