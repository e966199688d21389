//! A target tracking policy with the two alarms that it makes.

use super::formula::{desired_capacity, in_words};
use super::trigger::Trigger;
use super::wish::{Direction, Wish};
use crate::cloudwatch::{Alarm, Comparison, MissingData, Reading};
use crate::decimal::fixed;
use crate::scenario::TargetTracking;

/// A target tracking policy with its alarms.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) settings: TargetTracking,
    pub(super) reading: Reading,
    /// Above the target, 3 of 3 periods.
    pub(super) high: Trigger,
    /// Below 90 % of the target; none if scale-in is disabled.
    pub(super) low: Option<Trigger>,
}

impl Policy {
    /// A policy whose alarms have seen nothing yet.
    pub(super) fn new(settings: TargetTracking) -> Self {
        let alarm = |kind: &str, comparison, threshold, periods: u32| {
            let periods = periods as usize;
            Trigger::new(Alarm {
                name: format!("TargetTracking-{}-{kind}", settings.name),
                comparison,
                threshold,
                evaluation_periods: periods,
                datapoints_to_alarm: periods,
                missing_data: MissingData::Missing,
                state: crate::trace::AlarmState::InsufficientData,
            })
        };
        let high = alarm(
            "AlarmHigh",
            Comparison::GreaterThan,
            settings.target,
            TargetTracking::HIGH_PERIODS,
        );
        let low = (!settings.disable_scale_in).then(|| {
            let (threshold, periods) = (settings.low_threshold(), settings.low_periods());
            alarm("AlarmLow", Comparison::LessThan, threshold, periods)
        });
        Self { reading: Reading::new(settings.signal.clone()), settings, high, low }
    }

    /// How many datapoints its alarms look at.
    pub(super) fn range(&self) -> usize {
        self.low.as_ref().map_or(self.high.alarm.range(), |low| low.alarm.range())
    }

    /// What the policy asks for, its alarms being evaluated, with `running`
    /// tasks RUNNING of `desired`; `called` says which alarms call it.
    ///
    /// The formula takes the newest datapoint that the alarm counted. AWS does
    /// not say which datapoints it takes; with the mean of the window a step
    /// in load would be answered in several steps.
    ///
    /// From zero tasks one datapoint above the target is enough, and one task
    /// the answer (ECS developer guide, service auto scaling). It is the newest
    /// one due; AWS does not say, this is our choice.
    pub(super) fn wish(
        &self,
        policy: usize,
        running: u32,
        desired: u32,
        called: (bool, bool),
    ) -> Option<Wish> {
        let TargetTracking { target, .. } = self.settings;
        let wish = |direction, called, metric, capacity, cooldown, reason| Wish {
            alarm: match (direction, &self.low) {
                (Direction::In, Some(low)) => low.alarm.name.clone(),
                _ => self.high.alarm.name.clone(),
            },
            policy,
            direction,
            called,
            tracking: true,
            metric_kind: self.settings.signal.metric().cloned(),
            metric: Some(metric),
            target: Some(target),
            capacity,
            exact: false,
            cooldown,
            reason,
        };
        let out = self.settings.scale_out_cooldown;
        let breaching = self.reading.newest().filter(|&metric| self.high.alarm.breaches(metric));
        if let Some(metric) = breaching.filter(|_| running == 0 && desired == 0) {
            let reason = format!(
                "no task is running and {} is above {}: start with 1",
                fixed(metric, 1),
                fixed(target, 1)
            );
            return Some(wish(Direction::Out, true, metric, 1, out, reason));
        }
        let metric = self.reading.datapoints().iter().rev().copied().flatten().next()?;
        let (direction, called, cooldown) = if self.high.in_alarm() {
            (Direction::Out, called.0, out)
        } else if self.low.as_ref().is_some_and(Trigger::in_alarm) {
            (Direction::In, called.1, self.settings.scale_in_cooldown)
        } else {
            return None;
        };
        let capacity = desired_capacity(running, metric, target);
        let reason = in_words(running, metric, target);
        Some(wish(direction, called, metric, capacity, cooldown, reason))
    }
}
