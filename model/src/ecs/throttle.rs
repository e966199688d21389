//! The service throttle: starts that fail again and again are spaced out.

use crate::time::Micros;

/// The longest delay (ECS developer guide, "service throttle logic").
const LONGEST: Micros = Micros::from_whole_s(27 * 60);
/// The first delay.
const FIRST_S: u64 = 10;

/// How long the next start waits after `failures` starts in a row that ended
/// before the task was RUNNING.
///
/// AWS says that the delay grows up to 27 minutes. That it begins at 10 s and
/// doubles is our choice.
pub fn delay(failures: u32) -> Micros {
    match failures {
        0 => Micros::ZERO,
        _ => LONGEST.min(Micros::from_whole_s(FIRST_S << (failures - 1).min(10))),
    }
}

/// The throttle of a task definition.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Throttle {
    failures: u32,
    until: Micros,
}

impl Throttle {
    /// A task stopped before it was RUNNING. Several that were started
    /// together count once. Returns when the next may start.
    pub(super) fn failed(&mut self, now: Micros) -> Micros {
        if now >= self.until {
            self.failures += 1;
            self.until = now + delay(self.failures);
        }
        self.until
    }

    /// A task is RUNNING: whatever happens to it, the throttle is over.
    pub(super) fn runs(&mut self) {
        *self = Self::default();
    }

    /// Whether starts have to wait.
    pub(super) fn holds(&self, now: Micros) -> bool {
        now < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failing_starts_wait_longer_and_longer() {
        let seconds: Vec<_> = (0..12).map(|failures| delay(failures).as_s()).collect();
        assert_eq!(seconds[..9], [0.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 1280.0]);
        assert_eq!(seconds[9..], [1620.0; 3]);
    }

    #[test]
    fn tasks_that_fail_together_count_once() {
        let at = Micros::from_whole_s;
        let mut throttle = Throttle::default();
        assert_eq!([throttle.failed(at(5)), throttle.failed(at(6))], [at(15); 2]);
        assert!(throttle.holds(at(14)) && !throttle.holds(at(15)));
        assert_eq!(throttle.failed(at(20)), at(40));
        throttle.runs();
        assert!(!throttle.holds(at(21)));
        assert_eq!(throttle.failed(at(30)), at(40));
    }
}
