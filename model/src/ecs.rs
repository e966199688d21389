//! The ECS service scheduler: closes the difference between desired and
//! running, brings new revisions about, and moves tasks through their lives.

mod deployment;
mod fleet;
mod placement;
mod service;
mod throttle;

pub use deployment::{CircuitBreaker, Configuration, Failing, Failure, Threshold};
pub use placement::{DEFAULT_PROTECTION_MINUTES, PROTECTION_MINUTES, balanced, is_balanced};
pub use service::Service;
pub use throttle::delay as throttle_delay;

use crate::data_plane::TaskId;
use crate::scenario::Startup;
use crate::time::Micros;
use crate::trace::TaskLife;

/// A task whose process exits by itself lives that long after RUNNING at least,
/// or until the end of booting. Our choice.
pub const SHORTEST_LIFE: Micros = Micros::from_whole_s(10);

/// Where a task is in its life, as ECS sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// PROVISIONING to ACTIVATING: being provisioned or pulled.
    Pending,
    /// RUNNING.
    Running,
    /// DEACTIVATING and STOPPING: deregistered, draining, then shutting down.
    Draining,
    /// STOPPED.
    Stopped,
}

/// A task of the service.
#[derive(Debug, Clone)]
pub struct Task {
    /// What it went through, and when.
    pub life: TaskLife,
    /// Where it is now.
    pub phase: Phase,
    /// It failed its health checks; a replacement is on its way.
    pub condemned: bool,
    /// Until when it is protected from scale-in and deployments.
    pub protected_until: Micros,
}

/// What the scheduler wants done with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// A new task was created and begins its start-up.
    Start(TaskId),
    /// The task is to be deregistered and stopped.
    Stop(TaskId),
}

/// When a task that is RUNNING at `running` has its first health check that it
/// can pass: at the first multiple of the check's interval after RUNNING that
/// is not before the end of booting. A task without any start-up stage serves
/// at once.
pub fn first_health_check(running: Micros, startup: &Startup, interval: Micros) -> Micros {
    if startup.is_instant() {
        return running;
    }
    let checks = startup.boot.0.div_ceil(interval.0).max(1);
    running + Micros(checks * interval.0)
}

/// When a running task of a service without load balancer and without container
/// health check counts as healthy: 40 s after RUNNING (ECS API reference,
/// `DeploymentConfiguration`). Services here have a load balancer; their tasks
/// count when their target is healthy.
pub fn healthy_without_checks(running: Micros) -> Micros {
    running + Micros::from_whole_s(40)
}

/// CPUUtilization of a service [%]: what its tasks use over what their task
/// definition reserves, both in CPU units (ECS developer guide, "service
/// utilization"). On EC2 a task may use more than it reserves, and the value
/// pass 100; on Fargate, which is what a run plays, it cannot.
pub fn utilization_percent(used: f64, reserved: f64) -> f64 {
    100.0 * used / reserved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_check_waits_for_the_boot() {
        let startup = |boot| Startup {
            provision: Micros::SECOND,
            pull: Micros::ZERO,
            boot: Micros::from_whole_s(boot),
            warm_up: Micros::ZERO,
            warm_up_speed: 1.0,
        };
        let first = |boot| {
            let interval = Micros::from_whole_s(30);
            first_health_check(Micros::from_whole_s(7), &startup(boot), interval).as_s()
        };
        assert_eq!([0, 15, 30, 31].map(first), [37.0, 37.0, 37.0, 67.0]);
    }
}
