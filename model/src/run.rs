//! Plays a scenario: the control plane around a data plane.
//!
//! 1. [`Run::new`] sets the service up as it is at `t = 0`.
//! 2. [`Run::step_until`] plays on to an instant. A run may be cloned at any
//!    time, and both go on alike.
//! 3. [`Run::finish`] plays to the end and returns the [`Trace`].
//!
//! Between two instants at which the control plane can change anything, the
//! data plane serves alone.

mod meter;
mod queue;

use std::sync::Arc;

use crate::alb::{Check, TargetGroup};
use crate::autoscaling::{Counts, Due, Evaluation, Scaler};
use crate::cloudwatch::{Delays, Metrics, Series};
use crate::cost;
use crate::data_plane::{DataPlane, TaskId};
use crate::ecs::{self, Failing, Order, Phase, Service};
use crate::scenario::{Autoscaling, EventKind, Metric, Scenario, Suspended};
use crate::time::Micros;
use crate::trace::{
    AlarmChange, By, ByHand, Decision, Minute, Outcome, Station, Summary, Trace, Watch,
};

use meter::{Census, Meter};
use queue::{Queue, Step, What};

/// How often alarms of 20-second metrics are evaluated.
const TICK: Micros = Micros::from_whole_s(10);

/// Where the metrics come from that drive the policies.
#[derive(Debug, Clone)]
enum Source {
    /// From the run itself, published after the scenario's delay.
    Run,
    /// Recorded before the run; each is visible at the end of its minute.
    Recording,
}

/// A scenario being played.
#[derive(Debug, Clone)]
pub struct Run<P> {
    scenario: Arc<Scenario>,
    station: Station,
    end: Micros,
    now: Micros,
    queue: Queue,
    service: Service,
    targets: TargetGroup,
    scaler: Option<Scaler>,
    metrics: Metrics,
    /// The metrics that policies and alarms read.
    read: Vec<Metric>,
    source: Source,
    /// Until when ECS rejects updates of the service.
    rejecting_until: Micros,
    plane: P,
    /// How much longer requests take now, because of what they wait for.
    added_wait: Micros,
    meter: Meter,
    peak_running: u32,
    minutes: Vec<Minute>,
    /// The last minute ended now; its counts are those at the end of the instant.
    counting: bool,
    decisions: Vec<Decision>,
    by_hand: Vec<ByHand>,
    /// How many of them were made before this instant.
    decided: usize,
    alarms: Vec<AlarmChange>,
    watches: Vec<Watch>,
}

impl<P: DataPlane> Run<P> {
    /// Sets a scenario up, to be served by `plane`.
    pub fn new(scenario: &Scenario, station: Station, plane: P) -> Self {
        let mut run = Self::blank(scenario, station, plane, Source::Run);
        run.queue.schedule(Micros::MINUTE, What::Minute);
        run
    }

    /// Sets a scenario up whose policies read recorded metrics instead of the
    /// run's own, until `end`. Slot 0 of a series is visible at `t = 0`.
    pub fn replay(scenario: &Scenario, metrics: Metrics, end: Micros, plane: P) -> Self {
        let mut run = Self::blank(scenario, Station::Exact, plane, Source::Recording);
        (run.metrics, run.end) = (metrics, end);
        run.queue.schedule(Micros::ZERO, What::Minute);
        run
    }

    fn blank(scenario: &Scenario, station: Station, plane: P, source: Source) -> Self {
        let service = Service::new(&scenario.service);
        let mut run = Self {
            scenario: Arc::new(scenario.clone()),
            station,
            end: scenario.duration,
            now: Micros::ZERO,
            queue: Queue::default(),
            targets: TargetGroup::new(scenario.service.target_group),
            peak_running: service.desired(),
            service,
            scaler: scenario.autoscaling.as_ref().map(Scaler::new),
            metrics: Metrics::new(),
            read: Vec::new(),
            source,
            rejecting_until: Micros::ZERO,
            plane,
            added_wait: Micros::ZERO,
            meter: Meter::new(),
            minutes: Vec::new(),
            counting: false,
            decisions: Vec::new(),
            by_hand: Vec::new(),
            decided: 0,
            alarms: Vec::new(),
            watches: Vec::new(),
        };
        for id in run.service.live().to_vec() {
            run.targets.is_there(id);
        }
        run.targets.route(Micros::ZERO, &mut run.plane);
        for (index, event) in scenario.events.iter().enumerate() {
            run.queue.schedule(event.at, What::Event(index));
        }
        let fine = scenario.autoscaling.as_ref().is_some_and(Autoscaling::reads_between_minutes);
        if fine {
            run.queue.schedule(TICK, What::Tick);
        }
        let actions = scenario.autoscaling.iter().flat_map(|scaling| &scaling.scheduled_actions);
        for (index, action) in actions.enumerate() {
            for at in &action.at {
                run.queue.schedule(*at, What::Action(index));
            }
        }
        for (at, policy, point) in run.scaler.iter().flat_map(Scaler::forecasts) {
            run.queue.schedule(at, What::Forecast(policy, point));
        }
        run.read = scenario.autoscaling.as_ref().map_or_else(Vec::new, Autoscaling::metrics);
        run
    }

    /// Plays on until `until`, or the end of the run if that comes first.
    ///
    /// Stopping at whole minutes never changes a byte of what comes out; stops
    /// in between may change the last bits of sums.
    pub fn step_until(&mut self, until: Micros) {
        let until = until.min(self.end);
        while let Some((at, what)) = self.queue.pop(until) {
            self.advance(at);
            match what {
                What::Task(id, step) => self.task(id, step),
                What::Event(index) => self.event(index),
                What::Scheduler => {}
                What::Action(index) => self.action(index),
                What::Forecast(policy, point) => self.forecast(policy, point),
                What::Tick => self.tick(),
                What::DependencyRecovers(added) => {
                    self.added_wait = self.added_wait - added;
                    self.plane.set_added_wait(at, self.added_wait);
                }
                What::Minute => self.minute(),
            }
            self.reconcile();
        }
        self.advance(until);
    }

    /// Plays to the end and returns what the run leaves behind.
    pub fn finish(mut self) -> Trace {
        self.step_until(self.end);
        if self.meter.is_open(self.now) {
            self.close_minute();
        }
        self.end_instant();
        self.count(self.census());
        Trace {
            name: self.scenario.name.clone(),
            station: self.station,
            seed: self.scenario.seed,
            summary: self.summary(),
            minutes: self.minutes,
            decisions: self.decisions,
            by_hand: self.by_hand,
            cooldowns: self.scaler.as_ref().map_or_else(Vec::new, |it| it.cooldowns().to_vec()),
            alarms: self.alarms,
            watches: self.watches,
            tasks: self.service.lives().collect(),
            deployments: self.service.deployments().to_vec(),
        }
    }

    fn advance(&mut self, until: Micros) {
        if until > self.now {
            self.end_instant();
            let census = self.census();
            self.count(census);
            self.meter.pass(until.since(self.now), census);
            self.plane.advance(until, &mut self.meter.sample);
            self.now = until;
        }
    }

    /// Decisions of one instant have one count before and one after all of them.
    fn end_instant(&mut self) {
        let decided = &mut self.decisions[self.decided..];
        let before = decided.first().map(|first| first.desired_before);
        for decision in decided {
            decision.desired_before = before.unwrap_or(decision.desired_before);
            decision.desired_after = self.service.desired();
        }
        self.decided = self.decisions.len();
    }

    /// Notes the counts of a minute that has ended, once all that happens in
    /// its last instant, decisions included, has happened.
    fn count(&mut self, census: Census) {
        if let Some(minute) = self.minutes.last_mut().filter(|_| self.counting) {
            minute.desired = census.desired;
            minute.running = census.running;
            minute.pending = census.pending;
            minute.draining = census.draining;
            self.counting = false;
        }
    }

    fn census(&self) -> Census {
        Census {
            desired: self.service.desired(),
            running: self.service.count(Phase::Running),
            pending: self.service.count(Phase::Pending),
            draining: self.service.count(Phase::Draining),
            healthy: self.targets.healthy(),
        }
    }

    /// Closes the difference between desired and running, and tells the data
    /// plane who takes requests.
    fn reconcile(&mut self) {
        if let Some(failure) = self.service.break_circuit(self.now) {
            self.note_failure("deployment circuit breaker", failure.to_string());
        }
        for order in self.service.reconcile(self.now, |id| self.targets.is_healthy(id)) {
            match order {
                Order::Start(id) => {
                    let provision = self.scenario.service.startup.provision;
                    self.schedule(provision, id, Step::Pull);
                }
                Order::Stop(id) => self.stop(id),
            }
        }
        self.targets.route(self.now, &mut self.plane);
        let running = self.service.count(Phase::Running);
        self.peak_running = self.peak_running.max(running);
        if let Some(scaler) = &mut self.scaler {
            scaler.note_running(self.now, running);
        }
    }

    fn schedule(&mut self, after: Micros, id: TaskId, step: Step) {
        self.queue.schedule(self.now + after, What::Task(id, step));
    }

    fn task(&mut self, id: TaskId, step: Step) {
        let now = self.now;
        let startup = self.scenario.service.startup;
        let phase = self.service.task(id).phase;
        let life = &mut self.service.task_mut(id).life;
        match (step, phase) {
            (Step::Pull, Phase::Pending) => {
                life.pulling = Some(now);
                self.schedule(startup.pull, id, Step::Run);
            }
            (Step::Run, Phase::Pending) => self.run(id),
            (Step::FirstCheck, Phase::Running) => {
                let running = life.running.unwrap_or(now);
                let warm = startup.warm_up == Micros::ZERO;
                if warm {
                    life.warm = Some(now);
                } else {
                    self.schedule(startup.warm_up, id, Step::Warm);
                }
                let speed = if warm { 1.0 } else { startup.warm_up_speed };
                self.service.serves(id, now);
                self.targets.first_check_passed(now, id, running, speed);
            }
            (Step::Exit, Phase::Running) => self.crash(id),
            (Step::Warm, Phase::Running | Phase::Draining) => {
                life.warm = Some(now);
                self.targets.warmed_up(id);
                self.plane.set_speed(now, id, 1.0);
            }
            (Step::Check, Phase::Running) => match self.targets.check(now, id) {
                Check::Settled => {}
                Check::Again(next) => self.schedule(next.since(now), id, Step::Check),
                Check::Unhealthy(next) => {
                    let running = life.running.unwrap_or(now);
                    self.schedule(next.since(now), id, Step::Check);
                    let grace = self.scenario.service.target_group.health_check_grace_period;
                    self.schedule((running + grace).since(now), id, Step::GraceEnds);
                }
            },
            (Step::GraceEnds, Phase::Running) if !self.targets.is_healthy(id) => {
                self.service.condemn(id);
            }
            (Step::DrainEnds, Phase::Draining) => {
                self.plane.remove(now, id, &mut self.meter.sample);
                self.signal(id);
            }
            (Step::Stopped, Phase::Draining) => self.service.stopped(id, now),
            // The task is not there any more, or the check found it healthy.
            _ => {}
        }
    }

    /// A task is RUNNING, or fails in the way of its revision.
    fn run(&mut self, id: TaskId) {
        let now = self.now;
        let startup = &self.scenario.service.startup;
        let group = &self.scenario.service.target_group;
        let (interval, grace) = (group.health_check_interval, group.health_check_grace_period);
        let failing = self.service.failing(id);
        if failing == Some(Failing::BeforeRunning) {
            let next = self.service.failed_to_start(id, now);
            self.queue.schedule(next, What::Scheduler);
            return;
        }
        let first = ecs::first_health_check(now, startup, interval).since(now);
        let exit = startup.boot.max(ecs::SHORTEST_LIFE);
        let checks = u64::from(group.unhealthy_threshold - 1);
        let unhealthy = first.max(interval) + Micros(checks * interval.0);
        self.service.runs(id, now);
        match failing {
            Some(Failing::HealthCheck) => {
                // It takes no request: one that never was healthy is `initial`.
                self.schedule(unhealthy.max(grace), id, Step::GraceEnds);
            }
            Some(Failing::Exit) => {
                self.schedule(first, id, Step::FirstCheck);
                self.schedule(exit, id, Step::Exit);
            }
            _ => self.schedule(first, id, Step::FirstCheck),
        }
    }

    /// Stops a task as ECS does: deregister, drain, stop signal, STOPPED. A
    /// running task that never was a healthy target has nothing to drain; one
    /// that is pending stops at once. AWS does not say how long that takes.
    ///
    /// The target drains for the whole delay, even without a request in
    /// flight: its state stays `draining` until then (ELB user guide), and ECS
    /// waits for it before it sends the signal (ECS developer guide, "connection
    /// draining").
    fn stop(&mut self, id: TaskId) {
        let now = self.now;
        let task = self.service.task_mut(id);
        if task.phase != Phase::Running {
            self.service.stopped(id, now);
            return;
        }
        if self.targets.contains(id) {
            task.phase = Phase::Draining;
            task.life.draining = Some(now);
            self.targets.deregister(id);
            self.plane.leave_rotation(now, id, true);
            let delay = self.scenario.service.target_group.deregistration_delay;
            self.schedule(delay, id, Step::DrainEnds);
        } else {
            self.signal(id);
        }
    }

    /// Sends a task the stop signal.
    fn signal(&mut self, id: TaskId) {
        let now = self.now;
        let takes = self.scenario.service.task.stop.takes();
        if takes == Micros::ZERO {
            self.service.stopped(id, now);
            return;
        }
        let task = self.service.task_mut(id);
        task.phase = Phase::Draining;
        task.life.draining.get_or_insert(now);
        self.schedule(takes, id, Step::Stopped);
    }

    fn crash(&mut self, id: TaskId) {
        self.targets.deregister(id);
        self.plane.remove(self.now, id, &mut self.meter.sample);
        self.service.task_mut(id).life.crashed = true;
        self.service.stopped(id, self.now);
    }

    fn event(&mut self, index: usize) {
        match self.scenario.events[index].kind {
            // Which tasks crash or fail is not AWS's to say; the longest-running
            // ones do, so that a picture is the same at every seed.
            EventKind::TaskCrash { count } => {
                let running: Vec<_> =
                    self.service.in_phase(Phase::Running).take(count as usize).collect();
                for id in running {
                    self.crash(id);
                }
            }
            EventKind::HealthCheckFailure { count, lasts } => {
                let targets: Vec<_> = self.targets.healthy_targets().take(count as usize).collect();
                for id in targets {
                    if let Some(next) = self.targets.fail_checks(self.now, id, self.now + lasts) {
                        self.schedule(next.since(self.now), id, Step::Check);
                    }
                }
            }
            EventKind::SetDesired { desired_count } => self.set_by_hand(desired_count),
            EventKind::ProtectTasks { count, lasts } => {
                let until = self.now + lasts;
                let running: Vec<_> =
                    self.service.in_phase(Phase::Running).take(count as usize).collect();
                running.into_iter().for_each(|id| self.service.protect(id, until));
                self.queue.schedule(until, What::Scheduler);
            }
            EventKind::ZoneFailure { zone, lasts } => {
                let until = self.now + lasts;
                for id in self.service.zone_fails(zone, until) {
                    self.crash(id);
                }
                self.queue.schedule(until, What::Scheduler);
            }
            EventKind::DependencySlow { added, lasts } => {
                self.added_wait += added;
                self.plane.set_added_wait(self.now, self.added_wait);
                self.queue.schedule(self.now + lasts, What::DependencyRecovers(added));
            }
            EventKind::Deployment { failing } => self.service.deploy(self.now, failing),
            EventKind::RegisterScalableTarget { min, max, suspended } => {
                self.register(min, max, suspended);
            }
            EventKind::DeregisterScalableTarget => self.scaler = None,
            EventKind::RejectUpdates { lasts } => self.rejecting_until = self.now + lasts,
            EventKind::Suspend { process, suspended } => {
                if let Some(scaler) = &mut self.scaler {
                    scaler.suspend(process, suspended);
                }
            }
        }
    }

    fn register(&mut self, min: Option<u32>, max: Option<u32>, suspended: Option<Suspended>) {
        let desired = self.service.desired();
        let registered = match &mut self.scaler {
            Some(scaler) => scaler.register((min, max), suspended, desired),
            None => Err("there is no scalable target".to_owned()),
        };
        match registered {
            Ok(desired) => self.set_by_hand(desired),
            Err(reason) => self.note_failure("RegisterScalableTarget", reason),
        }
    }

    /// Notes that something could not be done, or was stopped.
    fn note_failure(&mut self, what: &str, reason: String) {
        let desired = self.service.desired();
        let running = self.service.count(Phase::Running);
        let noted = Decision::new(self.now, By::Service, what, running, desired);
        self.decisions.push(Decision { outcome: Outcome::Failed, reason, ..noted });
    }

    fn counts(&self) -> Counts {
        Counts {
            running: self.service.count(Phase::Running),
            desired: self.service.desired(),
            deploying: self.service.is_deploying(),
            rejecting: self.now < self.rejecting_until,
        }
    }

    /// A scheduled action's time has come. Of what happens in one instant it
    /// comes before forecasts, and these before alarms are evaluated; AWS does
    /// not say, this is our choice.
    fn action(&mut self, index: usize) {
        let (counts, scenario) = (self.counts(), Arc::clone(&self.scenario));
        let action = scenario.autoscaling.as_ref().and_then(|s| s.scheduled_actions.get(index));
        if let (Some(scaler), Some(action)) = (&mut self.scaler, action) {
            let decision = scaler.act(self.now, action, counts);
            self.decide(decision);
        }
    }

    fn forecast(&mut self, policy: usize, point: usize) {
        let counts = self.counts();
        if let Some(scaler) = &mut self.scaler {
            let decision = scaler.forecast(self.now, policy, point, counts);
            self.decide(decision);
        }
    }

    fn decide(&mut self, decision: Decision) {
        self.set_desired(decision.desired_after);
        self.decisions.push(decision);
    }

    fn set_by_hand(&mut self, desired: u32) {
        if desired != self.service.desired() {
            self.by_hand.push(ByHand { t_s: self.now.as_s(), desired });
        }
        self.set_desired(desired);
    }

    /// Moves the desired count for another reason than a policy's alarm.
    fn set_desired(&mut self, desired: u32) {
        if desired != self.service.desired() {
            if let Some(scaler) = &mut self.scaler {
                scaler.override_activity();
            }
            self.service.set_desired(desired);
        }
    }

    fn delays(&self) -> Delays {
        let metrics = self.scenario.metrics;
        match self.source {
            Source::Run => Delays {
                minute: metrics.publish_delay,
                high_resolution: metrics.high_resolution_delay.unwrap_or(metrics.publish_delay),
            },
            Source::Recording => Delays::NONE,
        }
    }

    /// A minute has ended, or the run begins. All alarms are evaluated on the
    /// whole minute of the run; AWS does it once a minute, and does not say when.
    fn minute(&mut self) {
        if matches!(self.source, Source::Run) {
            self.close_minute();
        }
        self.kill_what_is_out_of_memory();
        self.evaluate(Due::All);
        self.queue.schedule(self.now + Micros::MINUTE, What::Minute);
    }

    /// Ten seconds of a service with 20-second metrics have passed.
    fn tick(&mut self) {
        let on_the_minute = self.now.floor_to(Micros::MINUTE) == self.now;
        if matches!(self.source, Source::Run) && self.now.0.is_multiple_of(2 * TICK.0) {
            let task = &self.scenario.service.task;
            let cpu = self.meter.cpu_since_last(task.vcpu);
            let memory = self.memory_percent();
            self.publish(&[
                (Metric::CpuHighResolution, cpu),
                (Metric::MemoryHighResolution, memory),
            ]);
        }
        // On the minute all alarms are evaluated, these among them.
        if !on_the_minute {
            self.evaluate(Due::HighResolution);
        }
        self.queue.schedule(self.now + TICK, What::Tick);
    }

    fn evaluate(&mut self, due: Due) {
        let (counts, delays) = (self.counts(), self.delays());
        let Some(scaler) = &mut self.scaler else { return };
        let Evaluation { decisions, alarms, watches } =
            scaler.evaluate(self.now, due, &self.metrics, delays, counts);
        if let Some(decision) = decisions.last() {
            self.service.set_desired(decision.desired_after);
        }
        self.decisions.extend(decisions);
        self.alarms.extend(alarms);
        self.watches.extend(watches);
    }

    /// Closes the minute under way and publishes its datapoints.
    fn close_minute(&mut self) {
        let task = &self.scenario.service.task;
        let memory = self.memory_percent();
        self.plane.close_minute(&self.meter.sample);
        let minute = self.meter.close(self.now, self.station, task.vcpu, memory, self.scenario.slo);
        self.minutes.push(minute);
        self.counting = true;
        if self.now.floor_to(Micros::MINUTE) == self.now {
            self.publish(&[
                (Metric::Cpu, minute.cpu_percent),
                (Metric::Memory, minute.memory_percent),
                (Metric::RequestsPerTarget, minute.requests_per_target),
                (Metric::Requests, Some(minute.offered_rps * 60.0)),
                (Metric::RunningTasks, Some(f64::from(self.service.count(Phase::Running)))),
            ]);
        }
    }

    /// Publishes the datapoints of a period that ends now, of those metrics
    /// that something reads.
    fn publish(&mut self, datapoints: &[(Metric, Option<f64>)]) {
        for (metric, value) in datapoints.iter().filter(|(metric, _)| self.read.contains(metric)) {
            let series = self.metrics.entry(metric.clone());
            series.or_insert_with(|| Series::new(metric.period())).publish(self.now, *value);
        }
    }

    /// Memory that a running task holds [MiB].
    fn memory_mib(&self, id: TaskId) -> f64 {
        let memory = &self.scenario.service.task.memory;
        let age = self.now.since(self.service.task(id).life.running.unwrap_or(self.now));
        let filled = -libm::expm1(-age.as_s() / memory.cache_fill.as_s());
        memory.base_mib
            + memory.per_request_mib * self.plane.peak_in_service(id)
            + memory.cache_mib * filled
    }

    fn memory_percent(&self) -> Option<f64> {
        let limit = self.scenario.service.task.memory_mib;
        let (mut sum, mut tasks) = (0.0, 0.0);
        for id in self.service.in_phase(Phase::Running) {
            sum += self.memory_mib(id).min(limit);
            tasks += 1.0;
        }
        (tasks > 0.0).then(|| 100.0 * sum / (tasks * limit))
    }

    /// Tasks above their memory are killed. The model looks once a minute.
    fn kill_what_is_out_of_memory(&mut self) {
        let task = &self.scenario.service.task;
        let most = task.memory.base_mib
            + task.memory.per_request_mib * f64::from(task.concurrency)
            + task.memory.cache_mib;
        if most <= task.memory_mib {
            return;
        }
        let running = self.service.in_phase(Phase::Running);
        let over: Vec<_> = running.filter(|&id| self.memory_mib(id) > task.memory_mib).collect();
        for id in over {
            self.crash(id);
        }
    }

    fn summary(&self) -> Summary {
        let scaled =
            |outcome| self.decisions.iter().filter(|d| d.outcome == outcome).count() as u32;
        let task_seconds = cost::task_seconds(self.service.lives(), self.now);
        let mut summary = Summary {
            task_seconds,
            cost_usd: cost::usd(task_seconds, &self.scenario.service.task, &self.scenario.price),
            slo_minutes_missed: self.meter.missed,
            scale_outs: scaled(Outcome::ScaledOut),
            scale_ins: scaled(Outcome::ScaledIn),
            peak_running: self.peak_running,
            ..Summary::default()
        };
        summary.take(&self.meter.total, self.plane.in_flight());
        summary
    }
}
