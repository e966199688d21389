//! The scalable target: evaluates its policies once a minute and settles what
//! they ask for.

use std::collections::BTreeMap;

use crate::cloudwatch::{Alarm, Series};
use crate::scenario::{Autoscaling, Bounds, Metric};
use crate::time::Micros;
use crate::trace::{AlarmChange, AlarmState, Decision, Outcome, Watch};

use super::cooldown::Cooldown;
use super::target_tracking::{Policy, Proposal, Wish};

/// The metrics that policies read.
pub type Metrics = BTreeMap<Metric, Series>;

/// The service's counts that a decision starts from.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// Tasks RUNNING.
    pub running: u32,
    /// The service's desired count.
    pub desired: u32,
    /// Whether a deployment is in progress.
    pub deploying: bool,
}

/// A scalable target with its policies.
#[derive(Debug, Clone)]
pub struct Scaler {
    bounds: Bounds,
    policies: Vec<Policy>,
    cooldown: Cooldown,
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

impl Scaler {
    /// A scalable target whose alarms have seen nothing yet.
    pub fn new(settings: &Autoscaling) -> Self {
        Self {
            bounds: settings.bounds,
            policies: settings.policies.iter().cloned().map(Policy::new).collect(),
            cooldown: Cooldown::default(),
        }
    }

    /// `RegisterScalableTarget` on an existing target: changes the bounds that
    /// are given and returns the desired count pulled inside them.
    ///
    /// # Errors
    ///
    /// Why the call is refused; then nothing has changed.
    pub fn register(
        &mut self,
        min: Option<u32>,
        max: Option<u32>,
        desired: u32,
    ) -> Result<u32, String> {
        let bounds =
            Bounds { min: min.unwrap_or(self.bounds.min), max: max.unwrap_or(self.bounds.max) };
        if bounds.min > bounds.max {
            let Bounds { min, max } = bounds;
            return Err(format!("MaxCapacity {max} cannot be less than MinCapacity {min}"));
        }
        self.bounds = bounds;
        Ok(desired.clamp(bounds.min, bounds.max))
    }

    /// Takes note of how many tasks run; call it whenever that changes.
    pub fn note_running(&mut self, now: Micros, running: u32) {
        self.cooldown.note_running(now, running);
    }

    /// Evaluates alarms and policies at a whole minute, over the datapoints
    /// that are published by now.
    pub fn evaluate(
        &mut self,
        now: Micros,
        metrics: &Metrics,
        publish_delay: Micros,
        counts: Counts,
    ) -> Evaluation {
        let mut evaluation = Evaluation::default();
        let mut wishes = Vec::with_capacity(self.policies.len());
        let nothing = Series::default();
        for (index, policy) in self.policies.iter_mut().enumerate() {
            let series = metrics.get(&policy.settings.metric).unwrap_or(&nothing);
            let due = series.due(now, publish_delay);
            let published = series.slots(due);
            for alarm in std::iter::once(&mut policy.high).chain(&mut policy.low) {
                if alarm.evaluate(published) {
                    let (name, state) = (alarm.name.clone(), alarm.state);
                    evaluation.alarms.push(AlarmChange { t_s: now.as_s(), name, state });
                }
            }
            wishes.push(policy.wish(published, counts.running, counts.desired));
            let in_a_row = |alarm: &Alarm| alarm.breaching_in_a_row(published) as u32;
            evaluation.watches.push(Watch {
                t_s: now.as_s(),
                policy: index,
                // Slot k is the minute that ends at k: row k − 1 of the minutes.
                newest: due.checked_sub(2),
                metric: series.newest(due),
                above: in_a_row(&policy.high),
                below: policy.low.as_ref().map_or(0, in_a_row),
                high: policy.high.state,
                low: policy.low.as_ref().map(|low| low.state),
                scale_out_cooldown_until_s: self.cooldown.scale_out_until(now).map(Micros::as_s),
                scale_in_cooldown_until_s: self.cooldown.scale_in_until(now).map(Micros::as_s),
            });
        }
        evaluation.decisions = self.settle(now, counts, &wishes);
        evaluation
    }

    /// Out if any policy asks for it, in only if all that may scale in agree;
    /// of several the largest capacity wins (Application Auto Scaling user
    /// guide, target tracking, "multiple policies").
    fn settle(&mut self, now: Micros, counts: Counts, wishes: &[Wish]) -> Vec<Decision> {
        let out = largest(wishes, |wish| match wish {
            Wish::Out(proposal) => Some(proposal.capacity),
            _ => None,
        });
        let agreed = self
            .policies
            .iter()
            .filter_map(|policy| policy.low.as_ref())
            .all(|low| low.state == AlarmState::Alarm);
        let inward = largest(wishes, |wish| match wish {
            Wish::In(proposal) if agreed => Some(proposal.capacity),
            _ => None,
        });
        let mut verdicts: Vec<Option<Verdict>> = vec![None; wishes.len()];
        let mut winner = None;
        for index in [out, inward].into_iter().flatten() {
            let verdict = match &wishes[index] {
                Wish::Out(proposal) => self.scale_out(now, counts, proposal),
                Wish::In(proposal) => self.scale_in(now, counts, proposal),
                Wish::None => continue,
            };
            let moves = verdict.desired != counts.desired;
            verdicts[index] = Some(verdict);
            if moves {
                winner = Some(index);
                break;
            }
        }
        let desired_after = match winner {
            Some(index) => {
                let verdict = verdicts[index].as_ref();
                self.begin(
                    now,
                    counts,
                    index,
                    verdict.map_or(counts.desired, |verdict| verdict.desired),
                )
            }
            None => counts.desired,
        };
        let decide = |(index, wish): (usize, &Wish)| {
            let (Wish::Out(proposal) | Wish::In(proposal)) = wish else { return None };
            let verdict = verdicts[index].take().unwrap_or_else(|| match wish {
                Wish::In(_) if !agreed && winner.is_none() => Verdict::stay(
                    counts,
                    Outcome::Vetoed,
                    "another policy does not agree to scale in".to_owned(),
                ),
                _ => Verdict::stay(
                    counts,
                    Outcome::Outvoted,
                    "another policy asks for a larger capacity".to_owned(),
                ),
            });
            let settings = &self.policies[index].settings;
            Some(Decision {
                t_s: now.as_s(),
                policy: settings.name.clone(),
                metric_kind: Some(settings.metric),
                metric: Some(proposal.metric),
                target: Some(settings.target),
                running: counts.running,
                desired_before: counts.desired,
                proposed: proposal.capacity,
                desired_after,
                outcome: verdict.outcome,
                reason: join(&proposal.reason, &verdict.why),
            })
        };
        wishes.iter().enumerate().filter_map(decide).collect()
    }

    /// Starts the winner's activity and returns the new desired count.
    fn begin(&mut self, now: Micros, counts: Counts, policy: usize, desired: u32) -> u32 {
        let settings = &self.policies[policy].settings;
        if desired > counts.desired {
            self.cooldown.scale_out(counts.desired, desired, settings.scale_out_cooldown);
        } else {
            self.cooldown.scale_in(now, settings.scale_in_cooldown);
        }
        desired
    }

    /// Desired counts outside the bounds follow the ECS developer guide: below
    /// min a scale-out goes to min at least; above max it does nothing.
    fn scale_out(&self, now: Micros, counts: Counts, proposal: &Proposal) -> Verdict {
        let Bounds { min, max } = self.bounds;
        let Counts { desired, .. } = counts;
        let wanted = proposal.capacity;
        if desired >= max && wanted > desired {
            return Verdict::stay(counts, Outcome::AtMax, format!("MaxCapacity is {max}"));
        }
        let bounded = wanted.clamp(min, max);
        if bounded <= desired {
            return Verdict::stay(
                counts,
                Outcome::NoChange,
                format!("{desired} are desired already"),
            );
        }
        let credit = self.cooldown.credit(now);
        let credited = wanted.saturating_sub(credit).clamp(min, max);
        let seconds =
            self.cooldown.scale_out_until(now).map_or(0.0, |until| until.since(now).as_s());
        if credited <= desired {
            let why = format!(
                "the scale-out cooldown runs {seconds:.0} s more and counts its {credit} as added"
            );
            return Verdict::stay(counts, Outcome::InCooldown, why);
        }
        let mut why = String::new();
        if credit > 0 {
            why = format!(
                "less the {credit} that the scale-out cooldown counts as added, {credited}"
            );
        }
        if bounded != wanted {
            let bound = if bounded == max { "MaxCapacity" } else { "MinCapacity" };
            why = join(&why, &format!("held to {bound} {bounded}"));
        }
        Verdict { desired: credited, outcome: Outcome::ScaledOut, why }
    }

    /// Desired counts outside the bounds: above max a scale-in goes to max at
    /// least; below min it does nothing.
    fn scale_in(&self, now: Micros, counts: Counts, proposal: &Proposal) -> Verdict {
        let Bounds { min, max } = self.bounds;
        let Counts { desired, running, deploying } = counts;
        let wanted = proposal.capacity;
        if running == 0 {
            // The formula has no base; a service whose tasks all crashed must
            // not shrink for it. AWS does not say; this is our choice.
            return Verdict::stay(counts, Outcome::NoChange, "no task is running".to_owned());
        }
        if desired <= min && wanted < desired {
            return Verdict::stay(counts, Outcome::AtMin, format!("MinCapacity is {min}"));
        }
        let bounded = wanted.clamp(min, max);
        if bounded >= desired {
            let why =
                format!("with one task fewer than {desired} the metric would be above its target");
            return Verdict::stay(counts, Outcome::NoChange, why);
        }
        if deploying {
            // ECS developer guide, service auto scaling: scale-in is off while
            // deployments are in progress, scale-out is not.
            let why = "a deployment in progress holds scale-in".to_owned();
            return Verdict::stay(counts, Outcome::Deploying, why);
        }
        if let Some(until) = self.cooldown.scale_in_until(now) {
            let why = format!("the scale-in cooldown runs {:.0} s more", until.since(now).as_s());
            return Verdict::stay(counts, Outcome::InCooldown, why);
        }
        let mut why = String::new();
        if bounded != wanted {
            let bound = if bounded == min { "MinCapacity" } else { "MaxCapacity" };
            why = format!("held to {bound} {bounded}");
        }
        Verdict { desired: bounded, outcome: Outcome::ScaledIn, why }
    }
}

/// What comes of one policy's proposal.
#[derive(Debug, Clone)]
struct Verdict {
    desired: u32,
    outcome: Outcome,
    why: String,
}

impl Verdict {
    fn stay(counts: Counts, outcome: Outcome, why: String) -> Self {
        Self { desired: counts.desired, outcome, why }
    }
}

/// The first wish with the largest capacity.
fn largest(wishes: &[Wish], capacity: impl Fn(&Wish) -> Option<u32>) -> Option<usize> {
    let mut best: Option<(usize, u32)> = None;
    for (index, wish) in wishes.iter().enumerate() {
        if let Some(capacity) = capacity(wish)
            && best.is_none_or(|(_, most)| capacity > most)
        {
            best = Some((index, capacity));
        }
    }
    best.map(|(index, _)| index)
}

fn join(first: &str, second: &str) -> String {
    match (first.is_empty(), second.is_empty()) {
        (true, _) => second.to_owned(),
        (_, true) => first.to_owned(),
        _ => format!("{first}; {second}"),
    }
}
