//! The offered rate, second by second.

use crate::scenario::Traffic;
use crate::time::Micros;

/// Ticks are no longer than this [s].
const LONGEST: usize = 10;

/// The rates of a minute of the run, and of the seconds around it [requests/s].
#[derive(Debug, Clone)]
pub(super) struct Rates {
    minute: u64,
    before: Option<f64>,
    now: [f64; 60],
    after: [f64; 60],
}

impl Rates {
    pub(super) fn new(traffic: &Traffic) -> Self {
        let (now, after) = (traffic.rates_in_minute(0), traffic.rates_in_minute(1));
        Self { minute: 0, before: None, now, after }
    }

    /// Goes on to the minute of an instant.
    pub(super) fn go_to(&mut self, at: Micros, traffic: &Traffic) {
        while self.minute < at.0 / Micros::MINUTE.0 {
            self.minute += 1;
            self.before = Some(self.now[59]);
            self.now = self.after;
            self.after = traffic.rates_in_minute(self.minute + 1);
        }
    }

    /// The rate at an instant of the minute.
    pub(super) fn at(&self, at: Micros) -> f64 {
        self.now[second(at)]
    }

    /// How many seconds from `at` on have nearly the same rate: within
    /// `change`, within the minute, and not too many.
    pub(super) fn alike(&self, at: Micros, change: f64) -> u64 {
        let seconds = &self.now[second(at)..];
        let near = seconds.iter().take_while(|&&rate| (rate - seconds[0]).abs() <= change);
        near.take(LONGEST).count() as u64
    }

    /// The mean rate from `at` until `until`, within one second or over whole
    /// ones, and whether it is the rate of more than one second.
    pub(super) fn over(&self, at: Micros, until: Micros) -> (f64, bool) {
        let first = second(at);
        let count = (until.since(at).0 / Micros::SECOND.0).max(1) as usize;
        let rate = self.now[first];
        let seconds = &self.now[first..first + count];
        let same = |other: f64| other.to_bits() == rate.to_bits();
        if seconds.iter().all(|&other| same(other)) {
            let before = if first == 0 { self.before } else { Some(self.now[first - 1]) };
            let after = self.now.get(first + count).unwrap_or(&self.after[0]);
            (rate, count > 1 || same(*after) || before.is_some_and(same))
        } else {
            (seconds.iter().sum::<f64>() / count as f64, false)
        }
    }
}

/// The second of its minute that holds an instant.
fn second(at: Micros) -> usize {
    (at.0 / Micros::SECOND.0 % 60) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Arrivals, Shape};

    #[test]
    fn seconds_of_one_rate_are_taken_together() {
        let s = Micros::from_whole_s;
        let shape = Shape::Steps(vec![(s(0), 5.0), (s(3), 7.0), (s(4), 9.0), (s(60), 4.0)]);
        let traffic = Traffic { shape, arrivals: Arrivals::Poisson };
        let mut rates = Rates::new(&traffic);
        assert_eq!(rates.alike(s(0), 1.0), 3);
        assert_eq!(rates.alike(s(0), 2.0), 4);
        assert_eq!(rates.alike(s(20), 0.0), 10);
        assert_eq!(rates.alike(s(57), 0.0), 3);
        assert_eq!(rates.over(s(0), s(3)), (5.0, true));
        assert_eq!(rates.over(s(2), s(3)), (5.0, true));
        assert_eq!(rates.over(s(3), s(4)), (7.0, false));
        assert_eq!(rates.over(s(3), s(5)), (8.0, false));
        rates.go_to(s(60), &traffic);
        assert_eq!(rates.at(s(61)), 4.0);
    }
}
