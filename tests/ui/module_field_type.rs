// Fields whose types are not known.
use gradus::prelude::*;

#[differentiable]
mod model {
    pub struct Layer {
        pub weight: f64,
    }

    pub struct Net {
        pub bias: Vec<f64>,
        pub layers: [Layer; 2],
    }

    impl Net {
        pub fn at(&self, x: f64) -> f64 {
            self.layers[0].weight * x + self.bias[0]
        }
    }

    #[differentiable(wrt(net))]
    pub fn cost(net: &Net, x: f64) -> f64 {
        net.at(x).powi(2)
    }
}

fn main() {}
