//! Scaling activities: what `describe-scaling-activities` lists of a run.
//!
//! Source: Application Auto Scaling user guide, "Scaling activities".

use super::{Decision, Outcome, Trace};
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
            Outcome::NoChange if decision.tracking && below => {
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
    let mut activities: Vec<Activity> = Vec::new();
    // The desired count of the last one, while it is not fulfilled.
    let mut open: Option<u32> = None;
    let decisions = trace.decisions.iter().take_while(|decision| decision.t_s <= until_s);
    for decision in decisions {
        close(trace, &mut activities, &mut open, decision.t_s);
        let moves = matches!(decision.outcome, Outcome::ScaledOut | Outcome::ScaledIn);
        let mut next = Activity {
            start_s: decision.t_s,
            end_s: Some(decision.t_s),
            status: Status::Failed,
            description: format!("Setting desired count to {}.", decision.desired_after),
            cause: cause(decision),
            not_scaled: None,
        };
        if moves {
            if let Some(last) = activities.last_mut().filter(|_| open.is_some()) {
                (last.status, last.end_s) = (Status::Overridden, Some(decision.t_s));
            }
            (next.status, next.end_s) = (Status::InProgress, None);
            open = Some(decision.desired_after);
            activities.push(next);
        } else if decision.outcome == Outcome::Failed {
            next.description = decision.reason.clone();
            activities.push(next);
        } else if let Some(reason) = NotScaled::of(decision) {
            let again = activities.last().is_some_and(|last| last.not_scaled == Some(reason));
            if !again && open.is_none() {
                next.not_scaled = Some(reason);
                next.description = "Attempting to scale due to alarm triggered".to_owned();
                activities.push(next);
            }
        }
    }
    close(trace, &mut activities, &mut open, until_s);
    activities
}

/// Ends the last activity if the service came to what it asked for by then.
fn close(trace: &Trace, activities: &mut [Activity], open: &mut Option<u32>, until_s: f64) {
    let (Some(desired), Some(last)) = (*open, activities.last_mut()) else { return };
    let starts = trace.tasks.iter().filter_map(|task| task.running);
    let mut times: Vec<Micros> =
        starts.filter(|at| (last.start_s..=until_s).contains(&at.as_s())).collect();
    times.push(Micros::from_s(last.start_s));
    let fulfilled = times.into_iter().filter(|at| running(trace, *at) >= desired).min();
    if let Some(at) = fulfilled {
        (last.status, last.end_s, *open) = (Status::Successful, Some(at.as_s()), None);
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
        None => format!("{policy} was triggered"),
    }
}
