//! Tasks that share a history, and what a tick does to them.

use std::f64::consts::PI;

use crate::alb::ramp::Ramp;
use crate::data_plane::Sample;
use crate::data_plane::expected::backlog::Backlog;
use crate::data_plane::expected::clients::Clients;
use crate::data_plane::expected::impatient::{Begun, Impatient, Served};
use crate::data_plane::expected::laws::{Laws, Place, Table};
use crate::data_plane::expected::patience::CLASSES;
use crate::data_plane::expected::shifted::Shifted;
use crate::data_plane::expected::trust::{self, Queue, Tick};
use crate::queueing::{Means, service_cdf};

/// Equally likely points that stand for a normal law: the middles of its
/// sixths, widened so that their variance is 1.
const SPREAD: [f64; 6] = [-1.542, -0.752, -0.235, 0.235, 0.752, 1.542];
/// How many relaxation times it takes to work off a queue, rather than to grow
/// it. Our choice.
const WORKED_OFF: f64 = 2.0;
/// How much more the 95th percentile differs between two loads than the mean.
/// Our choice.
const MAGNIFIED: f64 = 1.5;
/// In a run's first minute answers are lacking to requests that came before it:
/// as many as do not come within this time [ms].
const FIRST_MS: f64 = 90_000.0;
/// A spread below this, relative to the response time, is not seen.
const NARROW: f64 = 0.01;

/// Where a task stands with the load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    InRotation,
    /// Unhealthy: finishes what it has, and may come back.
    OutOfRotation,
    /// Deregistered: finishes what it has.
    Draining,
}

/// Tasks that stand, run and are loaded alike.
#[derive(Debug, Clone)]
pub(super) struct Cohort {
    pub(super) tasks: u32,
    pub(super) standing: Standing,
    pub(super) speed: f64,
    /// Its slow start, if it is in one.
    pub(super) ramp: Option<Ramp>,
    /// The share of the offered rate that each task takes, over a full one.
    pub(super) weight: f64,
    /// The table of its laws.
    pub(super) table: usize,
    /// Requests in service and in queue, in each task, as theory has it.
    in_system: f64,
    /// How many of these never arrived: a run begins in equilibrium. They leave
    /// like the others, and are not counted.
    unreal: f64,
    /// What it has of clients that give up.
    pub(super) impatient: Impatient,
    /// Set while the queue is a fluid.
    backlog: Option<Backlog>,
    /// Whether the queue is as long as its equilibrium has it.
    is_settled: bool,
    /// For how long a backlog that is gone on average may still be there [s].
    aftermath_s: f64,
    /// The load that the queue still remembers; `None` before the first tick.
    remembered_load: Option<f64>,
    /// The most in service so far, in each task.
    pub(super) peak: f64,
    /// Requests answered under the law at a place of the table, not yet in a
    /// histogram, and the sum of their response times [ms].
    pending: Option<(Place, Pending)>,
}

/// Requests answered near one point of the grid of loads.
#[derive(Debug, Clone, Copy, Default)]
struct Pending {
    at_point: f64,
    at_next: f64,
    sum_ms: f64,
}

/// What the fleet does to each of its tasks in one tick.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    /// Rate of arrivals at a task in rotation that takes a full share [1/s].
    pub(super) rate: f64,
    /// The mean size of a request, over that of those sent for the first time.
    pub(super) size: f64,
    /// How long the tick is [s].
    pub(super) span_s: f64,
    /// Whether the rate holds for longer than this tick, so that it is worth
    /// an equilibrium of its own.
    pub(super) steady: bool,
    /// Whether the run begins.
    pub(super) first: bool,
    /// Servers in all tasks in rotation together.
    pub(super) pool_servers: f64,
    /// Whether it is the run's first minute.
    pub(super) first_minute: bool,
    /// See [`Tick::load_at_change`].
    pub(super) load_at_change: Option<f64>,
    /// CPU time of a request at full speed [vCPU·s].
    pub(super) cpu_s: f64,
    /// Up to this load theory vouches for the response times.
    pub(super) trusted_load: f64,
}

impl Cohort {
    /// A task without a request, in rotation.
    pub(super) fn new(speed: f64, table: usize) -> Self {
        Self {
            tasks: 1,
            standing: Standing::InRotation,
            speed,
            ramp: None,
            weight: 1.0,
            table,
            in_system: 0.0,
            unreal: 0.0,
            impatient: Impatient::default(),
            backlog: None,
            is_settled: true,
            aftermath_s: 0.0,
            remembered_load: None,
            peak: 0.0,
            pending: None,
        }
    }

    /// One task of it, with all that it has. Its requests not yet in a
    /// histogram stay behind, and its peak so far.
    pub(super) fn split_off(&mut self) -> Self {
        self.tasks -= 1;
        Self { tasks: 1, peak: 0.0, pending: None, ..self.clone() }
    }

    /// Whether no difference between the two matters any more.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let near =
            |a: f64, b: f64, tolerance: f64| (a - b).abs() <= tolerance * a.abs().max(b.abs());
        self.standing == other.standing
            && self.speed.to_bits() == other.speed.to_bits()
            && self.ramp == other.ramp
            && self.backlog.is_none()
            && other.backlog.is_none()
            && near(self.in_system, other.in_system, 1e-6)
            && match (self.remembered_load, other.remembered_load) {
                (Some(a), Some(b)) => near(a, b, 1e-3),
                (a, b) => a.is_none() && b.is_none(),
            }
    }

    /// Takes in the tasks of another cohort that is like it.
    pub(super) fn join(&mut self, other: &Self) {
        let (mine, theirs) = (f64::from(self.tasks), f64::from(other.tasks));
        let mean = |a: f64, b: f64| (a * mine + b * theirs) / (mine + theirs);
        self.in_system = mean(self.in_system, other.in_system);
        self.unreal = mean(self.unreal, other.unreal);
        let (mine, theirs) = (&mut self.impatient, &other.impatient);
        mine.in_vain = mean(mine.in_vain, theirs.in_vain);
        mine.doomed = mean(mine.doomed, theirs.doomed);
        self.tasks += other.tasks;
    }

    /// Requests in each task whose clients wait.
    pub(super) fn in_flight(&self) -> f64 {
        (self.in_system - self.unreal - self.impatient.excess()).max(0.0)
    }

    /// Whether nothing is going on in it at a rate of arrivals: it is well
    /// below saturation and has nothing to work off.
    pub(super) fn keeps_up(&self, rate: f64, laws: &Laws) -> bool {
        const WELL_BELOW: f64 = 0.9;
        const SAME: f64 = 0.02;
        match self.standing {
            Standing::InRotation => {
                self.backlog.is_none()
                    && self.remembered_load.is_some_and(|before| {
                        (before - rate * self.weight / laws.capacity(self.table)).abs() < SAME
                    })
                    && rate * self.weight < WELL_BELOW * laws.capacity(self.table)
            }
            Standing::OutOfRotation | Standing::Draining => self.in_system <= 0.0,
        }
    }

    /// Serves for one tick.
    pub(super) fn tick(
        &mut self,
        offer: &Offer,
        laws: &mut Laws,
        clients: &mut Option<Clients>,
        sample: &mut Sample,
    ) {
        let in_rotation = self.standing == Standing::InRotation;
        if !in_rotation && self.in_system <= 0.0 {
            return;
        }
        let rate = if in_rotation { offer.rate * self.weight } else { 0.0 };
        let table = laws.get(self.table);
        // In requests of the size that is sent now.
        let (capacity, is_short) = (table.capacity / offer.size, table.is_short);
        let slots = f64::from(table.station.slots);
        let load = rate / capacity;
        let (place, between) = table.look_up(load);
        let equilibrium = (load < 1.0 || is_short)
            .then(|| if offer.steady { table.exact_means(rate * offer.size) } else { between });
        if let Some(means) = equilibrium.filter(|_| offer.first) {
            (self.in_system, self.unreal) = (means.in_system, means.in_system);
        }
        let was = self.in_system;
        // A queue that cannot be worked off within the tick is a fluid.
        let worked_off = (capacity - rate) * offer.span_s;
        let in_reach =
            equilibrium.filter(|means| is_short || self.in_system - worked_off <= means.in_system);
        let busy = match in_reach {
            Some(means) => {
                self.serve_in_equilibrium(rate, place, offer, &means, laws, clients, sample)
            }
            None => self.serve_fluid(rate, offer, laws, clients, sample),
        };
        self.peak = self.peak.max(busy);
        self.remember(load, laws, offer.span_s);
        if in_rotation {
            let tasks = f64::from(self.tasks);
            sample.busy_slot_s += busy * offer.span_s * tasks;
            sample.slot_s += slots * offer.span_s * tasks;
            let doubts_clients = clients.as_ref().is_some_and(|clients| {
                self.impatient.seen.load = load;
                let table = laws.get(self.table);
                let again = clients.send_again();
                trust::doubts_clients(&self.impatient.seen, &table.station, table.law, again)
            });
            let doubt = if load > offer.trusted_load || doubts_clients {
                1.0
            } else {
                let queue = self.seen(load, offer, laws);
                trust::doubt(&Tick { load_at_change: offer.load_at_change, queue })
            };
            // What is left of a longer queue leaves under a law between the two.
            let left_over =
                if self.backlog.is_none() { (was - self.in_system).max(0.0) } else { 0.0 };
            sample.approximate += (doubt * rate * offer.span_s + left_over) * tasks;
        }
    }

    /// The queue follows its equilibrium; returns the slots in use.
    #[expect(clippy::too_many_arguments, reason = "what a tick knows, and what it changes")]
    fn serve_in_equilibrium(
        &mut self,
        rate: f64,
        mut place: Place,
        offer: &Offer,
        means: &Means,
        laws: &mut Laws,
        clients: &mut Option<Clients>,
        sample: &mut Sample,
    ) -> f64 {
        /// A queue this close to its equilibrium has the law of it.
        const SETTLED: f64 = 0.9;
        let tasks = f64::from(self.tasks);
        let table = laws.get(self.table);
        let (station, servers) = (table.station, table.servers);
        let capacity = table.capacity / offer.size;
        self.aftermath_s -= offer.span_s;
        if let Some(backlog) = self.backlog.take() {
            // By chance it was longer than on average: by two deviations at most.
            self.aftermath_s = 2.0 * backlog.noise() / (capacity - rate).max(1e-9 * capacity);
        }
        // A mean between two points may be a hair above the capacity.
        let offered = rate * offer.span_s;
        let admitted = (offered * (1.0 - means.blocking)).min(capacity * offer.span_s);
        match clients {
            None => sample.rejected += (offered - admitted) * tasks,
            Some(clients) => {
                let waiting = self.in_system - f64::from(station.slots);
                let counts = [offered - admitted, offered, waiting, tasks];
                self.impatient.turn_away(counts, table, clients, sample);
            }
        }

        // Each request in the task leaves at the rate of one per response
        // time, so that the number settles where Little's law has it.
        let was = self.in_system;
        let held = was + admitted;
        let response_s = means.response_s() * offer.size;
        let settling = held / (1.0 + offer.span_s / response_s);
        // Near saturation it is chance that makes the queue grow, no faster
        // than a Brownian motion with the same drift would.
        let variance = (rate * station.arrival_cv2 + capacity * station.service_cv2) * offer.span_s;
        let drifted = (was - servers).max(0.0) - (capacity - rate) * offer.span_s;
        let by_chance = (drifted + libm::sqrt(drifted * drifted + 2.0 * variance)) / 2.0;
        let at_best = held - capacity * offer.span_s;
        let now = settling.min((servers + by_chance).max(was)).max(at_best);
        let now = if now < 1e-9 && rate <= 0.0 { 0.0 } else { now };
        let is_settled = now >= SETTLED * means.in_system;
        self.is_settled = is_settled && self.aftermath_s <= 0.0;
        let mut means = *means;
        // On its way it has the law of the load at which as many are there.
        if !is_settled || was * SETTLED > means.in_system {
            (place, means) = table.look_up_number(if is_settled { (was + now) / 2.0 } else { now });
        }

        let gone = self.leave(admitted, now);
        let mut completed = gone;
        if let Some(clients) = clients.as_mut().filter(|clients| clients.give_up) {
            let late = laws.get(self.table).late(place);
            let takes_s = means.residence_s;
            let begun = Begun { requests: admitted, age_s: 0.0, late, takes_s };
            let in_system = now - self.unreal;
            let served = Served { tasks, span_s: offer.span_s, in_system, gone };
            completed -= self.impatient.serve(&begun, &served, clients, sample);
        }
        sample.completed += completed * tasks;
        sample.started += admitted * tasks;
        sample.waited += admitted * means.wait_probability * tasks;
        sample.wait_s += admitted * means.wait_s * tasks;
        let worked = if rate > 0.0 { admitted } else { gone };
        self.use_cpu(worked, offer, sample);
        self.answer(place, completed * tasks, means.response_s() * 1000.0, laws, sample);
        means.in_service
    }

    /// Takes in requests, keeps `now`, and returns how many that are counted
    /// leave.
    fn leave(&mut self, admitted: f64, now: f64) -> f64 {
        let held = self.in_system + admitted;
        let unreal = if held > 0.0 { self.unreal * (now / held).min(1.0) } else { 0.0 };
        let completed = held - now - (self.unreal - unreal);
        (self.in_system, self.unreal) = (now, unreal);
        completed
    }

    /// The queue is a fluid: what is too much for the capacity piles up;
    /// returns the slots in use.
    fn serve_fluid(
        &mut self,
        rate: f64,
        offer: &Offer,
        laws: &mut Laws,
        clients: &mut Option<Clients>,
        sample: &mut Sample,
    ) -> f64 {
        let tasks = f64::from(self.tasks);
        let table = laws.get(self.table);
        let (station, law) = (table.station, table.law);
        let capacity = table.capacity / offer.size;
        let load = rate / capacity;
        let (slots, servers) = (f64::from(station.slots), station.servers());
        let was = self.in_system;
        let arrived = rate * offer.span_s;
        let left_over = (was + arrived - capacity * offer.span_s).max(0.0);
        let mut now = left_over.max(servers.min(was + arrived));
        let mut turned_away = 0.0;
        let (room, is_patient) = (table.room, table.patience.is_none());
        if room.is_finite() {
            // Above saturation a full queue has room now and then.
            let full = if rate < capacity {
                room
            } else if is_patient {
                table.exact_means(rate).in_system
            } else {
                slots + table.wait(load).mean_s() * table.capacity
            };
            let most = full.max(was);
            turned_away = (now - most).max(0.0);
            now -= turned_away;
        }
        let admitted = arrived - turned_away;
        match clients {
            None => sample.rejected += turned_away * tasks,
            Some(clients) => {
                let counts = [turned_away, arrived, was - slots, tasks];
                self.impatient.turn_away(counts, table, clients, sample);
            }
        }
        let served = was + admitted - now;
        let done = self.leave(admitted, now);

        self.is_settled = true;
        let backlog = self.backlog.get_or_insert_default();
        let waited_before_s = backlog.age_s();
        backlog.pass(admitted, offer.span_s, (now - slots).max(0.0));
        let wait_s = (waited_before_s + backlog.age_s()) / 2.0;
        let is_full = turned_away > 0.0;
        if is_full {
            let above = load - 1.0;
            backlog.fills_up(above * above / (1.0 + load) * capacity, offer.span_s);
        } else {
            let per_s = rate * station.arrival_cv2 + capacity * station.service_cv2;
            // Those that share one queue share its luck.
            backlog.wanders(per_s * offer.span_s / f64::from(station.pool));
        }
        let cv2 = [station.arrival_cv2, station.service_cv2];
        backlog.note_load((load - 1.0).abs() < trust::CRITICAL);
        let spread_s = backlog.age_deviation_s((now - slots).max(0.0), cv2);
        let busy = (was.min(slots) + now.min(slots)) / 2.0;
        let residence_s =
            (busy / servers).max(1.0 / station.cpu_slots.min(1.0)) * station.service_s;
        backlog.crowd(now >= slots && residence_s < 5.0, offer.span_s / residence_s);
        // Who leaves now began service when the queue was younger.
        let growth = (backlog.age_s() - waited_before_s) / offer.span_s;
        let after_s = residence_s * (1.0 - growth.clamp(-1.0, 1.0));

        sample.started += served * tasks;
        if wait_s > 0.0 {
            sample.waited += served * tasks;
            sample.wait_s += served * wait_s * tasks;
        }
        self.use_cpu(served, offer, sample);
        // How long those have waited that leave now: so many points, alike likely.
        let is_spread = spread_s > NARROW * (wait_s + residence_s);
        let (mut waits_s, mut points) = (SPREAD, if is_spread { SPREAD.len() } else { 1 });
        for deviation in &mut waits_s {
            *deviation = (wait_s + if is_spread { *deviation } else { 0.0 } * spread_s).max(0.0);
        }
        let (mut weights, mut limit_ms, mut completed) = ([1.0; SPREAD.len()], f64::INFINITY, done);
        if let Some(clients) = clients.as_mut().filter(|clients| clients.give_up) {
            let timeout_s = clients.patience.timeout_s;
            limit_ms = timeout_s * 1000.0;
            if is_full && load > 1.0 {
                // As long as clients wait, but for the room that there is by chance.
                let wait = laws.get(self.table).wait(load);
                waits_s = [1.0, 3.0, 5.0, 7.0, 9.0, 11.0].map(|n| wait.quantile_s(n / 12.0));
                points = SPREAD.len();
            }
            let mut late = [0.0; CLASSES];
            for (wait_s, weight) in waits_s[..points].iter_mut().zip(&mut weights) {
                *wait_s = wait_s.min(timeout_s);
                let left_s = (timeout_s - *wait_s) * station.service_s / after_s.max(1e-9);
                clients.patience.add_late(left_s, 1.0 / points as f64, &mut late);
                *weight = service_cdf(law, left_s / station.service_s).max(1e-9);
            }
            let age_s = wait_s.min(timeout_s);
            let begun = Begun { requests: served, age_s, late, takes_s: residence_s };
            let in_system = now - self.unreal;
            let served = Served { tasks, span_s: offer.span_s, in_system, gone: done };
            completed -= self.impatient.serve(&begun, &served, clients, sample);
            self.impatient.seen.is_unsure = !is_full && wait_s + 3.0 * spread_s > timeout_s;
        }
        sample.completed += completed * tasks;
        let (waits_s, weights) = (&waits_s[..points], &weights[..points]);
        let requests = completed * tasks / weights.iter().sum::<f64>();
        for (&wait_s, weight) in waits_s.iter().zip(weights) {
            let shifted = Shifted { law, wait_s, residence_s: after_s, limit_ms };
            shifted.add_to(&mut sample.latency, requests * weight);
        }
        busy
    }

    fn use_cpu(&self, served: f64, offer: &Offer, sample: &mut Sample) {
        if self.standing != Standing::Draining {
            sample.cpu_s += served * offer.size * offer.cpu_s / self.speed * f64::from(self.tasks);
        }
    }

    /// Notes answered requests, to be put in a histogram by [`Self::settle`].
    fn answer(
        &mut self,
        place: Place,
        requests: f64,
        mean_ms: f64,
        laws: &mut Laws,
        sample: &mut Sample,
    ) {
        if self.pending.is_some_and(|(pending, _)| pending.point != place.point) {
            self.settle(laws, sample);
        }
        let (_, pending) = self.pending.get_or_insert((place, Pending::default()));
        pending.at_point += requests * (1.0 - place.share);
        pending.at_next += requests * place.share;
        pending.sum_ms += requests * mean_ms;
    }

    /// Puts the requests answered so far in a histogram.
    pub(super) fn settle(&mut self, laws: &mut Laws, sample: &mut Sample) {
        let Some((Place { point, .. }, pending)) = self.pending.take() else { return };
        let table = laws.get(self.table);
        let mut sum_ms = pending.sum_ms;
        if table.patience.is_some() {
            sum_ms = pending.at_point * table.response(point).mean_ms
                + pending.at_next * table.response(point + 1).mean_ms;
        }
        for (point, requests) in [(point, pending.at_point), (point + 1, pending.at_next)] {
            if requests > 0.0 {
                let response = table.response(point);
                sample.latency.mix(response.first, &response.shares, requests, sum_ms);
                sum_ms = 0.0;
            }
        }
    }

    /// A queue forgets a load within its relaxation time, and no faster than
    /// a request is served.
    fn remember(&mut self, load: f64, laws: &mut Laws, span_s: f64) {
        if self.backlog.is_some() {
            // A fluid has no equilibrium to forget; it is as good as saturated.
            self.remembered_load = Some(load.max(1.0));
            return;
        }
        // A run begins in equilibrium, and in truth empty.
        let remembered = self.remembered_load.unwrap_or(0.0);
        let table = laws.get(self.table);
        let relaxation_s =
            relaxation_s(table, (load + remembered) / 2.0).max(table.station.service_s);
        // A long queue is worked off more slowly than a short one grows.
        let slowness = if remembered > load { WORKED_OFF } else { 1.0 };
        let forgotten = span_s / (slowness * relaxation_s);
        self.remembered_load = Some((remembered + forgotten * load) / (1.0 + forgotten));
    }

    /// What theory has to vouch for.
    fn seen(&self, load: f64, offer: &Offer, laws: &mut Laws) -> Queue {
        let table = laws.get(self.table);
        let station = table.station;
        match &self.backlog {
            Some(backlog) => Queue::Fluid {
                requests: self.in_system - station.servers(),
                waiting: self.in_system - f64::from(station.slots),
                slots: f64::from(station.slots),
                deviation: backlog.noise(),
                has_wandered: backlog.has_wandered(),
                is_full: backlog.is_full(),
                // Tasks that slow down do not fill up together, though a pool does.
                is_even: !station.shares()
                    || backlog.is_even() && !(backlog.is_full() && station.pool > 1),
                pool_servers: offer.pool_servers,
                law: table.law,
            },
            None => {
                let (p95_ms, is_known) = table.p95_ms(load);
                // The mean tells as much as the percentile, and costs no law.
                let mut mean_s = |load| table.look_up(load).1.response_s();
                let drift = mean_s(self.remembered_load.unwrap_or(load)) / mean_s(load) - 1.0;
                let lacking = if offer.first_minute { p95_ms / FIRST_MS } else { 0.0 };
                Queue::Equilibrium {
                    is_known,
                    is_settled: self.is_settled,
                    relaxation_s: relaxation_s(table, load),
                    drift: (MAGNIFIED * drift.abs()).max(lacking),
                }
            }
        }
    }
}

/// How long the queue of a station remembers at a load [s]:
/// about `2 (1 + load) / (1 − load)²` of the time in which it serves one request,
/// or, about saturation, `(room / π)²` of it (Cohen, *The Single Server Queue*,
/// 1969, has `1 / (1 − √load)²` for M/M/1).
fn relaxation_s(table: &Table, load: f64) -> f64 {
    let distance = (1.0 - load).abs().max(2.0 * PI / table.room);
    2.0 * (1.0 + load) / (distance * distance * table.capacity)
}

/// A mean number of requests in service as a number of requests: rounded up.
pub(super) fn whole(requests: f64) -> f64 {
    libm::ceil(requests - 1e-9)
}
