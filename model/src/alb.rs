//! The Application Load Balancer's target group: health checks, and who takes
//! new requests.

pub mod ramp;
mod timeouts;

pub use timeouts::{Answer, CONNECT_TIMEOUT, IDLE_TIMEOUT, answer_for_silence};

use std::collections::BTreeMap;

use crate::data_plane::{DataPlane, TaskId};
use crate::scenario::TargetGroup as Settings;
use crate::time::Micros;

use ramp::Ramp;

/// A registered target.
#[derive(Debug, Clone)]
struct Target {
    /// From here its checks are counted.
    registered: Micros,
    healthy: bool,
    speed: f64,
    in_rotation: bool,
    /// Until when its checks fail, if they do.
    failing_until: Micros,
    /// Whether its next check is on the way; the checks of a healthy target
    /// that passes them need not be played.
    watched: bool,
    /// Results of the last checks in a row that speak against its state.
    contrary: u32,
    /// Its slow start, if it went through one when it last became healthy.
    ramp: Option<Ramp>,
}

impl Target {
    fn is_in_slow_start(&self, now: Micros) -> bool {
        self.ramp.is_some_and(|ramp| now < ramp.until)
    }
}

/// A target group. Targets that are `initial` or `draining` are not in here:
/// they take no request.
#[derive(Debug, Clone)]
pub struct TargetGroup {
    settings: Settings,
    targets: BTreeMap<TaskId, Target>,
}

/// What a health check found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Nothing new; check again at that instant.
    Again(Micros),
    /// The target became unhealthy; check again at that instant.
    Unhealthy(Micros),
    /// The target is healthy and its checks pass: none needs watching.
    Settled,
}

impl TargetGroup {
    /// An empty target group.
    pub fn new(settings: Settings) -> Self {
        Self { settings, targets: BTreeMap::new() }
    }

    /// A target that is healthy at the start of the run.
    pub fn is_there(&mut self, task: TaskId) {
        self.register(task, Micros::ZERO, 1.0, None);
    }

    /// A target passed its first check: one is enough, whatever the healthy
    /// threshold says (ECS developer guide, load balancer health checks).
    /// `running` is where its checks are counted from; `speed` is its CPU's.
    pub fn first_check_passed(&mut self, now: Micros, task: TaskId, running: Micros, speed: f64) {
        let ramp = self.slow_start(now);
        self.register(task, running, speed, ramp);
    }

    /// The slow start of a target that becomes healthy now: there is one if a
    /// healthy target is not in slow start (ELB user guide, "Slow start mode").
    fn slow_start(&self, now: Micros) -> Option<Ramp> {
        let span = self.settings.slow_start;
        let is_full = |target: &Target| target.healthy && !target.is_in_slow_start(now);
        (span > Micros::ZERO && self.targets.values().any(is_full))
            .then(|| Ramp { from: now, until: now + span })
    }

    fn register(&mut self, task: TaskId, running: Micros, speed: f64, ramp: Option<Ramp>) {
        let target = Target {
            ramp,
            registered: running,
            healthy: true,
            speed,
            in_rotation: false,
            failing_until: Micros::ZERO,
            watched: false,
            contrary: 0,
        };
        self.targets.insert(task, target);
    }

    /// Whether a task is a healthy target.
    pub fn is_healthy(&self, task: TaskId) -> bool {
        self.targets.get(&task).is_some_and(|target| target.healthy)
    }

    /// Whether a task is a target that has passed its first check.
    pub fn contains(&self, task: TaskId) -> bool {
        self.targets.contains_key(&task)
    }

    /// How many targets are healthy.
    pub fn healthy(&self) -> u32 {
        self.targets.values().filter(|target| target.healthy).count() as u32
    }

    /// Healthy targets, oldest first.
    pub fn healthy_targets(&self) -> impl Iterator<Item = TaskId> {
        self.targets.iter().filter(|(_, target)| target.healthy).map(|(&id, _)| id)
    }

    /// The target's CPU now runs at full speed.
    pub fn warmed_up(&mut self, task: TaskId) {
        if let Some(target) = self.targets.get_mut(&task) {
            target.speed = 1.0;
        }
    }

    /// The target is deregistered, or its task is gone.
    pub fn deregister(&mut self, task: TaskId) {
        self.targets.remove(&task);
    }

    /// From now until `until` the target answers no health check. Returns when
    /// its next check is, unless it is on the way already.
    pub fn fail_checks(&mut self, now: Micros, task: TaskId, until: Micros) -> Option<Micros> {
        let next = self.next_check(now, task)?;
        let target = self.targets.get_mut(&task)?;
        target.failing_until = target.failing_until.max(until);
        (!std::mem::replace(&mut target.watched, true)).then_some(next)
    }

    /// One health check of a target whose checks fail or that is unhealthy.
    /// Unhealthy after `unhealthy_threshold` failures in a row, healthy again
    /// after `healthy_threshold` successes (ELB user guide, health checks).
    pub fn check(&mut self, now: Micros, task: TaskId) -> Check {
        let ramp = self.slow_start(now);
        let (Some(next), Some(target)) = (self.next_check(now, task), self.targets.get_mut(&task))
        else {
            return Check::Settled;
        };
        let passes = now >= target.failing_until;
        target.contrary = if passes == target.healthy { 0 } else { target.contrary + 1 };
        let threshold = if target.healthy {
            self.settings.unhealthy_threshold
        } else {
            self.settings.healthy_threshold
        };
        if target.contrary >= threshold {
            target.healthy = !target.healthy;
            target.contrary = 0;
            target.ramp = ramp.filter(|_| target.healthy);
            if !target.healthy {
                return Check::Unhealthy(next);
            }
        }
        target.watched = !target.healthy || !passes;
        if target.watched { Check::Again(next) } else { Check::Settled }
    }

    /// Tells the data plane who takes new requests now. If no target is
    /// healthy, all of them do: the group fails open.
    pub fn route(&mut self, now: Micros, plane: &mut impl DataPlane) {
        let fail_open = self.healthy() == 0;
        for (&id, target) in &mut self.targets {
            let wanted = target.healthy || fail_open;
            if wanted && !target.in_rotation {
                plane.enter_rotation(now, id, target.speed);
                if let Some(ramp) = target.ramp.filter(|ramp| now < ramp.until) {
                    plane.ramp_up(id, ramp);
                }
            } else if !wanted && target.in_rotation {
                plane.leave_rotation(now, id, false);
            }
            target.in_rotation = wanted;
        }
    }

    /// The next check after `now`: checks come at multiples of the interval
    /// after the task was RUNNING.
    fn next_check(&self, now: Micros, task: TaskId) -> Option<Micros> {
        let interval = self.settings.health_check_interval;
        let target = self.targets.get(&task)?;
        let age = now.since(target.registered);
        Some(target.registered + age.floor_to(interval) + interval)
    }
}
