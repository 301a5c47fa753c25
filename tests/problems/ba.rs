//! Bundle adjustment: several results, small arrays and their helpers, and a branch without which the
//! derivative would be 0/0.

use gradus::prelude::*;
#[differentiable]
pub(crate) mod camera {
    fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
        a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    }

    fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    }

    /// Turns `x` around the direction of `r`, by its length as an angle (Rodrigues' formula).
    fn rotated(r: &[f64; 3], x: &[f64; 3]) -> [f64; 3] {
        let square = dot(r, r);
        if square == 0.0 {
            // The length has no derivative here, but what it is needed for has: the first order is exact.
            let turn = cross(r, x);
            return [x[0] + turn[0], x[1] + turn[1], x[2] + turn[2]];
        }
        let angle = square.sqrt();
        let (sin, cos) = (angle.sin(), angle.cos());
        let axis = [r[0] / angle, r[1] / angle, r[2] / angle];
        let turn = cross(&axis, x);
        let along = dot(&axis, x) * (1.0 - cos);
        let mut y = [0.0; 3];
        for i in 0..3 {
            y[i] = x[i] * cos + turn[i] * sin + axis[i] * along;
        }
        y
    }

    /// How far from `feature` the camera sees the point `x`, times the weight `w`.
    ///
    /// A camera is its rotation (3), its centre (3), its focal length, where its axis meets the picture (2),
    /// and the distortion by the second and fourth power of the distance from there.
    #[differentiable(wrt(camera, x, w))]
    pub(crate) fn reprojection(camera: &[f64; 11], x: &[f64; 3], w: f64, feature: &[f64; 2]) -> [f64; 2] {
        let rotation = [camera[0], camera[1], camera[2]];
        let centred = [x[0] - camera[3], x[1] - camera[4], x[2] - camera[5]];
        let seen = rotated(&rotation, &centred);
        let (u, v) = (seen[0] / seen[2], seen[1] / seen[2]);
        let square = u * u + v * v;
        let distortion = 1.0 + camera[9] * square + camera[10] * square * square;
        let scale = camera[6] * distortion;
        [w * (scale * u + camera[7] - feature[0]), w * (scale * v + camera[8] - feature[1])]
    }

    /// Keeps the weights from going to zero.
    #[differentiable]
    pub(crate) fn weight_error(w: f64) -> f64 {
        1.0 - w * w
    }
}
