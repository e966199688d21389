//! The ECS service scheduler: closes the difference between desired and
//! running, and moves tasks through their lives.

use crate::data_plane::TaskId;
use crate::scenario::Startup;
use crate::time::Micros;
use crate::trace::TaskLife;

/// maximumPercent, ECS's default: running and pending tasks together never
/// exceed this share of the desired count (rounded down) while tasks are
/// replaced. ECS's API says RUNNING and PENDING, its guide adds STOPPING; we
/// follow the API.
const MAXIMUM_PERCENT: u64 = 200;

/// Where a task is in its life, as ECS sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// PROVISIONING to ACTIVATING: being provisioned or pulled.
    Pending,
    /// RUNNING.
    Running,
    /// DEACTIVATING: deregistered, draining.
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
}

/// What the scheduler wants done with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// A new task was created and begins its start-up.
    Start(TaskId),
    /// The task is to be deregistered and stopped.
    Stop(TaskId),
}

/// An ECS service: its desired count and its tasks.
#[derive(Debug, Clone)]
pub struct Service {
    desired: u32,
    tasks: Vec<Task>,
    /// Tasks that are not STOPPED, in order of their numbers.
    live: Vec<TaskId>,
}

impl Service {
    /// A service whose first `desired` tasks are running and warm at `t = 0`.
    pub fn new(desired: u32) -> Self {
        let mut service = Self { desired, tasks: Vec::new(), live: Vec::new() };
        for _ in 0..desired {
            let id = service.create(Micros::ZERO);
            let task = service.task_mut(id);
            task.phase = Phase::Running;
            let start = Some(Micros::ZERO);
            task.life = TaskLife {
                pulling: start,
                running: start,
                serving: start,
                warm: start,
                ..task.life
            };
        }
        service
    }

    /// The desired count.
    pub fn desired(&self) -> u32 {
        self.desired
    }

    /// Sets the desired count; [`Service::reconcile`] then closes the difference.
    pub fn set_desired(&mut self, desired: u32) {
        self.desired = desired;
    }

    /// A task by its number.
    pub fn task(&self, id: TaskId) -> &Task {
        &self.tasks[id.0 as usize]
    }

    /// A task by its number.
    pub fn task_mut(&mut self, id: TaskId) -> &mut Task {
        &mut self.tasks[id.0 as usize]
    }

    /// Tasks that are not STOPPED, in order of their numbers.
    pub fn live(&self) -> &[TaskId] {
        &self.live
    }

    /// How many tasks are in a phase.
    pub fn count(&self, phase: Phase) -> u32 {
        self.in_phase(phase).count() as u32
    }

    /// The tasks in a phase, oldest first.
    pub fn in_phase(&self, phase: Phase) -> impl DoubleEndedIterator<Item = TaskId> {
        self.live.iter().copied().filter(move |&id| self.task(id).phase == phase)
    }

    /// The lives of all tasks so far.
    pub fn lives(&self) -> impl Iterator<Item = TaskLife> {
        self.tasks.iter().map(|task| task.life)
    }

    /// Marks a task STOPPED.
    pub fn stopped(&mut self, id: TaskId, now: Micros) {
        let task = self.task_mut(id);
        task.phase = Phase::Stopped;
        task.life.stopped = Some(now);
        self.live.retain(|&other| other != id);
    }

    /// What has to be done so that the desired count is running; call it after
    /// every change. `healthy` says whether a running task is a healthy target.
    ///
    /// Unhealthy tasks are replaced start-first: the replacement must be
    /// healthy before one of them is stopped (ECS developer guide, "Updating
    /// service parameters"). Surplus tasks are stopped youngest first, pending
    /// ones before running ones: within an Availability Zone AWS does not
    /// document the order, so this is our choice.
    pub fn reconcile(&mut self, now: Micros, healthy: impl Fn(TaskId) -> bool) -> Vec<Order> {
        let mut orders = Vec::new();
        let sound = |service: &Self, id: TaskId| !service.task(id).condemned;
        let pending = self.count(Phase::Pending);
        let running: Vec<TaskId> = self.in_phase(Phase::Running).collect();
        let wanted = i64::from(self.desired);
        let there =
            i64::from(pending) + running.iter().filter(|&&id| sound(self, id)).count() as i64;
        if there < wanted {
            let ceiling = (u64::from(self.desired) * MAXIMUM_PERCENT / 100) as i64;
            let room = ceiling - i64::from(pending) - running.len() as i64;
            for _ in 0..(wanted - there).min(room) {
                orders.push(Order::Start(self.create(now)));
            }
        } else {
            let youngest_first =
                self.in_phase(Phase::Pending).rev().chain(running.iter().rev().copied());
            let surplus =
                youngest_first.filter(|&id| sound(self, id)).take((there - wanted) as usize);
            orders.extend(surplus.map(Order::Stop));
        }
        let stopping = |id: TaskId| orders.contains(&Order::Stop(id));
        let sound_healthy =
            running.iter().filter(|&&id| sound(self, id) && !stopping(id) && healthy(id)).count()
                as i64;
        let condemned = running.iter().copied().filter(|&id| !sound(self, id));
        let kept = (wanted - sound_healthy).max(0) as usize;
        let dispensable: Vec<_> = condemned.skip(kept).map(Order::Stop).collect();
        orders.extend(dispensable);
        orders
    }

    fn create(&mut self, now: Micros) -> TaskId {
        let id = TaskId(self.tasks.len() as u32);
        let life = TaskLife {
            id,
            created: now,
            pulling: None,
            running: None,
            serving: None,
            warm: None,
            draining: None,
            stopped: None,
            crashed: false,
        };
        self.tasks.push(Task { life, phase: Phase::Pending, condemned: false });
        self.live.push(id);
        id
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn run(service: &mut Service, id: TaskId) {
        service.task_mut(id).phase = Phase::Running;
    }

    #[test]
    fn the_difference_is_closed_in_both_directions() {
        let mut service = Service::new(2);
        service.set_desired(4);
        let orders = service.reconcile(Micros::ZERO, |_| true);
        assert_eq!(orders, [Order::Start(TaskId(2)), Order::Start(TaskId(3))]);
        assert_eq!(service.reconcile(Micros::ZERO, |_| true), [], "pending tasks count");
        run(&mut service, TaskId(2));
        service.set_desired(1);
        let orders = service.reconcile(Micros::ZERO, |_| true);
        let expected = [3, 2, 1].map(|id| Order::Stop(TaskId(id)));
        assert_eq!(orders, expected, "pending first, then the youngest");
    }

    #[test]
    fn an_unhealthy_task_is_replaced_start_first() {
        let mut service = Service::new(2);
        service.task_mut(TaskId(0)).condemned = true;
        assert_eq!(service.reconcile(Micros::ZERO, |_| true), [Order::Start(TaskId(2))]);
        run(&mut service, TaskId(2));
        let orders = service.reconcile(Micros::ZERO, |id| id != TaskId(2));
        assert_eq!(orders, [], "its replacement is not healthy yet");
        assert_eq!(service.reconcile(Micros::ZERO, |_| true), [Order::Stop(TaskId(0))]);
    }

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
