//! A queue that is longer than chance makes it: a fluid.

use std::collections::VecDeque;

/// What a task has taken in since it fell behind, so that the age of the
/// request whose turn it is can be told.
#[derive(Debug, Clone, Default)]
pub(super) struct Backlog {
    /// Requests taken in, and over how long [s]; the newest last.
    taken_in: VecDeque<(f64, f64)>,
    requests: f64,
    span_s: f64,
    /// How long the first in queue has waited [s].
    age_s: f64,
    /// Variance of the number in system that chance has added since.
    variance: f64,
    full: bool,
    /// Whether it has wandered about saturation, which leaves its mean unknown.
    wandered: bool,
    /// For how many times in service all slots have been in use.
    crowded: f64,
}

impl Backlog {
    /// Notes what arrived in a span, and the queue at its end.
    pub(super) fn pass(&mut self, taken_in: f64, span_s: f64, queue: f64) {
        self.taken_in.push_back((taken_in, span_s));
        self.requests += taken_in;
        self.span_s += span_s;
        while let Some(&(requests, span_s)) = self.taken_in.front()
            && self.taken_in.len() > 1
            && self.requests - requests >= queue
        {
            self.taken_in.pop_front();
            self.requests -= requests;
            self.span_s -= span_s;
        }
        // The first in queue came somewhere in the oldest span that is left,
        // or before everything that is remembered.
        let (oldest, oldest_s) = self.taken_in.front().copied().unwrap_or_default();
        let gone =
            if oldest > 0.0 { ((self.requests - queue) / oldest).clamp(0.0, 1.0) } else { 0.0 };
        self.age_s = if queue > 0.0 { (self.span_s - gone * oldest_s).max(0.0) } else { 0.0 };
    }

    /// How long the first in queue has waited [s].
    pub(super) fn age_s(&self) -> f64 {
        self.age_s
    }

    /// The standard deviation of that time [s]. What was more or less there than
    /// on average when the first in queue came, and what has left faster or slower
    /// since, is as many gaps between arrivals more or less. `even` are the cv²
    /// of the gaps between arrivals and between departures.
    pub(super) fn age_deviation_s(&self, queue: f64, [arrivals, departures]: [f64; 2]) -> f64 {
        match self.taken_in.front() {
            Some(&(requests, span_s)) if requests > 0.0 && self.age_s > 0.0 => {
                // Those that came since are in the variance of the number, too.
                let variance = (self.variance - arrivals * queue).max(departures * queue);
                libm::sqrt(variance) * span_s / requests
            }
            _ => 0.0,
        }
    }

    /// Chance has added to the variance of the number in system.
    pub(super) fn wanders(&mut self, variance: f64) {
        self.full = false;
        self.variance += variance;
    }

    /// The queue is full at the end of a span in which chance forgets at a rate
    /// [1/s]: what it did before matters less and less.
    pub(super) fn fills_up(&mut self, rate: f64, span_s: f64) {
        self.full = true;
        self.variance /= 1.0 + rate * span_s;
    }

    /// Whether the queue is as long as it can be.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Notes whether the load is about saturation; once the queue is full
    /// above it, no trace of that is left.
    pub(super) fn note_load(&mut self, is_critical: bool) {
        self.wandered = is_critical || self.wandered && !self.full;
    }

    /// Whether its mean is unknown.
    pub(super) fn has_wandered(&self) -> bool {
        self.wandered
    }

    /// All slots are in use, or not, for a part of a time in service.
    pub(super) fn crowd(&mut self, all: bool, part: f64) {
        self.crowded = if all { self.crowded + part } else { 0.0 };
    }

    /// Whether all in service have been among as many from their begin on.
    pub(super) fn is_even(&self) -> bool {
        self.crowded > 3.0
    }

    /// The standard deviation of the number in system.
    pub(super) fn noise(&self) -> f64 {
        libm::sqrt(self.variance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_is_how_long_ago_the_queue_began_to_arrive() {
        let mut backlog = Backlog::default();
        let mut age_s = |taken_in: f64, queue: f64| {
            backlog.pass(taken_in, 1.0, queue);
            backlog.age_s()
        };
        // 10/s come, 5/s go: the queue is 5 a second longer.
        assert_eq!([age_s(10.0, 5.0), age_s(10.0, 10.0), age_s(10.0, 15.0)], [0.5, 1.0, 1.5]);
        // Nobody comes any more: the last 10 came in the second before.
        assert_eq!([age_s(0.0, 10.0), age_s(0.0, 5.0), age_s(0.0, 0.0)], [2.0, 2.5, 0.0]);
    }
}
