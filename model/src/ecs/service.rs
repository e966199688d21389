//! The service scheduler.

use crate::data_plane::TaskId;
use crate::scenario;
use crate::time::Micros;
use crate::trace::{Deployment, RolloutState, TaskLife};

use super::deployment::{Configuration, Failing, Failure, Rollout};
use super::fleet::{Fleet, Member, Standing};
use super::placement::is_balanced;
use super::throttle::Throttle;
use super::{Order, Phase, Task};

/// An ECS service: its desired count, its revisions and its tasks.
#[derive(Debug, Clone)]
pub struct Service {
    configuration: Configuration,
    /// Whether tasks are moved so that the zones are balanced.
    rebalances: bool,
    /// Until when each Availability Zone is out of order.
    zones: Vec<Micros>,
    desired: u32,
    tasks: Vec<Task>,
    /// Tasks that are not STOPPED, in order of their numbers.
    live: Vec<TaskId>,
    /// How the tasks of each revision fail, if they do.
    revisions: Vec<Option<Failing>>,
    /// The revision that all tasks are to have.
    current: u32,
    /// The revision of the last deployment that was completed.
    completed: u32,
    rollout: Option<Rollout>,
    deployments: Vec<Deployment>,
    /// Of the current revision.
    throttle: Throttle,
    /// A surplus task that is to take the place of one in a fuller zone.
    moving: Option<TaskId>,
}

impl Service {
    /// A service whose first tasks are running and warm at `t = 0`.
    pub fn new(settings: &scenario::Service) -> Self {
        let mut service = Self {
            configuration: settings.deployment,
            rebalances: settings.availability_zone_rebalancing,
            zones: vec![Micros::ZERO; settings.availability_zones as usize],
            desired: settings.desired_count,
            tasks: Vec::new(),
            live: Vec::new(),
            revisions: vec![None],
            current: 0,
            completed: 0,
            rollout: None,
            deployments: Vec::new(),
            throttle: Throttle::default(),
            moving: None,
        };
        for index in 0..settings.desired_count {
            let id = service.create(Micros::ZERO, 0, index % settings.availability_zones);
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
    ///
    /// What is added during a deployment is added to both revisions, so that
    /// the one that works carries the load (AWS, "Amazon ECS improves service
    /// availability during rolling deployments", November 2025).
    pub fn set_desired(&mut self, desired: u32) {
        if let Some(rollout) = &mut self.rollout {
            rollout.kept += desired.saturating_sub(self.desired);
        }
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

    /// All deployments so far.
    pub fn deployments(&self) -> &[Deployment] {
        &self.deployments
    }

    /// How the tasks of a task's revision fail, if they do.
    pub fn failing(&self, id: TaskId) -> Option<Failing> {
        self.revisions[self.task(id).life.revision as usize]
    }

    /// Whether a deployment is in progress: from its start until as many tasks
    /// of the new revision as are desired are healthy and all others STOPPED.
    /// That draining tasks still count AWS does not say; it is our choice,
    /// since deployments are known to take as long as the deregistration delay.
    pub fn is_deploying(&self) -> bool {
        self.rollout.is_some_and(|rollout| !rollout.has_failed)
    }

    /// Begins a deployment: a new revision, whose tasks replace all others. One
    /// that is under way is superseded.
    pub fn deploy(&mut self, now: Micros, failing: Option<Failing>) {
        self.revisions.push(failing);
        self.current = self.revisions.len() as u32 - 1;
        self.roll_out(now, RolloutState::Superseded, false);
    }

    /// Begins to bring the current revision about.
    fn roll_out(&mut self, now: Micros, before: RolloutState, is_rollback: bool) {
        self.end_deployment(now, before);
        self.deployments.push(Deployment {
            begun: now,
            revision: self.current,
            ended: None,
            state: RolloutState::InProgress,
        });
        let others = self.live.iter().map(|&id| self.task(id)).filter(|task| {
            task.life.revision != self.current
                && !task.condemned
                && matches!(task.phase, Phase::Pending | Phase::Running)
        });
        let kept = (others.count() as u32).min(self.desired);
        self.rollout = Some(Rollout { kept, failures: 0, is_rollback, has_failed: false });
        self.throttle = Throttle::default();
    }

    fn end_deployment(&mut self, now: Micros, state: RolloutState) {
        let last = self.deployments.last_mut();
        if let Some(deployment) = last.filter(|last| last.state == RolloutState::InProgress) {
            deployment.ended = Some(now);
            deployment.state = state;
        }
    }

    /// A task of the deployment under way has failed, in the eyes of the
    /// circuit breaker.
    fn count_failure(&mut self, id: TaskId) {
        let is_current = self.task(id).life.revision == self.current;
        if let Some(rollout) = self.rollout.as_mut().filter(|_| is_current) {
            rollout.failures += 1;
        }
    }

    /// A task stopped before it was RUNNING. Returns when the service throttle
    /// lets the next one start.
    pub fn failed_to_start(&mut self, id: TaskId, now: Micros) -> Micros {
        self.task_mut(id).life.crashed = true;
        self.stopped(id, now);
        self.count_failure(id);
        self.throttle.failed(now)
    }

    /// A task is RUNNING.
    pub fn runs(&mut self, id: TaskId, now: Micros) {
        let task = self.task_mut(id);
        task.phase = Phase::Running;
        task.life.running = Some(now);
        if task.life.revision == self.current {
            self.throttle.runs();
        }
    }

    /// A task has become a healthy target for the first time.
    pub fn serves(&mut self, id: TaskId, now: Micros) {
        let task = self.task_mut(id);
        task.life.serving = Some(now);
        let is_current = task.life.revision == self.current;
        let resets = |breaker: super::CircuitBreaker| breaker.reset_on_healthy_task;
        if is_current && self.configuration.circuit_breaker.is_some_and(resets) {
            self.rollout.iter_mut().for_each(|rollout| rollout.failures = 0);
        }
    }

    /// A task failed its health checks and is to be replaced.
    pub fn condemn(&mut self, id: TaskId) {
        if !std::mem::replace(&mut self.task_mut(id).condemned, true) {
            self.count_failure(id);
        }
    }

    /// Protects a task from scale-in and deployments until `until`
    /// (`UpdateTaskProtection`); a later call sets the time anew. A service with
    /// more protected tasks than desired ones keeps them; a crash or failed
    /// health checks end a task all the same.
    pub fn protect(&mut self, id: TaskId, until: Micros) {
        self.task_mut(id).protected_until = until;
    }

    /// An Availability Zone is out of order until `until`: nothing starts
    /// there. Returns its tasks, all of which are gone.
    pub fn zone_fails(&mut self, zone: u32, until: Micros) -> Vec<TaskId> {
        if let Some(down) = self.zones.get_mut(zone as usize) {
            *down = until.max(*down);
        }
        let there = |&id: &TaskId| self.task(id).life.zone == zone;
        self.live.iter().copied().filter(there).collect()
    }

    /// Marks a task STOPPED.
    pub fn stopped(&mut self, id: TaskId, now: Micros) {
        let task = self.task_mut(id);
        task.phase = Phase::Stopped;
        task.life.stopped = Some(now);
        self.live.retain(|&other| other != id);
    }

    /// Lets the circuit breaker judge the deployment under way; call it before
    /// [`Service::reconcile`]. A failed deployment starts no task any more, or
    /// the last completed one comes back, if the circuit breaker is to do so.
    ///
    /// It counts tasks that stop before they are RUNNING and tasks replaced for
    /// failed health checks; a task that exits by itself after RUNNING it does
    /// not see (ECS developer guide, "deployment circuit breaker").
    pub fn break_circuit(&mut self, now: Micros) -> Option<Failure> {
        let breaker = self.configuration.circuit_breaker?;
        let rollout = self.rollout.as_mut()?;
        let threshold = breaker.threshold.tasks(self.desired);
        if rollout.is_rollback || rollout.has_failed || rollout.failures < threshold {
            return None;
        }
        let failures = rollout.failures;
        rollout.has_failed = true;
        if breaker.rollback {
            self.current = self.completed;
            self.roll_out(now, RolloutState::Failed, true);
        } else {
            self.end_deployment(now, RolloutState::Failed);
        }
        Some(Failure { failures, threshold, rolls_back: breaker.rollback })
    }

    /// What has to be done so that the desired count is running, of the current
    /// revision; call it after every change. `healthy` says whether a running
    /// task is a healthy target.
    ///
    /// * Unhealthy tasks are replaced start-first, by tasks of their own
    ///   revision: they stop once as many tasks as desired are healthy. Where
    ///   maximumPercent leaves no room they stop first, one at a time (ECS
    ///   developer guide, "Updating service parameters"; AWS picks at random,
    ///   we pick the oldest).
    /// * In a deployment new tasks start as far as maximumPercent allows, and
    ///   others stop as far as minimumHealthyPercent does, both at once. AWS
    ///   says that it may; that it does so whenever it may is our choice, and so
    ///   is that replacements come before new tasks where room is short.
    /// * An unbalanced service starts a task in the emptiest zone and, once that
    ///   is healthy, stops one in the fullest (ECS developer guide,
    ///   "Availability Zone rebalancing").
    /// * Surplus tasks stop from the Availability Zone with most of them,
    ///   pending ones first, then the youngest.
    pub fn reconcile(&mut self, now: Micros, healthy: impl Fn(TaskId) -> bool) -> Vec<Order> {
        let mut fleet = self.fleet(now, healthy);
        let sound = |member: &Member| member.standing != Standing::Condemned;
        let is_healthy = |member: &Member| member.standing == Standing::Healthy;
        self.complete(now, &fleet);
        let (wanted, kept) = self.plan(&fleet);
        let moves = self.moves(now, &fleet);
        let wanted = wanted + u32::from(moves);

        let surplus = fleet.count(|m| m.is_current && sound(m)).saturating_sub(wanted);
        let mut stops = fleet.give_up(surplus, |m| m.is_current && sound(m));
        let others = fleet.count(|m| !m.is_current && sound(m)).saturating_sub(kept);
        let unproven = fleet.give_up(others, |m| !m.is_current && sound(m) && !is_healthy(m));
        let others = others - unproven.len() as u32;
        stops.extend(unproven);
        stops.extend(fleet.give_up(others, |m| !m.is_current && is_healthy(m)));
        let dispensable = fleet.count(is_healthy) + fleet.count(|m| !sound(m));
        stops.extend(fleet.discard(dispensable.saturating_sub(self.desired)));

        let missing = |is_current: bool, wanted: u32, fleet: &Fleet| {
            wanted.saturating_sub(fleet.count(|m| m.is_current == is_current && sound(m)))
        };
        let replacements = missing(false, kept, &fleet);
        let throttled = self.throttle.holds(now);
        let new = if throttled { 0 } else { missing(true, wanted, &fleet) };
        let proven = fleet.count(|m| sound(m) && !is_healthy(m)) == 0;
        let mut room = self.configuration.may_start(self.desired, fleet.size());
        if room == 0 && replacements + new > 0 && proven {
            stops.extend(fleet.discard_oldest());
            room = self.configuration.may_start(self.desired, fleet.size());
        }
        let mut orders: Vec<_> = stops.into_iter().map(Order::Stop).collect();
        let replacements = replacements.min(room);
        let new = new.min(room - replacements);
        let mut by_zone = fleet.by_zone();
        for index in 0..replacements + new {
            let up = (0..by_zone.len()).filter(|&zone| self.zones[zone] <= now);
            let Some(zone) = up.min_by_key(|&zone| by_zone[zone]) else { break };
            by_zone[zone] += 1;
            let revision = if index < replacements { self.completed } else { self.current };
            let id = self.create(now, revision, zone as u32);
            if moves {
                self.moving.get_or_insert(id);
            }
            orders.push(Order::Start(id));
        }
        orders
    }

    /// Whether one task more than desired is to run, for balance between the
    /// zones. Only a service with nothing else to do moves tasks; AWS does not
    /// say, it is our choice.
    fn moves(&mut self, now: Micros, fleet: &Fleet) -> bool {
        if let Some(id) = self.moving {
            if self.rollout.is_none() && fleet.has_unproven(id) {
                return true;
            }
            self.moving = None;
        }
        let up = |zone: usize| self.zones[zone] <= now;
        let by_zone: Vec<_> = fleet.by_zone().into_iter().enumerate().collect();
        let count_up = |&&(zone, _): &&(usize, u32)| up(zone);
        let counts: Vec<u32> = by_zone.iter().filter(count_up).map(|&(_, tasks)| tasks).collect();
        let fullest = counts.iter().max().copied().unwrap_or(0);
        self.rebalances
            && self.rollout.is_none()
            && fleet.count(|m| m.standing == Standing::Healthy) == self.desired
            && fleet.size() == self.desired
            && !is_balanced(&counts)
            && fleet.count(|m| !m.is_protected && by_zone[m.zone].1 == fullest) > 0
    }

    /// The tasks that are PENDING or RUNNING.
    fn fleet(&self, now: Micros, healthy: impl Fn(TaskId) -> bool) -> Fleet {
        let member = |&id: &TaskId| {
            let task = self.task(id);
            let standing = match task.phase {
                Phase::Draining | Phase::Stopped => return None,
                Phase::Pending => Standing::Pending,
                Phase::Running if task.condemned => Standing::Condemned,
                Phase::Running if healthy(id) => Standing::Healthy,
                Phase::Running => Standing::Unproven,
            };
            Some(Member {
                id,
                zone: task.life.zone as usize,
                standing,
                is_current: task.life.revision == self.current,
                is_protected: now < task.protected_until,
            })
        };
        Fleet::new(self.live.iter().filter_map(member).collect(), self.zones.len())
    }

    /// Notes that a deployment is completed, if it is.
    fn complete(&mut self, now: Micros, fleet: &Fleet) {
        if self.is_deploying()
            && fleet.count(|m| m.is_current && m.standing == Standing::Healthy) >= self.desired
            && self.live.iter().all(|&id| self.task(id).life.revision == self.current)
        {
            self.rollout = None;
            self.completed = self.current;
            self.end_deployment(now, RolloutState::Completed);
        }
    }

    /// How many tasks of the current revision and of others there are to be.
    fn plan(&mut self, fleet: &Fleet) -> (u32, u32) {
        let (desired, configuration) = (self.desired, self.configuration);
        let Some(rollout) = &mut self.rollout else { return (desired, 0) };
        let healthy = fleet.count(|m| m.is_current && m.standing == Standing::Healthy);
        if rollout.has_failed {
            // It starts no task any more; those that it has stay, and the
            // revision before it fills up. AWS does not say; our choice.
            let sound = fleet.count(|m| m.is_current && m.standing != Standing::Condemned);
            return (sound.min(desired), desired.saturating_sub(healthy));
        }
        let needed = configuration.least_healthy(desired).saturating_sub(healthy);
        rollout.kept = rollout.kept.min(needed);
        if rollout.is_rollback {
            // What has failed is not replaced.
            let others = fleet.count(|m| !m.is_current && m.standing != Standing::Condemned);
            rollout.kept = rollout.kept.min(others);
        }
        (desired, rollout.kept)
    }

    fn create(&mut self, now: Micros, revision: u32, zone: u32) -> TaskId {
        let id = TaskId(self.tasks.len() as u32);
        let life = TaskLife {
            id,
            revision,
            zone,
            created: now,
            pulling: None,
            running: None,
            serving: None,
            warm: None,
            draining: None,
            stopped: None,
            crashed: false,
        };
        let protected_until = Micros::ZERO;
        self.tasks.push(Task { life, phase: Phase::Pending, condemned: false, protected_until });
        self.live.push(id);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecs::{CircuitBreaker, Threshold};
    use crate::scenario::Scenario;

    const NOW: Micros = Micros::ZERO;

    fn service(desired: u32, least: u32, most: u32) -> Service {
        let scenario = serde_json::json!({
            "traffic": {"shape": "steady", "rps": 0},
            "service": {"desired_count": desired, "deployment":
                {"minimum_healthy_percent": least, "maximum_percent": most}},
        });
        Service::new(&Scenario::from_value(&scenario).expect("a right scenario").service)
    }

    fn start(ids: &[u32]) -> Vec<Order> {
        ids.iter().map(|&id| Order::Start(TaskId(id))).collect()
    }

    fn stop(ids: &[u32]) -> Vec<Order> {
        ids.iter().map(|&id| Order::Stop(TaskId(id))).collect()
    }

    /// What follows if all running tasks are healthy; orders to stop are obeyed.
    fn obey(service: &mut Service) -> Vec<Order> {
        let orders = service.reconcile(NOW, |_| true);
        for order in &orders {
            if let Order::Stop(id) = order {
                service.stopped(*id, NOW);
            }
        }
        orders
    }

    fn run_all(service: &mut Service) {
        for id in service.in_phase(Phase::Pending).collect::<Vec<_>>() {
            service.runs(id, NOW);
        }
    }

    #[test]
    fn the_difference_is_closed_in_both_directions() {
        let mut service = service(2, 100, 200);
        service.set_desired(4);
        assert_eq!(service.reconcile(NOW, |_| true), start(&[2, 3]));
        assert_eq!(service.reconcile(NOW, |_| true), [], "pending tasks count");
        service.runs(TaskId(2), NOW);
        service.set_desired(1);
        let orders = service.reconcile(NOW, |_| true);
        assert_eq!(orders, stop(&[3, 2, 1]), "pending first, then the youngest");
    }

    #[test]
    fn an_unhealthy_task_is_replaced_start_first() {
        let mut service = service(2, 100, 200);
        service.condemn(TaskId(0));
        assert_eq!(service.reconcile(NOW, |_| true), start(&[2]));
        service.runs(TaskId(2), NOW);
        let orders = service.reconcile(NOW, |id| id != TaskId(2));
        assert_eq!(orders, [], "its replacement is not healthy yet");
        assert_eq!(service.reconcile(NOW, |_| true), stop(&[0]));
    }

    #[test]
    fn without_room_unhealthy_tasks_stop_first_one_at_a_time() {
        let mut service = service(4, 50, 100);
        service.condemn(TaskId(1));
        service.condemn(TaskId(2));
        assert_eq!(obey(&mut service), [stop(&[1]), start(&[4])].concat());
        assert_eq!(obey(&mut service), [], "its replacement is not healthy yet");
        run_all(&mut service);
        assert_eq!(obey(&mut service), [stop(&[2]), start(&[5])].concat());
    }

    #[test]
    fn a_deployment_starts_and_stops_as_far_as_its_percentages_allow() {
        let orders = |least, most| {
            let mut service = service(4, least, most);
            service.deploy(NOW, None);
            let mut all = Vec::new();
            while service.is_deploying() {
                all.push(obey(&mut service));
                run_all(&mut service);
            }
            all
        };
        assert_eq!(orders(100, 200), [start(&[4, 5, 6, 7]), stop(&[3, 2, 1, 0]), vec![]]);
        let pairs = [stop(&[3, 2]), start(&[4, 5]), stop(&[1, 0]), start(&[6, 7])].concat();
        let by_pairs = orders(50, 100);
        assert_eq!(by_pairs.concat(), pairs);
        assert_eq!(by_pairs.len(), 3);
        let ones = orders(100, 125);
        assert_eq!(ones[..2], [start(&[4]), [stop(&[3]), start(&[5])].concat()]);
    }

    #[test]
    fn old_tasks_are_replaced_and_added_while_the_new_ones_fail() {
        let mut service = service(4, 100, 200);
        service.deploy(NOW, Some(Failing::BeforeRunning));
        assert_eq!(obey(&mut service).len(), 4);
        service.stopped(TaskId(0), NOW);
        assert_eq!(obey(&mut service), start(&[8]));
        assert_eq!(service.task(TaskId(8)).life.revision, 0);
        service.set_desired(6);
        let added: Vec<_> = obey(&mut service)
            .iter()
            .map(|order| match order {
                Order::Start(id) => service.task(*id).life.revision,
                Order::Stop(_) => panic!("nothing stops"),
            })
            .collect();
        assert_eq!(added, [0, 0, 1, 1]);
    }

    #[test]
    fn the_circuit_breaker_brings_the_last_completed_revision_back() {
        let breaker = |rollback| CircuitBreaker {
            threshold: Threshold::BoundedPercent(50),
            rollback,
            reset_on_healthy_task: true,
        };
        for rollback in [true, false] {
            let mut service = service(4, 100, 200);
            service.configuration.circuit_breaker = Some(breaker(rollback));
            service.deploy(NOW, Some(Failing::BeforeRunning));
            assert_eq!(obey(&mut service).len(), 4);
            for id in 4..6 {
                service.failed_to_start(TaskId(id), NOW);
                assert_eq!(service.break_circuit(NOW), None);
            }
            service.failed_to_start(TaskId(6), NOW);
            let failure = Failure { failures: 3, threshold: 3, rolls_back: rollback };
            assert_eq!(service.break_circuit(NOW), Some(failure));
            assert_eq!(service.is_deploying(), rollback);
            assert_eq!(obey(&mut service), if rollback { stop(&[7]) } else { vec![] });
            if !rollback {
                service.failed_to_start(TaskId(7), NOW);
            }
            assert_eq!(obey(&mut service), [], "four tasks of the first revision run");
            assert!(!service.is_deploying());
        }
    }

    #[test]
    fn a_healthy_task_resets_the_count_of_failures() {
        let mut service = service(4, 100, 200);
        service.configuration.circuit_breaker = Some(CircuitBreaker {
            threshold: Threshold::Count(2),
            rollback: false,
            reset_on_healthy_task: true,
        });
        service.deploy(NOW, None);
        obey(&mut service);
        service.failed_to_start(TaskId(4), NOW);
        service.runs(TaskId(5), NOW);
        service.serves(TaskId(5), NOW);
        service.failed_to_start(TaskId(6), NOW);
        assert_eq!(service.break_circuit(NOW), None);
        service.configuration.circuit_breaker = service
            .configuration
            .circuit_breaker
            .map(|breaker| CircuitBreaker { reset_on_healthy_task: false, ..breaker });
        service.serves(TaskId(5), NOW);
        service.failed_to_start(TaskId(7), NOW);
        assert!(service.break_circuit(NOW).is_some());
    }
}
