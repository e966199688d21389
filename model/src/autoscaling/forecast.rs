//! Predictive scaling: what a given forecast does to the capacity.
//!
//! How AWS makes a forecast is not public, so it is given as data. What
//! happens then is (ECS developer guide, predictive auto scaling; API
//! reference, PutScalingPolicy): at the start of each hour, or a buffer time
//! before it, the capacity is raised to the forecast; it never falls for it,
//! and while the hour lasts other policies scale in to the forecast at most.

use crate::scenario::{BreachBehavior, Policy, PredictiveScaling};
use crate::time::Micros;

/// How long a forecast is for; the next one ends it sooner.
const HOUR: Micros = Micros::from_whole_s(3600);

/// The predictive policies that scale.
#[derive(Debug, Clone)]
pub(super) struct Forecaster {
    policies: Vec<(usize, PredictiveScaling)>,
    /// What each of them holds, and until when.
    held: Vec<Option<(u32, Micros)>>,
}

impl Forecaster {
    /// Of all policies those that scale by forecast. Suspended scale-out does
    /// not hold them: AWS names target tracking and step policies there.
    pub(super) fn new(policies: &[Policy]) -> Self {
        let scaling = policies.iter().enumerate().filter_map(|(index, policy)| match policy {
            Policy::PredictiveScaling(policy) if policy.scales => Some((index, policy.clone())),
            _ => None,
        });
        let policies: Vec<_> = scaling.collect();
        Self { held: vec![None; policies.len()], policies }
    }

    /// When each forecast is acted on: (when, policy, point). The one that is in
    /// force when the run begins is acted on then; those before it are over.
    pub(super) fn times(&self) -> impl Iterator<Item = (Micros, usize, usize)> {
        self.policies.iter().flat_map(|(index, policy)| {
            let at = |&(hour, _): &(Micros, u32)| hour.since(policy.buffer);
            let over = policy.forecast.iter().rposition(|point| at(point) == Micros::ZERO);
            let points = policy.forecast.iter().enumerate().skip(over.unwrap_or(0));
            points.map(move |(point, forecast)| (at(forecast), *index, point))
        })
    }

    pub(super) fn capacity(&self, policy: usize, point: usize) -> u32 {
        let found = self.policies.iter().find(|(index, _)| *index == policy);
        found
            .and_then(|(_, policy)| policy.forecast.get(point))
            .map_or(0, |(_, capacity)| *capacity)
    }

    /// Takes a forecast into force; returns the capacity that it raises to and
    /// MaxCapacity, which it may raise for good: AWS says when the forecast is
    /// close to it or exceeds it. We say close when the forecast with its buffer
    /// exceeds it.
    pub(super) fn begin(&mut self, policy: usize, point: usize, max: u32) -> (u32, u32) {
        let mut after = (0, max);
        for ((index, settings), held) in self.policies.iter().zip(&mut self.held) {
            if let Some(&(hour, capacity)) =
                settings.forecast.get(point).filter(|_| *index == policy)
            {
                let max = match settings.breach {
                    BreachBehavior::Honor => max,
                    BreachBehavior::Increase { buffer_percent } => {
                        let buffered = u64::from(capacity) * u64::from(100 + buffer_percent);
                        max.max(buffered.div_ceil(100) as u32)
                    }
                };
                let next = settings.forecast.get(point + 1);
                let until = next.map_or(hour + HOUR, |next| next.0.since(settings.buffer));
                *held = Some((capacity, until.min(hour + HOUR)));
                after = (capacity.min(max), max);
            }
        }
        after
    }

    /// The largest capacity that a forecast holds now, within whatever bounds.
    pub(super) fn in_force(&self, now: Micros) -> u32 {
        let held = self.held.iter().flatten().filter(|(_, until)| now < *until);
        held.map(|(capacity, _)| *capacity).max().unwrap_or(0)
    }
}
