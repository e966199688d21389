//! Scaling activities: what `describe-scaling-activities` lists of a run.
//!
//! Source: Application Auto Scaling user guide, "Scaling activities".

use super::{By, Decision, Outcome, Trace};
use crate::time::Micros;

/// One scaling activity, or a reason for none.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// StartTime [s since the run's start].
    pub start_s: f64,
    /// EndTime, if it has ended.
    pub end_s: Option<f64>,
    /// StatusCode.
    pub status: Status,
    /// Description.
    pub description: String,
    /// Cause.
    pub cause: String,
    /// NotScaledReasons: its Code, if nothing was scaled.
    pub not_scaled: Option<NotScaled>,
}

/// StatusCode of an activity. AWS has `Pending` too, for a moment, and
/// `Unfulfilled`, but does not say when that begins; here an activity stays
/// `InProgress` until it is fulfilled or overridden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The service is not there yet.
    InProgress,
    /// As many tasks run as were asked for.
    Successful,
    /// The desired count was changed before.
    Overridden,
    /// It could not be applied.
    Failed,
}

impl Status {
    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Successful => "Successful",
            Self::Overridden => "Overridden",
            Self::Failed => "Failed",
        }
    }
}

/// Code of a NotScaledReason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotScaled {
    /// Scaling in would bring the metric back above its target.
    AutoScalingAnticipatedFlapping,
    /// A deployment holds scale-in. That AWS gives this code then is our
    /// choice; it defines the code and no more.
    TargetServicePutResourceAsUnscalable,
    /// At MaxCapacity.
    AlreadyAtMaxCapacity,
    /// At MinCapacity.
    AlreadyAtMinCapacity,
    /// What was asked for is desired already.
    AlreadyAtDesiredCapacity,
}

impl NotScaled {
    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AutoScalingAnticipatedFlapping => "AutoScalingAnticipatedFlapping",
            Self::TargetServicePutResourceAsUnscalable => "TargetServicePutResourceAsUnscalable",
            Self::AlreadyAtMaxCapacity => "AlreadyAtMaxCapacity",
            Self::AlreadyAtMinCapacity => "AlreadyAtMinCapacity",
            Self::AlreadyAtDesiredCapacity => "AlreadyAtDesiredCapacity",
        }
    }

    /// The reason for a decision that moved nothing; cooldowns, other policies
    /// and suspension have none.
    fn of(decision: &Decision) -> Option<Self> {
        let below =
            decision.metric.zip(decision.target).is_some_and(|(metric, target)| metric < target);
        match decision.outcome {
            Outcome::AtMax => Some(Self::AlreadyAtMaxCapacity),
            Outcome::AtMin => Some(Self::AlreadyAtMinCapacity),
            Outcome::Deploying => Some(Self::TargetServicePutResourceAsUnscalable),
            Outcome::NoChange if decision.metric.is_none() => None,
            // The last task is not kept for fear of flapping.
            Outcome::NoChange
                if decision.by == By::TargetTracking && below && decision.running > 1 =>
            {
                Some(Self::AutoScalingAnticipatedFlapping)
            }
            Outcome::NoChange => Some(Self::AlreadyAtDesiredCapacity),
            _ => None,
        }
    }
}

/// The activities of a run up to `until_s` [s], oldest first. Of a run of
/// equal reasons for not scaling only the first is there.
pub fn activities(trace: &Trace, until_s: f64) -> Vec<Activity> {
    let mut list = List { trace, activities: Vec::new(), open: None };
    let mut by_hand = trace.by_hand.iter().take_while(|change| change.t_s <= until_s).peekable();
    let scaling = trace.decisions.iter().filter(|decision| decision.by != By::Service);
    for decision in scaling.take_while(|decision| decision.t_s <= until_s) {
        // Events of an instant come before what is decided in it.
        while let Some(change) = by_hand.next_if(|change| change.t_s <= decision.t_s) {
            list.change(change.t_s);
        }
        list.decide(decision);
    }
    by_hand.for_each(|change| list.change(change.t_s));
    list.close(until_s);
    list.activities
}

/// The activities so far.
struct List<'a> {
    trace: &'a Trace,
    activities: Vec<Activity>,
    /// The desired count of the last one that scaled, while it is not fulfilled.
    open: Option<u32>,
}

impl List<'_> {
    fn decide(&mut self, decision: &Decision) {
        let moves = matches!(decision.outcome, Outcome::ScaledOut | Outcome::ScaledIn);
        if moves {
            self.change(decision.t_s);
        } else {
            self.close(decision.t_s);
        }
        let mut next = Activity {
            start_s: decision.t_s,
            end_s: Some(decision.t_s),
            status: Status::Failed,
            description: format!("Setting desired count to {}.", decision.desired_after),
            cause: cause(decision),
            not_scaled: None,
        };
        if moves {
            (next.status, next.end_s) = (Status::InProgress, None);
            self.open = Some(decision.desired_after);
        } else if decision.outcome == Outcome::Failed {
            next.description.clone_from(&decision.reason);
        } else {
            let reason = NotScaled::of(decision);
            let again = self.activities.last().is_some_and(|last| last.not_scaled == reason);
            if reason.is_none() || again || self.open.is_some() {
                return;
            }
            next.not_scaled = reason;
            "Attempting to scale due to alarm triggered".clone_into(&mut next.description);
        }
        self.activities.push(next);
    }

    /// The desired count changes: an activity that is not fulfilled by then is
    /// overridden.
    fn change(&mut self, t_s: f64) {
        self.close(t_s);
        if self.open.take().is_some()
            && let Some(last) = self.under_way()
        {
            (last.status, last.end_s) = (Status::Overridden, Some(t_s));
        }
    }

    fn under_way(&mut self) -> Option<&mut Activity> {
        self.activities.iter_mut().rfind(|activity| activity.status == Status::InProgress)
    }

    /// Ends the activity under way if the service came to what it asked for.
    fn close(&mut self, until_s: f64) {
        let (trace, Some(desired)) = (self.trace, self.open) else { return };
        let Some(activity) = self.under_way() else { return };
        let starts = trace.tasks.iter().filter_map(|task| task.running);
        let fulfilled = std::iter::once(Micros::from_s(activity.start_s))
            .chain(starts)
            .filter(|at| (activity.start_s..=until_s).contains(&at.as_s()))
            .filter(|at| running(trace, *at) >= desired)
            .min();
        if let Some(at) = fulfilled {
            (activity.status, activity.end_s) = (Status::Successful, Some(at.as_s()));
            self.open = None;
        }
    }
}

/// Tasks RUNNING at the end of an instant.
fn running(trace: &Trace, at: Micros) -> u32 {
    let by = |moment: Option<Micros>| moment.is_some_and(|moment| moment <= at);
    let is_running = trace
        .tasks
        .iter()
        .filter(|task| by(task.running) && !by(task.draining) && !by(task.stopped));
    is_running.count() as u32
}

fn cause(decision: &Decision) -> String {
    let policy = &decision.policy;
    match &decision.alarm {
        Some(alarm) => format!("monitor alarm {alarm} in state ALARM triggered policy {policy}"),
        None if decision.by == By::ScheduledAction => {
            format!("scheduled action {policy} was triggered")
        }
        None => format!("forecast of policy {policy}"),
    }
}
