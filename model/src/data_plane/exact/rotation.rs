//! Whose turn it is: the load balancer's algorithms.

use crate::alb::ramp::Ramp;
use crate::random::{Purpose, Stream};
use crate::scenario::{Routing, Scenario};
use crate::time::Micros;

/// The targets in rotation, and the algorithm that chooses among them.
///
/// * Round robin takes them in turn, in the order in which they entered. A
///   target in slow start lets a part of its turns pass.
/// * Least outstanding requests takes one with the fewest requests in service
///   and in queue; of several the next in turn. AWS does not say which; this is
///   our choice.
/// * Weighted random draws one, all alike: the model has no anomalous targets.
#[derive(Debug, Clone)]
pub(super) struct Rotation {
    routing: Routing,
    targets: Vec<Place>,
    /// Whose turn it is in `targets`.
    turn: usize,
    /// How many of them are in slow start.
    ramping: usize,
    seed: u64,
    minute: u64,
    random: Stream,
}

/// A target's place in the rotation.
#[derive(Debug, Clone, Copy)]
struct Place {
    target: usize,
    /// Its slow start, and the part of a turn that it has come to.
    ramp: Option<(Ramp, f64)>,
}

impl Rotation {
    pub(super) fn new(scenario: &Scenario) -> Self {
        Self {
            routing: scenario.service.target_group.routing,
            targets: Vec::new(),
            turn: 0,
            ramping: 0,
            seed: scenario.seed,
            minute: 0,
            random: Stream::new(scenario.seed, Purpose::Routing, 0),
        }
    }

    /// How many targets there are.
    pub(super) fn len(&self) -> usize {
        self.targets.len()
    }

    /// A target comes last in turn.
    pub(super) fn enter(&mut self, target: usize) {
        self.targets.push(Place { target, ramp: None });
    }

    /// A target's share now grows.
    pub(super) fn ramp_up(&mut self, target: usize, ramp: Ramp) {
        if let Some(place) = self.targets.iter_mut().find(|place| place.target == target) {
            self.ramping += usize::from(place.ramp.is_none());
            place.ramp = Some((ramp, 0.0));
        }
    }

    /// A target leaves, if it is there.
    pub(super) fn leave(&mut self, target: usize) {
        if let Some(index) = self.targets.iter().position(|place| place.target == target) {
            let place = self.targets.remove(index);
            self.ramping -= usize::from(place.ramp.is_some());
            if index < self.turn {
                self.turn -= 1;
            }
        }
    }

    /// The target of a request that arrives now; `outstanding` tells how many
    /// requests a target has.
    pub(super) fn choose(
        &mut self,
        now: Micros,
        mut outstanding: impl FnMut(usize) -> usize,
    ) -> Option<usize> {
        if self.targets.is_empty() {
            return None;
        }
        match self.routing {
            Routing::RoundRobin => loop {
                let index = self.next();
                if self.ramping == 0 || self.takes(index, now) {
                    return Some(self.targets[index].target);
                }
            },
            Routing::LeastOutstandingRequests => {
                let first = self.next();
                let count = self.targets.len();
                let in_turn = (first..count).chain(0..first);
                let least = in_turn.min_by_key(|&index| outstanding(self.targets[index].target))?;
                self.turn = least + 1;
                Some(self.targets[least].target)
            }
            Routing::WeightedRandom => {
                let minute = now.0 / Micros::MINUTE.0;
                if minute != self.minute {
                    self.minute = minute;
                    self.random = Stream::new(self.seed, Purpose::Routing, minute);
                }
                let index = self.random.below(self.targets.len());
                Some(self.targets[index].target)
            }
        }
    }

    /// Whose turn it is.
    fn next(&mut self) -> usize {
        if self.turn >= self.targets.len() {
            self.turn = 0;
        }
        self.turn += 1;
        self.turn - 1
    }

    /// Whether a target takes its turn: always, unless it is in slow start and
    /// others are not.
    fn takes(&mut self, index: usize, now: Micros) -> bool {
        let others = self.targets.len() - self.ramping;
        let place = &mut self.targets[index];
        let Some((ramp, part)) = &mut place.ramp else { return true };
        if now >= ramp.until {
            place.ramp = None;
            self.ramping -= 1;
            return true;
        }
        *part += ramp.share(now);
        if others > 0 && *part < 1.0 {
            return false;
        }
        *part = (*part - 1.0).max(0.0);
        true
    }
}
