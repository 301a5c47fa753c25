//! Tensors as serde writes them: the shape and the numbers in row-major order.

use alloc::vec::Vec;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Tensor;

#[derive(Serialize)]
#[serde(rename = "Tensor")]
struct Borrowed<'a, T> {
    shape: &'a [usize],
    data: &'a [T],
}

#[derive(Deserialize)]
#[serde(rename = "Tensor")]
struct Owned<T> {
    shape: Vec<usize>,
    data: Vec<T>,
}

impl<T: Serialize, const R: usize> Serialize for Tensor<T, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Borrowed { shape: &self.shape, data: &self.data }.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>, const R: usize> Deserialize<'de> for Tensor<T, R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Owned { shape, data } = Owned::deserialize(deserializer)?;
        let rank = shape.len();
        let shape = shape.try_into().map_err(|_| D::Error::custom(format_args!("{rank} axes, not {R}")))?;
        Tensor::from_vec(shape, data).map_err(D::Error::custom)
    }
}
