//! The scalable target: evaluates alarms, lets them call policies, and applies
//! what has a time of its own: scheduled actions and forecasts.

use super::cooldown::Cooldown;
use super::forecast::Forecaster;
use super::settle::{self, Counts, Rules, Verdict};
use super::trigger::Trigger;
use super::wish::Wish;
use super::{step, target_tracking};
use crate::cloudwatch::{Alarm, Delays, Metrics, Reading};
use crate::scenario::{
    Autoscaling, Bounds, Policy, Process, ScheduledAction, StepScaling, Suspended,
};
use crate::time::Micros;
use crate::trace::{AlarmChange, AlarmState, By, CooldownSpan, Decision, Outcome, Watch};

/// A scalable target with its policies.
#[derive(Debug, Clone)]
pub struct Scaler {
    bounds: Bounds,
    suspended: Suspended,
    names: Vec<String>,
    tracking: Vec<(usize, target_tracking::Policy)>,
    alarms: Vec<CustomAlarm>,
    steps: Vec<(usize, StepScaling)>,
    forecaster: Forecaster,
    cooldown: Cooldown,
}

/// An alarm of one's own and the step policies that it calls.
#[derive(Debug, Clone)]
struct CustomAlarm {
    reading: Reading,
    trigger: Trigger,
    high_resolution: bool,
    calls: Vec<usize>,
}

/// What came out of one evaluation.
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    /// One for each policy that was called.
    pub decisions: Vec<Decision>,
    /// Alarms that changed their state.
    pub alarms: Vec<AlarmChange>,
    /// What each policy saw.
    pub watches: Vec<Watch>,
}

/// What alarms and policies are evaluated on.
struct Seen<'a> {
    now: Micros,
    due: Due,
    metrics: &'a Metrics,
    delays: Delays,
    counts: Counts,
}

/// Which alarms are evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// All: a whole minute.
    All,
    /// Those of 20-second metrics: every ten seconds (CloudWatch user guide,
    /// alarm evaluation).
    HighResolution,
}

impl Scaler {
    /// A scalable target whose alarms have seen nothing yet.
    pub fn new(settings: &Autoscaling) -> Self {
        let policies = || settings.policies.iter().enumerate();
        let tracking = policies().filter_map(|(index, policy)| {
            Some((index, target_tracking::Policy::new(policy.target_tracking()?.clone())))
        });
        let steps = policies().filter_map(|(index, policy)| match policy {
            Policy::StepScaling(step) => Some((index, step.clone())),
            _ => None,
        });
        let alarms = settings.alarms.iter().map(|alarm| CustomAlarm {
            reading: Reading::of(alarm),
            high_resolution: alarm.period < Micros::MINUTE,
            calls: alarm.calls.clone(),
            trigger: Trigger::new(Alarm {
                name: alarm.name.clone(),
                comparison: alarm.comparison,
                threshold: alarm.threshold,
                evaluation_periods: alarm.evaluation_periods,
                datapoints_to_alarm: alarm.datapoints_to_alarm,
                missing_data: alarm.missing_data,
                state: AlarmState::InsufficientData,
            }),
        });
        Self {
            bounds: settings.bounds,
            suspended: settings.suspended,
            names: settings.policies.iter().map(|policy| policy.name().to_owned()).collect(),
            tracking: tracking.collect(),
            alarms: alarms.collect(),
            steps: steps.collect(),
            forecaster: Forecaster::new(&settings.policies),
            cooldown: Cooldown::default(),
        }
    }

    /// `RegisterScalableTarget` on an existing target: changes what is given
    /// and returns the desired count pulled inside the bounds.
    ///
    /// # Errors
    ///
    /// Why the call is refused; then nothing has changed.
    pub fn register(
        &mut self,
        (min, max): (Option<u32>, Option<u32>),
        suspended: Option<Suspended>,
        desired: u32,
    ) -> Result<u32, String> {
        let bounds =
            Bounds { min: min.unwrap_or(self.bounds.min), max: max.unwrap_or(self.bounds.max) };
        if bounds.min > bounds.max {
            let Bounds { min, max } = bounds;
            return Err(format!("MaxCapacity {max} cannot be less than MinCapacity {min}"));
        }
        self.bounds = bounds;
        self.suspended = suspended.unwrap_or(self.suspended);
        Ok(desired.clamp(bounds.min, bounds.max))
    }

    /// Suspends or resumes a kind of scaling. What was suspended goes on with
    /// the next evaluation, if its alarm is still in ALARM.
    pub fn suspend(&mut self, process: Process, suspended: bool) {
        self.suspended.set(process, suspended);
    }

    /// A scheduled action's time has come. It does not wait for cooldowns and
    /// begins none (Application Auto Scaling user guide, scheduled scaling).
    pub fn act(&mut self, now: Micros, action: &ScheduledAction, counts: Counts) -> Decision {
        let desired = counts.desired;
        let mut decision =
            Decision::new(now, By::ScheduledAction, &action.name, counts.running, counts.desired);
        if self.suspended.scheduled {
            decision.outcome = Outcome::Suspended;
            "scheduled scaling is suspended".clone_into(&mut decision.reason);
            return decision;
        }
        match self.register((action.min, action.max), None, desired) {
            // The bounds are Application Auto Scaling's own and are set.
            Ok(after) if after != desired && counts.rejecting => decision.rejected(),
            Ok(after) => {
                let Bounds { min, max } = self.bounds;
                decision.moved_to(after);
                decision.reason = match after.cmp(&desired) {
                    std::cmp::Ordering::Greater => {
                        format!("MinCapacity is now {min}: {desired} is raised to {after}")
                    }
                    std::cmp::Ordering::Less => {
                        format!("MaxCapacity is now {max}: {desired} is lowered to {after}")
                    }
                    std::cmp::Ordering::Equal => {
                        format!("the bounds are now {min} to {max}; {desired} is within")
                    }
                };
            }
            Err(reason) => {
                decision.outcome = Outcome::Failed;
                decision.reason =
                    format!("ValidationException: {reason}; the action must give both");
            }
        }
        decision
    }

    /// The times at which forecasts are acted on: (when, policy, point).
    pub fn forecasts(&self) -> impl Iterator<Item = (Micros, usize, usize)> {
        self.forecaster.times()
    }

    /// The time of a forecast has come.
    pub fn forecast(
        &mut self,
        now: Micros,
        policy: usize,
        point: usize,
        counts: Counts,
    ) -> Decision {
        let (capacity, max) = self.forecaster.begin(policy, point, self.bounds.max);
        let mut decision = Decision::new(
            now,
            By::PredictiveScaling,
            &self.names[policy],
            counts.running,
            counts.desired,
        );
        let forecast = self.forecaster.capacity(policy, point);
        let raised = max > self.bounds.max;
        self.bounds.max = max;
        let capacity = capacity.max(self.bounds.min);
        if capacity > counts.desired && counts.rejecting {
            decision.rejected();
            return decision;
        }
        decision.moved_to(capacity.max(counts.desired));
        decision.proposed = forecast;
        decision.reason = format!("the forecast is {forecast}");
        if raised {
            decision.reason += &format!("; MaxCapacity is raised to {max}");
        } else if capacity != forecast {
            decision.reason += &format!("; held to {capacity}");
        }
        if decision.outcome == Outcome::NoChange && forecast > counts.desired {
            decision.outcome = Outcome::AtMax;
        } else if decision.outcome == Outcome::NoChange {
            decision.reason += &format!("; {} are desired already", counts.desired);
        }
        decision
    }

    /// Something else than a policy's alarm changed the desired count: a scale-out
    /// that was not fulfilled yet is Overridden.
    pub fn override_activity(&mut self) {
        self.cooldown.override_activity();
    }

    /// Every cooldown so far, in order of its begin.
    pub fn cooldowns(&self) -> &[CooldownSpan] {
        self.cooldown.spans()
    }

    /// Takes note of how many tasks run; call it whenever that changes.
    pub fn note_running(&mut self, now: Micros, running: u32) {
        self.cooldown.note_running(now, running);
    }

    /// Evaluates alarms over the datapoints that are published by now, and the
    /// policies that they call.
    pub fn evaluate(
        &mut self,
        now: Micros,
        due: Due,
        metrics: &Metrics,
        delays: Delays,
        counts: Counts,
    ) -> Evaluation {
        let seen = Seen { now, due, metrics, delays, counts };
        let mut evaluation = Evaluation::default();
        let mut wishes = Vec::new();
        for at in 0..self.tracking.len() {
            self.track(at, &seen, &mut evaluation, &mut wishes);
        }
        for at in 0..self.alarms.len() {
            self.watch(at, &seen, &mut evaluation, &mut wishes);
        }
        if !wishes.iter().any(|wish| wish.called) {
            return evaluation;
        }
        let rules = Rules {
            bounds: self.bounds,
            suspended: self.suspended,
            cooldown: &self.cooldown,
            forecast: self.forecaster.in_force(now),
            agreed: self
                .tracking
                .iter()
                .filter_map(|(_, policy)| policy.low.as_ref())
                .all(Trigger::in_alarm),
        };
        let settled = settle::settle(now, counts, &rules, &wishes);
        if let Some(winner) = settled.winner.map(|winner| &wishes[winner]) {
            if settled.desired > counts.desired {
                self.cooldown.scale_out(now, counts.desired, settled.desired, winner.cooldown);
            } else {
                self.cooldown.scale_in(now, winner.cooldown);
            }
        }
        let decisions: Vec<_> = wishes.into_iter().zip(settled.verdicts).collect();
        // In the order of the policies.
        let of = |policy| {
            let called = move |(wish, _): &&(Wish, Verdict)| wish.called && wish.policy == policy;
            decisions.iter().filter(called)
        };
        evaluation.decisions = (0..self.names.len())
            .flat_map(of)
            .map(|(wish, verdict)| Decision {
                metric_kind: wish.metric_kind.clone(),
                metric: wish.metric,
                target: wish.target,
                alarm: Some(wish.alarm.clone()),
                proposed: wish.capacity,
                desired_after: settled.desired,
                outcome: verdict.outcome,
                reason: settle::join(&wish.reason, &verdict.why),
                ..Decision::new(
                    now,
                    if wish.tracking { By::TargetTracking } else { By::StepScaling },
                    &self.names[wish.policy],
                    counts.running,
                    counts.desired,
                )
            })
            .collect();
        evaluation
    }

    /// One target tracking policy.
    fn track(
        &mut self,
        at: usize,
        seen: &Seen<'_>,
        evaluation: &mut Evaluation,
        wishes: &mut Vec<Wish>,
    ) {
        let Seen { now, due, metrics, delays, counts } = *seen;
        let (index, policy) = &mut self.tracking[at];
        let mut called = (false, false);
        let evaluated = due == Due::All || policy.settings.signal.period() < Micros::MINUTE;
        if evaluated {
            let range = policy.range();
            policy.reading.look(metrics, now, delays, range);
            let changes = &mut evaluation.alarms;
            called.0 = policy.high.evaluate(now, &policy.reading, changes);
            if let Some(low) = &mut policy.low {
                called.1 = low.evaluate(now, &policy.reading, changes);
            }
            evaluation.watches.push(Watch {
                above: policy.high.in_a_row(&policy.reading),
                below: policy.low.as_ref().map_or(0, |low| low.in_a_row(&policy.reading)),
                high: policy.high.alarm.state,
                low: policy.low.as_ref().map(|low| low.alarm.state),
                ..watch(now, *index, &policy.reading, &self.cooldown)
            });
        }
        let wish = policy.wish(*index, counts.running, counts.desired, called);
        wishes.extend(wish.filter(|wish| evaluated || !wish.called));
    }

    /// One alarm of one's own.
    fn watch(
        &mut self,
        at: usize,
        seen: &Seen<'_>,
        evaluation: &mut Evaluation,
        wishes: &mut Vec<Wish>,
    ) {
        let Seen { now, due, metrics, delays, counts } = *seen;
        let alarm = &mut self.alarms[at];
        let evaluated = due == Due::All || alarm.high_resolution;
        let mut called = false;
        if evaluated {
            alarm.reading.look(metrics, now, delays, alarm.trigger.alarm.range());
            called = alarm.trigger.evaluate(now, &alarm.reading, &mut evaluation.alarms);
            for &policy in &alarm.calls {
                evaluation.watches.push(Watch {
                    above: alarm.trigger.in_a_row(&alarm.reading),
                    high: alarm.trigger.alarm.state,
                    ..watch(now, policy, &alarm.reading, &self.cooldown)
                });
            }
        }
        if !alarm.trigger.in_alarm() {
            return;
        }
        let rule = &alarm.trigger.alarm;
        let above = rule.comparison.is_above();
        for (index, settings) in self.steps.iter().filter(|(index, _)| alarm.calls.contains(index))
        {
            let counted = rule.counted(alarm.reading.datapoints());
            let metric = step::aggregate(settings.aggregation, counted);
            let threshold = (rule.threshold, above);
            let wish = step::wish((*index, settings), called, threshold, metric, counts.running);
            let metric_kind = alarm.reading.signal().metric().cloned();
            wishes.push(Wish { metric_kind, alarm: rule.name.clone(), ..wish });
        }
    }
}

/// What any policy sees; its alarms are to be filled in.
fn watch(now: Micros, policy: usize, reading: &Reading, cooldown: &Cooldown) -> Watch {
    Watch {
        t_s: now.as_s(),
        policy,
        newest: newest_minute(reading),
        metric: reading.newest(),
        above: 0,
        below: 0,
        high: AlarmState::InsufficientData,
        low: None,
        scale_out_cooldown_until_s: cooldown.scale_out_until(now).map(Micros::as_s),
        scale_in_cooldown_until_s: cooldown.scale_in_until(now).map(Micros::as_s),
    }
}

/// The row of the minutes in which the newest datapoint's period ends. Slot `k`
/// is the period that ends at `k` of them, row 0 the minute that ends at 60 s.
fn newest_minute(reading: &Reading) -> Option<usize> {
    let slot = reading.due().checked_sub(1)? as u64;
    let end = slot * reading.signal().period().0;
    end.div_ceil(Micros::MINUTE.0).checked_sub(1).map(|row| row as usize)
}

impl Decision {
    fn rejected(&mut self) {
        self.outcome = Outcome::Failed;
        settle::REJECTED.clone_into(&mut self.reason);
    }

    fn moved_to(&mut self, desired: u32) {
        (self.proposed, self.desired_after) = (desired, desired);
        self.outcome = match desired.cmp(&self.desired_before) {
            std::cmp::Ordering::Greater => Outcome::ScaledOut,
            std::cmp::Ordering::Less => Outcome::ScaledIn,
            std::cmp::Ordering::Equal => Outcome::NoChange,
        };
    }
}
