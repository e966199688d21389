//! The mean behaviour, from queueing theory; draws nothing.
//!
//! Time goes in ticks of one second, shorter at the ends of a span and longer
//! while nothing changes. Tasks that share a history are one [`Cohort`]: round robin gives each task in rotation
//! the same share of the offered rate, so that each is a queueing station of
//! its own. While it keeps up, it is in equilibrium at the load of the moment
//! (a pointwise stationary approximation); while it does not, its queue is a
//! fluid. Latencies come from the law of the equilibrium, kept in a table by
//! load and put in the histogram once a span, or from the age of the queue.
//!
//! Whose clients would give up in the queue is not in it, and does so when the
//! time-out is over; whose answer would come too late is served in vain. What is
//! sent again is part of the rate from then on ([`clients`]).
//!
//! The run begins in equilibrium at its first rate, if that is below capacity.

mod backlog;
mod clients;
mod cohort;
mod impatient;
mod laws;
mod patience;
mod rates;
mod shifted;
mod trust;

use crate::alb::ramp::Ramp;
use crate::data_plane::{DataPlane, Sample, TaskId};
use crate::queueing::Station;
use crate::scenario::{Arrivals, Routing, Scenario, Task, Traffic};
use crate::time::Micros;

use clients::{Clients, Sent};
use cohort::{Cohort, Offer, Standing};
pub use laws::Laws;
use rates::Rates;

/// The mean behaviour, from queueing theory; draws nothing.
#[derive(Debug, Clone)]
pub struct Expected {
    traffic: Traffic,
    routing: Routing,
    /// What a request asks of a task, as long as what it waits for is slow.
    task: Task,
    /// What it asks otherwise.
    usual: Task,
    now: Micros,
    laws: Laws,
    cohorts: Vec<Cohort>,
    /// By number of the task; `None` before it comes and after it is gone.
    members: Vec<Option<Member>>,
    rates: Rates,
    /// Whether the fleet has changed since time went on.
    changed: bool,
    /// Whether a target is in slow start.
    ramping: bool,
    /// Shares of the offered rate, in all: as many as tasks in rotation, less
    /// what those in slow start leave to others.
    weights: f64,
    /// Up to this load theory vouches for the response times.
    trusted_load: f64,
    /// Clients that give up or send again.
    clients: Option<Clients>,
    /// The time-out of clients that give up [s].
    timeout_s: Option<f64>,
    /// Of all tasks in rotation [requests/s]; `None` before time goes on.
    capacity_rps: Option<f64>,
    /// Requests that all tasks in rotation serve at full speed at once.
    servers: f64,
    change: Option<Change>,
}

/// Where a task is.
#[derive(Debug, Clone, Copy)]
struct Member {
    /// The index of its cohort.
    cohort: usize,
    /// The most that it had in service before it joined the cohort.
    peak: f64,
}

/// The capacity of the fleet changed in a minute.
#[derive(Debug, Clone, Copy)]
struct Change {
    minute: Micros,
    /// The least capacity in it since [requests/s].
    least_rps: f64,
}

impl Expected {
    /// Sets up an empty fleet at the start of the run.
    pub fn new(scenario: &Scenario) -> Self {
        Self::with_laws(scenario, Laws::default())
    }

    /// The same, with what earlier runs have computed of queueing theory.
    pub fn with_laws(scenario: &Scenario, laws: Laws) -> Self {
        let task = scenario.service.task.clone();
        Self {
            rates: Rates::new(&scenario.traffic),
            traffic: scenario.traffic.clone(),
            routing: scenario.service.target_group.routing,
            usual: task.clone(),
            now: Micros::ZERO,
            laws,
            cohorts: Vec::new(),
            members: Vec::new(),
            changed: false,
            ramping: false,
            weights: 0.0,
            trusted_load: f64::INFINITY,
            clients: Clients::new(scenario.service.client, &task),
            timeout_s: scenario.service.client.timeout.map(Micros::as_s),
            capacity_rps: None,
            servers: 0.0,
            change: None,
            task,
        }
    }

    /// What is known of queueing theory after the run, for another.
    pub fn into_laws(mut self) -> Laws {
        self.laws.rest();
        self.laws
    }

    fn in_rotation(&self) -> impl Iterator<Item = &Cohort> {
        self.cohorts.iter().filter(|cohort| cohort.standing == Standing::InRotation)
    }

    /// Moves a task into a cohort of its own, changed by `change`; cohorts
    /// that are alike are joined when time goes on.
    fn set_apart(&mut self, task: TaskId, change: impl FnOnce(&mut Cohort)) {
        let Some(member) = self.members.get_mut(task.0 as usize).and_then(Option::as_mut) else {
            return;
        };
        let cohort = &mut self.cohorts[member.cohort];
        member.peak = member.peak.max(cohort.peak);
        let mut alone = cohort.split_off();
        change(&mut alone);
        member.cohort = self.cohorts.len();
        self.cohorts.push(alone);
        self.changed = true;
    }

    /// Takes the changes of the fleet to heart: each cohort gets the laws of
    /// its new share, and a change of capacity is noted.
    fn settle_fleet(&mut self) {
        self.changed = false;
        self.join_alike();
        let tasks = self.tasks();
        let law = self.task.service_time.law;
        for index in 0..self.cohorts.len() {
            let Cohort { standing, speed, .. } = self.cohorts[index];
            if standing == Standing::InRotation {
                self.cohorts[index].table =
                    self.laws.table(self.station(tasks, speed), law, self.timeout_s);
            }
        }
        self.trusted_load = self.trusted_load();
        self.weigh(self.now);
        self.servers = self
            .in_rotation()
            .map(|cohort| f64::from(cohort.tasks) * self.laws.station(cohort.table).servers())
            .sum();
        let capacity_rps: f64 = self
            .in_rotation()
            .map(|cohort| f64::from(cohort.tasks) * self.task.capacity_rps(cohort.speed))
            .sum();
        let minute = self.now.floor_to(Micros::MINUTE);
        if let Some(before_rps) = self.capacity_rps.replace(capacity_rps)
            && before_rps.to_bits() != capacity_rps.to_bits()
        {
            let earlier = self.change.filter(|change| change.minute == minute);
            let least = before_rps.min(capacity_rps);
            let least_rps = earlier.map_or(least, |change| change.least_rps.min(least));
            self.change = Some(Change { minute, least_rps });
        }
    }

    /// Joins cohorts that have become alike and drops those without a task.
    fn join_alike(&mut self) {
        let mut kept: Vec<Cohort> = Vec::new();
        // Where each cohort goes, and the peak that its tasks had before.
        let mut moves = Vec::with_capacity(self.cohorts.len());
        for mut cohort in self.cohorts.drain(..) {
            let peak = cohort.peak;
            let into = kept.iter().position(|other| other.is_like(&cohort));
            match into {
                _ if cohort.tasks == 0 => moves.push((usize::MAX, peak)),
                Some(into) => {
                    kept[into].join(&cohort);
                    moves.push((into, peak));
                }
                None => {
                    moves.push((kept.len(), peak));
                    cohort.peak = 0.0;
                    kept.push(cohort);
                }
            }
        }
        self.cohorts = kept;
        for member in self.members.iter_mut().flatten() {
            let (into, peak) = moves[member.cohort];
            member.cohort = into;
            member.peak = member.peak.max(peak);
        }
    }

    /// Where the tick ends that begins now: after a second, or after some more
    /// of the same minute if all tasks keep up and the rate hardly changes.
    fn tick_ends(&self, until: Micros) -> Micros {
        /// How much the rate may change, over the capacity of the fleet.
        const CALM: f64 = 1e-3;
        let (second, now) = (self.now.floor_to(Micros::SECOND), self.now);
        let next = (second + Micros::SECOND).min(until);
        let again_rps = self.clients.as_ref().map_or(0.0, |clients| clients.again_rps);
        let rate = self.rates.at(now) + again_rps;
        let share = rate / self.weights;
        if second < now
            || self.ramping
            || !self.cohorts.iter().all(|c| c.keeps_up(share, &self.laws))
        {
            return next;
        }
        let change = CALM * self.capacity_rps.unwrap_or(0.0);
        let alike = self.rates.alike(now, change);
        next.max((now + Micros::from_whole_s(alike)).min(until.floor_to(Micros::SECOND)))
    }

    fn tick(&mut self, until: Micros, sample: &mut Sample) {
        if self.ramping {
            self.weigh(Micros(self.now.0.midpoint(until.0)));
        }
        let span_s = until.since(self.now).as_s();
        let (mut rate, mut steady) = self.rates.over(self.now, until);
        let mut sent = Sent { requests: rate * span_s, size: 1.0 };
        if let Some(clients) = &mut self.clients {
            let share = clients.time_out(until, sample);
            self.cohorts.iter_mut().for_each(|cohort| cohort.impatient.give_up(share));
            sent = clients.send(sent.requests, self.now, until);
            if clients.again_rps > 0.0 {
                (rate, steady) = (sent.requests / span_s, false);
            }
        }
        let rejected_before = sample.rejected;
        sample.offered += sent.requests;
        let tasks = self.tasks();
        if tasks == 0 {
            sample.rejected += sent.requests;
        }
        let minute = self.now.floor_to(Micros::MINUTE);
        let change = self.change.filter(|change| change.minute == minute);
        let offer = Offer {
            rate: rate / self.weights,
            size: sent.size,
            span_s,
            steady,
            first: self.now == Micros::ZERO,
            first_minute: self.now < Micros::MINUTE,
            pool_servers: self.servers,
            load_at_change: change.map(|change| rate * sent.size / change.least_rps),
            trusted_load: self.trusted_load,
            cpu_s: self.task.cpu_ms_per_request / 1000.0,
        };
        for cohort in &mut self.cohorts {
            cohort.tick(&offer, &mut self.laws, &mut self.clients, sample);
        }
        self.send_again(sent, sample.rejected - rejected_before, sample);
        self.now = until;
    }

    /// Of the requests sent in this tick so many were refused, and are sent again.
    #[inline(never)]
    fn send_again(&mut self, sent: Sent, rejected: f64, sample: &mut Sample) {
        let Some(clients) = &mut self.clients else { return };
        if !clients.send_again() {
            return;
        }
        clients.refuse(rejected);
        let at_worst = clients.at_worst(sent);
        let cohorts = self.cohorts.iter().filter(|it| it.standing == Standing::InRotation);
        let storms = cohorts.map(|cohort| cohort.impatient.storm(at_worst));
        let none = (false, false);
        let (can_last, may_begin) = storms.fold(none, |all, one| (all.0 | one.0, all.1 | one.1));
        if clients.is_unsure(can_last, may_begin) {
            sample.approximate += sent.requests;
        }
    }

    /// Requests whose clients will give up.
    fn doomed(&self) -> f64 {
        self.cohorts.iter().map(|cohort| cohort.impatient.doomed * f64::from(cohort.tasks)).sum()
    }

    /// Tasks in rotation.
    fn tasks(&self) -> u32 {
        self.in_rotation().map(|cohort| cohort.tasks).sum()
    }

    /// Gives each cohort its share: all alike, but for slow start, and but for
    /// slow tasks behind least outstanding requests, which have as many
    /// requests as others and answer fewer. Our choice, right near saturation.
    fn weigh(&mut self, at: Micros) {
        let is_full = |cohort: &Cohort| cohort.ramp.is_none_or(|ramp| at >= ramp.until);
        let ramps = self.in_rotation().any(is_full);
        let ramping = self.in_rotation().any(|cohort| !is_full(cohort));
        self.ramping = ramping;
        for cohort in &mut self.cohorts {
            cohort.ramp = cohort.ramp.filter(|ramp| at < ramp.until);
            cohort.weight = match (cohort.ramp, self.routing) {
                (Some(ramp), _) if ramps => ramp.share(at),
                (_, Routing::LeastOutstandingRequests) => cohort.speed,
                _ => 1.0,
            };
        }
        self.weights =
            self.in_rotation().map(|cohort| f64::from(cohort.tasks) * cohort.weight).sum();
    }

    /// Least outstanding requests are nearly one queue before all tasks where
    /// each has some servers of its own, up to a load of 0.9; with fewer, or
    /// with slow tasks among them, they are not. A slow dependency has no law
    /// of its own here.
    fn trusted_load(&self) -> f64 {
        if self.task != self.usual {
            return 0.0;
        }
        let slow = self.in_rotation().any(|cohort| cohort.speed < 1.0);
        if slow && self.routing == Routing::LeastOutstandingRequests { 0.0 } else { f64::INFINITY }
    }

    /// A task among `tasks` in rotation, as a queueing station.
    fn station(&self, tasks: u32, speed: f64) -> Station {
        let task = &self.task;
        let cv = task.service_time.law.cv();
        let all_cv2 = match self.traffic.arrivals {
            Arrivals::Poisson => 1.0,
            Arrivals::Deterministic => 0.0,
        };
        let share = 1.0 / f64::from(tasks);
        Station {
            slots: task.concurrency,
            cpu_slots: task.cpu_slots(speed),
            queue_limit: task.queue_limit,
            service_s: task.service_time.mean_ms / 1000.0,
            arrival_cv2: match self.routing {
                // Every N-th arrival of a Poisson stream is Erlang-N after the last.
                Routing::RoundRobin => all_cv2 * share,
                // What is drawn from a Poisson stream is one.
                Routing::WeightedRandom => 1.0 - (1.0 - all_cv2) * share,
                Routing::LeastOutstandingRequests => all_cv2,
            },
            service_cv2: cv * cv,
            pool: match self.routing {
                Routing::LeastOutstandingRequests => tasks,
                Routing::RoundRobin | Routing::WeightedRandom => 1,
            },
        }
    }

    fn alike(&self) -> bool {
        let pairs = self.cohorts.iter().enumerate();
        pairs
            .into_iter()
            .any(|(n, one)| self.cohorts[n + 1..].iter().any(|other| one.is_like(other)))
    }
}

impl DataPlane for Expected {
    fn enter_rotation(&mut self, _at: Micros, task: TaskId, speed: f64) {
        let index = task.0 as usize;
        if self.members.len() <= index {
            self.members.resize(index + 1, None);
        }
        if self.members[index].is_some() {
            self.set_apart(task, |cohort| {
                cohort.standing = Standing::InRotation;
                cohort.speed = speed;
                cohort.ramp = None;
            });
        } else {
            let law = self.task.service_time.law;
            let table = self.laws.table(self.station(1, speed), law, self.timeout_s);
            self.members[index] = Some(Member { cohort: self.cohorts.len(), peak: 0.0 });
            self.cohorts.push(Cohort::new(speed, table));
            self.changed = true;
        }
    }

    fn ramp_up(&mut self, task: TaskId, ramp: Ramp) {
        self.set_apart(task, |cohort| cohort.ramp = Some(ramp));
    }

    fn set_added_wait(&mut self, _at: Micros, added: Micros) {
        self.task = self.usual.waiting_longer(added);
        self.changed = true;
    }

    fn set_speed(&mut self, _at: Micros, task: TaskId, speed: f64) {
        self.set_apart(task, |cohort| cohort.speed = speed);
    }

    fn leave_rotation(&mut self, _at: Micros, task: TaskId, draining: bool) {
        let standing = if draining { Standing::Draining } else { Standing::OutOfRotation };
        self.set_apart(task, |cohort| cohort.standing = standing);
    }

    fn remove(&mut self, _at: Micros, task: TaskId, sample: &mut Sample) {
        let all = self.doomed();
        let (mut failed, mut doomed) = (0.0, 0.0);
        self.set_apart(task, |cohort| {
            failed = cohort.in_flight();
            doomed = cohort.impatient.doomed;
            cohort.tasks = 0;
        });
        sample.failed += failed;
        if let Some(clients) = &mut self.clients {
            clients.lose(failed, if all > 0.0 { doomed / all } else { 0.0 });
        }
        if let Some(member) = self.members.get_mut(task.0 as usize) {
            *member = None;
        }
    }

    fn advance(&mut self, until: Micros, sample: &mut Sample) {
        if self.changed {
            self.settle_fleet();
        }
        while self.now < until {
            self.rates.go_to(self.now, &self.traffic);
            self.tick(self.tick_ends(until), sample);
            if self.cohorts.len() > 1 && self.alike() {
                for cohort in &mut self.cohorts {
                    cohort.settle(&mut self.laws, sample);
                }
                self.join_alike();
            }
        }
        for cohort in &mut self.cohorts {
            cohort.settle(&mut self.laws, sample);
        }
    }

    fn in_flight(&self) -> f64 {
        self.cohorts.iter().map(|cohort| cohort.in_flight() * f64::from(cohort.tasks)).sum()
    }

    /// The mean in service, at its highest, rounded up. Our choice: the most
    /// that a real task had at once is a matter of chance and grows for ever.
    fn peak_in_service(&self, task: TaskId) -> f64 {
        let member = self.members.get(task.0 as usize).copied().flatten();
        member
            .map_or(0.0, |member| cohort::whole(member.peak.max(self.cohorts[member.cohort].peak)))
    }
}
