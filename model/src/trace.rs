//! What a run leaves behind: minutes, decisions, alarms, tasks and a summary.

use crate::data_plane::{Fidelity, Sample, TaskId};
use crate::scenario::{Metric, Slo};
use crate::time::Micros;

pub mod activity;
mod json;

/// Everything that a run leaves behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The scenario's name.
    pub name: String,
    /// `exact` or `expected`.
    pub station: Station,
    /// The scenario's seed.
    pub seed: u64,
    /// Figures of the whole run.
    pub summary: Summary,
    /// One row a minute, in order.
    pub minutes: Vec<Minute>,
    /// What the policies and events decided, in order.
    pub decisions: Vec<Decision>,
    /// Each change of the desired count by hand, in order.
    pub by_hand: Vec<ByHand>,
    /// Each cooldown, in order of its begin.
    pub cooldowns: Vec<CooldownSpan>,
    /// Each change of state of an alarm, in order.
    pub alarms: Vec<AlarmChange>,
    /// What each policy's alarms saw, a row a minute and policy, in order.
    pub watches: Vec<Watch>,
    /// The life of every task, in order of their numbers.
    pub tasks: Vec<TaskLife>,
    /// Every deployment, in order.
    pub deployments: Vec<Deployment>,
}

/// Which data plane served the requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Station {
    /// Each request by itself.
    Exact,
    /// The mean over many runs, from queueing theory.
    Expected,
}

/// Figures of the whole run.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Summary {
    /// Requests that arrived, those sent again included; the sum of the next five.
    #[serde(serialize_with = "json::number")]
    pub requests: f64,
    /// Requests that were answered.
    #[serde(serialize_with = "json::number")]
    pub completed: f64,
    /// Refused: queue full, or no target (503).
    #[serde(serialize_with = "json::number")]
    pub rejected: f64,
    /// The client gave up.
    #[serde(serialize_with = "json::number")]
    pub timed_out: f64,
    /// Lost in a crash or at the end of draining (502).
    #[serde(serialize_with = "json::number")]
    pub failed: f64,
    /// Still in the service at the end.
    #[serde(serialize_with = "json::number")]
    pub in_flight: f64,
    /// Mean response time [ms]; `None` if nothing completed.
    #[serde(serialize_with = "json::optional_number")]
    pub mean_ms: Option<f64>,
    /// Median response time [ms].
    #[serde(serialize_with = "json::optional_number")]
    pub p50_ms: Option<f64>,
    /// 95th percentile of the response time [ms].
    #[serde(serialize_with = "json::optional_number")]
    pub p95_ms: Option<f64>,
    /// 99th percentile of the response time [ms].
    #[serde(serialize_with = "json::optional_number")]
    pub p99_ms: Option<f64>,
    /// Mean time in queue of those that began service [ms].
    #[serde(serialize_with = "json::optional_number")]
    pub mean_wait_ms: Option<f64>,
    /// Share of those that began service that had to wait, 0 to 1.
    #[serde(serialize_with = "json::optional_number")]
    pub wait_probability: Option<f64>,
    /// Busy slots over available ones, 0 to 1.
    #[serde(serialize_with = "json::optional_number")]
    pub utilization: Option<f64>,
    /// Task time that is billed: pulling to STOPPED [s].
    #[serde(serialize_with = "json::number")]
    pub task_seconds: f64,
    /// Its price [USD].
    #[serde(serialize_with = "json::number")]
    pub cost_usd: f64,
    /// Minutes that missed the objective (0 without one).
    pub slo_minutes_missed: u32,
    /// Decisions that raised the desired count.
    pub scale_outs: u32,
    /// Decisions that lowered it.
    pub scale_ins: u32,
    /// The most tasks RUNNING at once.
    pub peak_running: u32,
}

impl Summary {
    /// Takes over what happened to the requests of the run, and how many of
    /// them are still in the service.
    pub(crate) fn take(&mut self, total: &Sample, in_flight: f64) {
        let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
        self.requests = total.offered;
        self.completed = total.completed;
        self.rejected = total.rejected;
        self.timed_out = total.timed_out;
        self.failed = total.failed;
        self.in_flight = in_flight;
        self.mean_ms = total.latency.mean();
        self.p50_ms = total.latency.quantile(0.5);
        self.p95_ms = total.latency.quantile(0.95);
        self.p99_ms = total.latency.quantile(0.99);
        self.mean_wait_ms = share(1000.0 * total.wait_s, total.started);
        self.wait_probability = share(total.waited, total.started);
        self.utilization = share(total.busy_slot_s, total.slot_s);
    }
}

/// One minute of the run.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Minute {
    /// The minute's end [s since the start]; the last may be a short one.
    #[serde(serialize_with = "json::number")]
    pub t_s: f64,
    /// Requests that arrived [requests/s].
    #[serde(serialize_with = "json::number")]
    pub offered_rps: f64,
    /// Requests answered [requests/s].
    #[serde(serialize_with = "json::number")]
    pub served_rps: f64,
    /// The service's desired count at the minute's end, after what was decided
    /// in that instant; so are the next three.
    pub desired: u32,
    /// Tasks RUNNING at the minute's end; draining ones are not.
    pub running: u32,
    /// Tasks being provisioned or pulled at the minute's end.
    pub pending: u32,
    /// Tasks draining at the minute's end.
    pub draining: u32,
    /// Average over the running tasks, idle ones included [%]; `None` if none ran.
    #[serde(serialize_with = "json::optional_number")]
    pub cpu_percent: Option<f64>,
    /// Average CPU of the tasks in rotation alone [%]: the fill of their boxes.
    #[serde(skip)]
    pub serving_cpu_percent: Option<f64>,
    /// Average over the running tasks [%].
    #[serde(serialize_with = "json::optional_number")]
    pub memory_percent: Option<f64>,
    /// Requests per healthy target in this minute; `None` without a target.
    #[serde(serialize_with = "json::optional_number")]
    pub requests_per_target: Option<f64>,
    /// Median response time [ms]; `None` if nothing completed.
    #[serde(serialize_with = "json::optional_number")]
    pub p50_ms: Option<f64>,
    /// 95th percentile of the response time [ms].
    #[serde(serialize_with = "json::optional_number")]
    pub p95_ms: Option<f64>,
    /// 99th percentile of the response time [ms].
    #[serde(serialize_with = "json::optional_number")]
    pub p99_ms: Option<f64>,
    /// Requests that ended in an error: rejected, timed out or failed.
    #[serde(serialize_with = "json::number")]
    pub errors: f64,
    /// Whether the minute missed the objective.
    #[serde(skip)]
    pub missed: bool,
    /// How far the latencies can be trusted.
    pub fidelity: Fidelity,
}

impl Minute {
    /// Takes over what happened to the requests of a minute of this length [s].
    pub(crate) fn take(&mut self, sample: &Sample, seconds: f64, slo: Option<Slo>) {
        self.served_rps = sample.completed / seconds;
        self.p50_ms = sample.latency.quantile(0.5);
        self.p95_ms = sample.latency.quantile(0.95);
        self.p99_ms = sample.latency.quantile(0.99);
        self.errors = sample.errors();
        self.missed = slo.is_some_and(|slo| {
            self.p95_ms.is_some_and(|p95_ms| p95_ms > slo.p95_ms)
                || self.errors * 100.0 > slo.error_percent * sample.offered
        });
    }
}

/// What a policy, an action or an event decided, and why.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Decision {
    /// When.
    #[serde(serialize_with = "json::number")]
    pub t_s: f64,
    /// The name of what decided: a policy's or an action's, or what it was.
    pub policy: String,
    /// Which metric, if a policy decided.
    #[serde(skip)]
    pub metric_kind: Option<Metric>,
    /// The datapoint that went into the formula.
    #[serde(serialize_with = "json::optional_number")]
    pub metric: Option<f64>,
    /// The target that it was held against.
    #[serde(skip)]
    pub target: Option<f64>,
    /// What decided.
    #[serde(skip)]
    pub by: By,
    /// The alarm that called the policy.
    #[serde(skip)]
    pub alarm: Option<String>,
    /// Tasks RUNNING: what the formula starts from.
    pub running: u32,
    /// The service's desired count before everything decided in this instant.
    pub desired_before: u32,
    /// What this policy asked for, before bounds and cooldown.
    pub proposed: u32,
    /// The service's desired count after everything decided in this instant.
    pub desired_after: u32,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, in words and numbers.
    pub reason: String,
}

/// What decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A target tracking policy, called by an alarm.
    TargetTracking,
    /// A step policy, called by an alarm.
    StepScaling,
    /// A predictive policy, at the time of a forecast.
    PredictiveScaling,
    /// A scheduled action, at its time.
    ScheduledAction,
    /// ECS, or the API of Application Auto Scaling: no scaling activity.
    Service,
}

impl Decision {
    /// A decision that changes nothing yet: the service runs `running` tasks of
    /// `desired`.
    pub(crate) fn new(now: Micros, by: By, name: &str, running: u32, desired: u32) -> Self {
        Self {
            t_s: now.as_s(),
            policy: name.to_owned(),
            metric_kind: None,
            metric: None,
            target: None,
            by,
            alarm: None,
            running,
            desired_before: desired,
            proposed: desired,
            desired_after: desired,
            outcome: Outcome::NoChange,
            reason: String::new(),
        }
    }
}

/// A desired count that was changed by hand, by UpdateService or
/// RegisterScalableTarget.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ByHand {
    /// When.
    pub t_s: f64,
    /// The desired count from then on [tasks].
    pub desired: u32,
}

/// A cooldown of the scalable target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CooldownSpan {
    /// Its begin: when the activity completed [s].
    pub from_s: f64,
    /// Its end, or when a scale-out ended it before [s].
    pub until_s: f64,
    /// A scale-out cooldown; else a scale-in cooldown.
    pub out: bool,
}

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The desired count rose.
    ScaledOut,
    /// The desired count fell.
    ScaledIn,
    /// The formula gave what is there already.
    NoChange,
    /// A cooldown held it.
    InCooldown,
    /// Already at MaxCapacity, or above.
    AtMax,
    /// Already at MinCapacity, or below.
    AtMin,
    /// Another policy does not agree to scale in.
    Vetoed,
    /// Another policy asked for more.
    Outvoted,
    /// A deployment is in progress, which holds scale-in.
    Deploying,
    /// This kind of scaling is suspended.
    Suspended,
    /// It could not be applied.
    Failed,
}

/// The state of a CloudWatch alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AlarmState {
    /// Not breaching.
    Ok,
    /// Breaching.
    Alarm,
    /// Nothing to go by.
    InsufficientData,
}

/// A change of state of an alarm.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AlarmChange {
    /// When.
    #[serde(serialize_with = "json::number")]
    pub t_s: f64,
    /// The alarm's name.
    pub name: String,
    /// Its new state.
    pub state: AlarmState,
}

/// What the two alarms of a target tracking policy saw when they were
/// evaluated, or what an alarm of one's own saw that calls a step policy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Watch {
    /// When.
    pub t_s: f64,
    /// Index of the policy among the scenario's.
    pub policy: usize,
    /// Row of [`Trace::minutes`] in which the newest datapoint visible ends, if any.
    pub newest: Option<usize>,
    /// Its value.
    pub metric: Option<f64>,
    /// Newest datapoints in a row above the target, at most as many as the high
    /// alarm counts; of an alarm of one's own those that breach.
    pub above: u32,
    /// Newest datapoints in a row below the low alarm's threshold, at most as
    /// many as it counts.
    pub below: u32,
    /// State of the high alarm, or of the alarm of one's own.
    pub high: AlarmState,
    /// State of the low alarm; `None` if there is none.
    pub low: Option<AlarmState>,
    /// Until when a scale-out cooldown runs, if one does.
    pub scale_out_cooldown_until_s: Option<f64>,
    /// Until when a scale-in cooldown runs, if one does.
    pub scale_in_cooldown_until_s: Option<f64>,
}

/// The life of one task; a stage that was not reached is `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TaskLife {
    /// Its number.
    pub id: TaskId,
    /// The service revision that it belongs to; the first is 0.
    pub revision: u32,
    /// Its Availability Zone; the first is 0.
    pub zone: u32,
    /// ECS decided to start it (PROVISIONING). Zero for the first tasks.
    pub created: Micros,
    /// Pulling begins: the bill begins.
    pub pulling: Option<Micros>,
    /// RUNNING: it counts.
    pub running: Option<Micros>,
    /// Healthy for the first time: it takes requests.
    pub serving: Option<Micros>,
    /// At full speed.
    pub warm: Option<Micros>,
    /// Deregistered: draining begins.
    pub draining: Option<Micros>,
    /// STOPPED.
    pub stopped: Option<Micros>,
    /// It stopped because it crashed.
    pub crashed: bool,
}

impl TaskLife {
    /// The state at `t` as a person would name it; `None` before its creation
    /// and after its end.
    pub fn stage(&self, t: Micros) -> Option<Stage> {
        let reached = |at: Option<Micros>| at.is_some_and(|at| at <= t);
        if t < self.created || reached(self.stopped) {
            None
        } else if reached(self.draining) {
            Some(Stage::Draining)
        } else if reached(self.warm) {
            Some(Stage::Warm)
        } else if reached(self.serving) {
            Some(Stage::WarmingUp)
        } else if reached(self.running) {
            Some(Stage::Booting)
        } else {
            Some(Stage::Pending)
        }
    }
}

/// A deployment of a service revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deployment {
    /// When it began.
    pub begun: Micros,
    /// The revision that all tasks were to have; a rollback has an earlier one.
    pub revision: u32,
    /// When it ended, if it did.
    pub ended: Option<Micros>,
    /// How it stands, or ended.
    pub state: RolloutState,
}

/// How a deployment stands (ECS's `rolloutState`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RolloutState {
    /// Tasks are being replaced.
    InProgress,
    /// As many healthy tasks as desired, all of the new revision.
    Completed,
    /// The circuit breaker stopped it.
    Failed,
    /// Another deployment took its place.
    Superseded,
}

/// A stage of a task's life, as drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Being provisioned or pulled: `pendingCount`.
    Pending,
    /// RUNNING, but not yet healthy: idle.
    Booting,
    /// Taking requests, at less than full speed.
    WarmingUp,
    /// Taking requests at full speed.
    Warm,
    /// Deregistered, finishing what it has.
    Draining,
}
