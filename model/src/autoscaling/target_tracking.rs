//! A target tracking policy with the two alarms that it makes.

use crate::cloudwatch::{Alarm, Comparison, MissingData};
use crate::scenario::TargetTracking;
use crate::trace::AlarmState;

use super::formula::{desired_capacity, in_words};

/// Alarm periods of a target tracking policy on a one-minute metric, and the
/// low alarm's threshold as a share of the target. Read off alarms of live
/// accounts; the documentation says only "usually more than 10% lower".
const HIGH_PERIODS: usize = 3;
const LOW_PERIODS: usize = 15;
const LOW_SHARE: f64 = 0.9;

/// A target tracking policy with its alarms.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its settings.
    pub settings: TargetTracking,
    /// Above the target, 3 of 3 minutes.
    pub high: Alarm,
    /// Below 90 % of the target, 15 of 15 minutes; none if scale-in is disabled.
    pub low: Option<Alarm>,
}

/// What a policy asks for in a minute.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// No alarm calls it.
    None,
    /// Its high alarm calls it, or load on a service without tasks.
    Out(Proposal),
    /// Its low alarm calls it.
    In(Proposal),
}

/// The capacity that a policy computes, and from what.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The datapoint.
    pub metric: f64,
    /// The capacity [tasks], before bounds and cooldowns.
    pub capacity: u32,
    /// The formula with its numbers.
    pub reason: String,
}

impl Policy {
    /// A policy whose alarms have seen nothing yet.
    pub fn new(settings: TargetTracking) -> Self {
        let alarm = |kind: &str, comparison, threshold, periods| Alarm {
            name: format!("TargetTracking-{}-{kind}", settings.name),
            comparison,
            threshold,
            evaluation_periods: periods,
            datapoints_to_alarm: periods,
            missing_data: MissingData::Missing,
            state: AlarmState::InsufficientData,
        };
        let high = alarm("AlarmHigh", Comparison::GreaterThan, settings.target, HIGH_PERIODS);
        let low = (!settings.disable_scale_in).then(|| {
            alarm("AlarmLow", Comparison::LessThan, settings.target * LOW_SHARE, LOW_PERIODS)
        });
        Self { settings, high, low }
    }

    /// What the policy asks for, its alarms being evaluated, with `running`
    /// tasks RUNNING of `desired`.
    ///
    /// The formula takes the newest datapoint that the alarm counted. AWS does
    /// not say which datapoints it takes; with the mean of the window a step
    /// in load would be answered in several steps.
    ///
    /// From zero tasks one datapoint above the target is enough, and one task
    /// the answer (ECS developer guide, service auto scaling).
    pub fn wish(&self, published: &[Option<f64>], running: u32, desired: u32) -> Wish {
        let newest = published.last().copied().flatten();
        if running == 0 && desired == 0 {
            return match newest.filter(|&metric| self.high.breaches(metric)) {
                Some(metric) => Wish::Out(Proposal {
                    metric,
                    capacity: 1,
                    reason: format!(
                        "no task is running and {metric:.1} is above {:.1}: start with 1",
                        self.settings.target
                    ),
                }),
                None => Wish::None,
            };
        }
        let Some(metric) = published.iter().rev().copied().flatten().next() else {
            return Wish::None;
        };
        let target = self.settings.target;
        let proposal = || Proposal {
            metric,
            capacity: desired_capacity(running, metric, target),
            reason: in_words(running, metric, target),
        };
        let in_alarm = |alarm: &Alarm| alarm.state == AlarmState::Alarm;
        if in_alarm(&self.high) {
            Wish::Out(proposal())
        } else if self.low.as_ref().is_some_and(in_alarm) {
            Wish::In(proposal())
        } else {
            Wish::None
        }
    }
}
