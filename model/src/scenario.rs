//! What to simulate: parsed and checked once, valid by type ever after.

mod autoscaling;
mod balancing;
mod client;
mod json;
mod parse;
pub mod reader;
mod service;

pub use autoscaling::{
    AdjustmentType, Aggregation, AlarmSettings, Autoscaling, Bounds, BreachBehavior, Expression,
    Input, Metric, MetricMath, Parts, Policy, PredictiveScaling, Process, ScheduledAction, Signal,
    Statistic, Step, StepScaling, Suspended, TargetTracking,
};
pub use client::Client;
pub use json::{MAX_BYTES, read_json};
pub use reader::Fault;

use crate::ecs::{Configuration, Failing};
use crate::time::Micros;

/// A whole experiment: traffic, a service, its scaling, and what goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// A name for people; no meaning.
    pub name: String,
    /// Keys every random number of the exact data plane.
    pub seed: u64,
    /// The wall-clock instant of `t = 0`.
    pub start: Start,
    /// How long the run lasts (> 0, at most 14 days).
    pub duration: Micros,
    /// Offered load.
    pub traffic: Traffic,
    /// The ECS service.
    pub service: Service,
    /// How metrics reach CloudWatch.
    pub metrics: Metrics,
    /// The scalable target and its policies; without it the desired count is fixed.
    pub autoscaling: Option<Autoscaling>,
    /// What happens at given times; those of one instant in this order.
    pub events: Vec<Event>,
    /// The objective that a minute meets or misses.
    pub slo: Option<Slo>,
    /// What a task costs.
    pub price: Price,
}

/// A wall-clock instant in UTC, as written in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// As written: `YYYY-MM-DDThh:mm:ssZ`.
    pub text: String,
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix_s: i64,
}

/// Offered load over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Traffic {
    /// The rate over time.
    pub shape: Shape,
    /// How requests are spread at that rate.
    pub arrivals: Arrivals,
}

/// The offered rate over time [requests/s]; every rate is within 0 and 10^6.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Always `rps`.
    Steady {
        /// Rate [requests/s].
        rps: f64,
    },
    /// From one rate to another on a straight line; held before and after.
    Ramp {
        /// Rate until `start` [requests/s].
        from_rps: f64,
        /// Rate from `end` on [requests/s].
        to_rps: f64,
        /// Begin of the ramp.
        start: Micros,
        /// End of the ramp (not before `start`).
        end: Micros,
    },
    /// Base, a straight rise, a plateau, a straight fall, base.
    Spike {
        /// Rate outside the spike [requests/s].
        base_rps: f64,
        /// Rate on the plateau [requests/s].
        peak_rps: f64,
        /// Begin of the rise.
        start: Micros,
        /// Length of the rise; zero is a step.
        rise: Micros,
        /// Length of the plateau.
        hold: Micros,
        /// Length of the fall; zero is a step.
        fall: Micros,
    },
    /// A cosine between trough and peak.
    Diurnal {
        /// Lowest rate [requests/s].
        trough_rps: f64,
        /// Highest rate [requests/s].
        peak_rps: f64,
        /// When the rate is highest for the first time.
        peak_at: Micros,
        /// From peak to peak (> 0).
        period: Micros,
    },
    /// Each rate is held until the next point; the first also before it.
    Steps(Vec<(Micros, f64)>),
    /// Straight lines between points; first and last rates are held outside.
    Trace(Vec<(Micros, f64)>),
}

/// How requests are spread over time at the offered rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrivals {
    /// Independent of each other.
    Poisson,
    /// Evenly spaced.
    Deterministic,
}

/// An ECS service behind one target group.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Tasks at `t = 0`, all running, registered, healthy and warm.
    pub desired_count: u32,
    /// What every task is.
    pub task: Task,
    /// What a new task goes through before it serves at full speed.
    pub startup: Startup,
    /// The load balancer's view of the tasks.
    pub target_group: TargetGroup,
    /// Who sends the requests.
    pub client: Client,
    /// How tasks are replaced.
    pub deployment: Configuration,
    /// Availability Zones that the tasks are spread over (1 to 6).
    pub availability_zones: u32,
    /// Whether tasks are moved between them so that they stay balanced; never
    /// with a maximumPercent of 100.
    pub availability_zone_rebalancing: bool,
}

/// The task definition, and what a request asks of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// CPU units / 1024 (> 0).
    pub vcpu: f64,
    /// Memory [MiB] (> 0).
    pub memory_mib: f64,
    /// Requests that a task serves at once: its slots (1 to 10^4).
    pub concurrency: u32,
    /// Requests that may wait at a task; `None` is unbounded.
    pub queue_limit: Option<u32>,
    /// What a request takes when nothing contends, CPU included.
    pub service_time: ServiceTime,
    /// Mean CPU work of a request [ms of one vCPU]; at most the mean service
    /// time. A request's own CPU work is in proportion to its service time.
    pub cpu_ms_per_request: f64,
    /// What memory a task holds.
    pub memory: Memory,
    /// How a task ends that is told to.
    pub stop: Stop,
}

/// How a task ends once it has drained and gets the stop signal (SIGTERM).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// How long its process takes to end by itself.
    pub shutdown: Micros,
    /// stopTimeout: when it is killed (SIGKILL), 2 to 120 s on Fargate.
    pub timeout: Micros,
}

impl Stop {
    /// From the stop signal until the task is STOPPED.
    pub fn takes(self) -> Micros {
        self.shutdown.min(self.timeout)
    }
}

impl Task {
    /// How many requests in service a task's CPU can carry at full speed:
    /// `vcpu × mean_ms / cpu_ms_per_request` at CPU speed 1 (∞ without CPU work).
    ///
    /// With `n` in service each advances at `min(1, cpu_slots × speed / n)`.
    pub fn cpu_slots(&self, speed: f64) -> f64 {
        self.vcpu * self.service_time.mean_ms * speed / self.cpu_ms_per_request
    }

    /// The same task while each request takes `added` longer, without CPU. The
    /// law of its service time has the right mean and variance, not quite the
    /// right shape.
    pub fn waiting_longer(&self, added: Micros) -> Self {
        if added == Micros::ZERO {
            return self.clone();
        }
        let ServiceTime { law, mean_ms } = self.service_time;
        let longer_ms = mean_ms + added.as_s() * 1000.0;
        let law = match law.cv() * mean_ms / longer_ms {
            cv if cv > 0.0 => Law::Lognormal { cv },
            _ => Law::Deterministic,
        };
        Self { service_time: ServiceTime { law, mean_ms: longer_ms }, ..self.clone() }
    }

    /// The most that a task serves [requests/s] at CPU speed `speed`:
    /// the smaller of slots and CPU, over the mean service time.
    pub fn capacity_rps(&self, speed: f64) -> f64 {
        f64::from(self.concurrency).min(self.cpu_slots(speed)) * 1000.0 / self.service_time.mean_ms
    }
}

/// The law of the time that a request takes when nothing contends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ServiceTime {
    /// The shape of the law.
    pub law: Law,
    /// Its mean [ms] (> 0).
    pub mean_ms: f64,
}

/// The shape of a law of service times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Law {
    /// Always the mean.
    Deterministic,
    /// Exponential: coefficient of variation 1.
    Exponential,
    /// Lognormal.
    Lognormal {
        /// Coefficient of variation (> 0).
        cv: f64,
    },
}

impl Law {
    /// The coefficient of variation: standard deviation over mean.
    pub fn cv(self) -> f64 {
        match self {
            Self::Deterministic => 0.0,
            Self::Exponential => 1.0,
            Self::Lognormal { cv } => cv,
        }
    }
}

/// What memory a task holds: base, the most requests in service at once so
/// far, and a cache that fills as `1 − e^(−age / fill)`. Never given back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Memory {
    /// Held from the start [MiB].
    pub base_mib: f64,
    /// For each request of the highest number in service so far [MiB].
    pub per_request_mib: f64,
    /// The cache when full [MiB].
    pub cache_mib: f64,
    /// Its time constant.
    pub cache_fill: Micros,
}

/// The stages of a task before it serves at full speed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Startup {
    /// PROVISIONING: network interface, host. The task is pending.
    pub provision: Micros,
    /// Pulling the image. The task is pending, and billed.
    pub pull: Micros,
    /// From RUNNING until the process answers health checks.
    pub boot: Micros,
    /// From the first passed health check until full speed.
    pub warm_up: Micros,
    /// CPU speed while warming up (> 0, at most 1): CPU per request is divided by it.
    pub warm_up_speed: f64,
}

impl Startup {
    /// Whether a task serves in the instant in which it is started.
    pub fn is_instant(&self) -> bool {
        self.provision + self.pull + self.boot + self.warm_up == Micros::ZERO
    }
}

/// The Application Load Balancer's target group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TargetGroup {
    /// Which target takes a request.
    pub routing: Routing,
    /// How long the share of a new target grows (30 to 900 s); zero is off. Only
    /// with round robin.
    pub slow_start: Micros,
    /// How long a deregistered target may finish its requests.
    pub deregistration_delay: Micros,
    /// How long after RUNNING failed checks do not make ECS replace a task.
    pub health_check_grace_period: Micros,
    /// From one check of a target to the next (> 0).
    pub health_check_interval: Micros,
    /// Passed checks in a row that make an unhealthy target healthy (2 to 10).
    pub healthy_threshold: u32,
    /// Failed checks in a row that make a healthy target unhealthy (2 to 10).
    pub unhealthy_threshold: u32,
}

/// How the load balancer chooses a target (`load_balancing.algorithm.type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Routing {
    /// All in turn.
    RoundRobin,
    /// One with the fewest requests.
    LeastOutstandingRequests,
    /// At random, all alike.
    WeightedRandom,
}

/// How metrics reach CloudWatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metrics {
    /// From the end of a metric's minute to its visibility.
    pub publish_delay: Micros,
    /// From the end of a 20-second period to its visibility, if the service
    /// publishes its CPU and memory every 20 seconds.
    pub high_resolution_delay: Option<Micros>,
}

/// Something that happens at a given time, besides traffic and scaling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// When.
    pub at: Micros,
    /// What.
    pub kind: EventKind,
}

/// What can happen to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// `count` running tasks stop at once; what they had in flight fails.
    TaskCrash {
        /// Tasks.
        count: u32,
    },
    /// `count` targets answer no health check for a while.
    HealthCheckFailure {
        /// Tasks.
        count: u32,
        /// For how long.
        lasts: Micros,
    },
    /// `UpdateService --desired-count`.
    SetDesired {
        /// Tasks.
        desired_count: u32,
    },
    /// The longest-running `count` tasks are protected from scale-in and
    /// deployments for a while (`UpdateTaskProtection`).
    ProtectTasks {
        /// Tasks.
        count: u32,
        /// For how long.
        lasts: Micros,
    },
    /// All tasks of an Availability Zone are gone, and none starts there for a
    /// while.
    ZoneFailure {
        /// The zone, from 0.
        zone: u32,
        /// For how long.
        lasts: Micros,
    },
    /// What requests wait for is slow: each in service takes that much longer,
    /// without CPU.
    DependencySlow {
        /// How much longer.
        added: Micros,
        /// For how long.
        lasts: Micros,
    },
    /// A rolling deployment of a new revision.
    Deployment {
        /// How the new tasks fail, if they do.
        failing: Option<Failing>,
    },
    /// `RegisterScalableTarget` on an existing target: new bounds, and the
    /// desired count is pulled inside them.
    RegisterScalableTarget {
        /// MinCapacity, if given.
        min: Option<u32>,
        /// MaxCapacity, if given.
        max: Option<u32>,
        /// SuspendedState, if given.
        suspended: Option<Suspended>,
    },
    /// `DeregisterScalableTarget`: its policies and scheduled actions go with it.
    DeregisterScalableTarget,
    /// For a while ECS rejects the UpdateService calls of Application Auto Scaling.
    RejectUpdates {
        /// For how long.
        lasts: Micros,
    },
    /// A kind of scaling is suspended or resumed.
    Suspend {
        /// Which.
        process: Process,
        /// Suspended, else resumed.
        suspended: bool,
    },
}

/// The objective that a minute meets or misses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slo {
    /// The 95th percentile of the response time must not exceed this [ms].
    pub p95_ms: f64,
    /// The share of requests that end in an error must not exceed this [%].
    pub error_percent: f64,
}

/// What Fargate bills for a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// For a vCPU and hour [USD].
    pub vcpu_hour_usd: f64,
    /// For a GiB of memory and hour [USD].
    pub gb_hour_usd: f64,
    /// The AWS Region of these prices.
    pub region: String,
    /// The date of these prices.
    pub as_of: String,
}
