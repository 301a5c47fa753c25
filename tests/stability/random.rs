//! Points to try functions at.

/// Numbers that depend on a name alone.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(name: &str) -> Self {
        Random(
            name.bytes().fold(0xcbf2_9ce4_8422_2325, |seed, byte| {
                (seed ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
            }),
        )
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number between the two: every other one anywhere, the others at all distances from 0 down to 1e-18.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        loop {
            let anywhere = low + (high - low) * self.unit();
            let number = if self.next().is_multiple_of(2) {
                anywhere
            } else {
                anywhere * 10_f64.powf(-18.0 * self.unit())
            };
            if low < number && number < high && number != 0.0 {
                return number;
            }
        }
    }
}
