//! Slow start.

use crate::time::Micros;

/// The slow start of a target: its share of the requests grows on a straight
/// line from nothing to that of the others (ELB user guide, "Slow start mode").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ramp {
    /// When the target became healthy.
    pub from: Micros,
    /// When it takes its full share (after `from`).
    pub until: Micros,
}

impl Ramp {
    /// Its share at an instant, over that of a target that is not in slow
    /// start, 0 to 1.
    pub fn share(self, at: Micros) -> f64 {
        (at.since(self.from).as_s() / self.until.since(self.from).as_s()).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_grows_on_a_straight_line() {
        let at = Micros::from_whole_s;
        let ramp = Ramp { from: at(100), until: at(160) };
        let shares = [100, 115, 130, 160, 999].map(|s| ramp.share(at(s)));
        assert_eq!(shares, [0.0, 0.25, 0.5, 1.0, 1.0]);
    }
}
