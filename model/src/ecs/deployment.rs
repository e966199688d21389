//! Rolling deployments: how many tasks may stop and start, and when a
//! deployment has failed.

/// How a rolling deployment, and the replacement of unhealthy tasks, may change
/// the number of tasks (`deploymentConfiguration`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Configuration {
    /// minimumHealthyPercent [% of the desired count], 0 to 100.
    pub minimum_healthy_percent: u32,
    /// maximumPercent [% of the desired count], 100 to 200.
    pub maximum_percent: u32,
    /// The deployment circuit breaker, if it is on.
    pub circuit_breaker: Option<CircuitBreaker>,
}

/// ECS's defaults for a service whose tasks it keeps running (API reference,
/// `DeploymentConfiguration`); the circuit breaker is off.
impl Default for Configuration {
    fn default() -> Self {
        Self { minimum_healthy_percent: 100, maximum_percent: 200, circuit_breaker: None }
    }
}

impl Configuration {
    /// How many tasks must stay healthy: minimumHealthyPercent of the desired
    /// count, rounded up (ECS API reference, `DeploymentConfiguration`).
    pub fn least_healthy(&self, desired: u32) -> u32 {
        (u64::from(desired) * u64::from(self.minimum_healthy_percent)).div_ceil(100) as u32
    }

    /// How many tasks may be RUNNING and PENDING together: maximumPercent of
    /// the desired count, rounded down. That stopping tasks do not count is what
    /// the ECS API reference says; the developer guide counts them. We follow
    /// the API.
    pub fn most(&self, desired: u32) -> u32 {
        (u64::from(desired) * u64::from(self.maximum_percent) / 100) as u32
    }

    /// How many of `healthy` tasks may stop before others have started (ECS
    /// developer guide, "Rolling update": 4 desired at 50 % → 2; 2 desired at
    /// 75 % → none).
    pub fn may_stop(&self, desired: u32, healthy: u32) -> u32 {
        healthy.saturating_sub(self.least_healthy(desired))
    }

    /// How many tasks may start beside `present` RUNNING and PENDING ones (ECS
    /// developer guide, "Rolling update": 4 desired at 200 % → 4; 3 desired at
    /// 125 % → none).
    pub fn may_start(&self, desired: u32, present: u32) -> u32 {
        self.most(desired).saturating_sub(present)
    }
}

/// The deployment circuit breaker: too many failed tasks fail the deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CircuitBreaker {
    /// How many failed tasks are too many.
    pub threshold: Threshold,
    /// Go back to the last completed deployment.
    pub rollback: bool,
    /// A task that becomes healthy sets the count back to 0, so that failures
    /// in a row count (`resetOnHealthyTask`).
    pub reset_on_healthy_task: bool,
}

/// How many failed tasks fail a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// A share of the desired count [%], 1 to 100, but 3 tasks at least and 200
    /// at most: the default, at 50 %.
    BoundedPercent(u32),
    /// A share of the desired count [%], 1 to 100.
    UnboundedPercent(u32),
    /// A number of tasks (≥ 1).
    Count(u32),
}

impl Threshold {
    /// The number of failed tasks, rounded up, at the service's desired count
    /// of the moment (ECS developer guide, "deployment circuit breaker").
    pub fn tasks(self, desired: u32) -> u32 {
        let share = |percent: u32| (u64::from(desired) * u64::from(percent)).div_ceil(100) as u32;
        match self {
            Self::BoundedPercent(percent) => share(percent).clamp(3, 200),
            // A service without tasks must not fail before one has; our choice.
            Self::UnboundedPercent(percent) => share(percent).max(1),
            Self::Count(tasks) => tasks,
        }
    }
}

/// How the tasks of a new version fail, if they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// They stop before they are RUNNING: the image cannot be pulled, say.
    BeforeRunning,
    /// They are RUNNING and exit at the end of booting.
    Exit,
    /// They are RUNNING and never pass a health check.
    HealthCheck,
}

/// A deployment under way, or one that has failed and was not rolled back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rollout {
    /// Tasks of other revisions that are kept for the time being.
    pub(super) kept: u32,
    /// Failed tasks that the circuit breaker counts.
    pub(super) failures: u32,
    /// Brings an earlier revision back; the circuit breaker does not watch it.
    pub(super) is_rollback: bool,
    /// The circuit breaker has stopped it.
    pub(super) has_failed: bool,
}

/// The circuit breaker has failed a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// Failed tasks.
    pub failures: u32,
    /// How many were too many.
    pub threshold: u32,
    /// Whether the last completed deployment comes back.
    pub rolls_back: bool,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { failures, threshold, rolls_back } = self;
        let then = if *rolls_back {
            "the last completed deployment comes back"
        } else {
            "the deployment has failed and starts no more"
        };
        write!(f, "{failures} failed tasks, {threshold} are too many; {then}")
    }
}
