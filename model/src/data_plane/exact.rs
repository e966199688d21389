//! Every request by itself.
//!
//! Requests arrive one by one, go to a task in rotation, are served there and
//! leave. What happens
//! is ordered by time in whole microseconds and, within one, by when it was
//! foreseen. An advance that is cut in two leaves the same requests at the
//! same times.

mod arrivals;
mod rotation;
mod server;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::alb::ramp::Ramp;
use crate::data_plane::{DataPlane, Sample, TaskId};
use crate::scenario::{Scenario, Task};
use crate::time::Micros;

use arrivals::{Arrival, Source};
use rotation::Rotation;
use server::{Server, Taken};

/// Every request by itself.
#[derive(Debug, Clone)]
pub struct Exact {
    task: Task,
    source: Source,
    /// The next request to arrive, and its place among what happens together.
    next_arrival: Option<(Arrival, u64)>,
    now: Micros,
    sequence: u64,
    /// By number of the task; `None` before it comes and after it is gone.
    targets: Vec<Option<Target>>,
    /// Indices of the targets in rotation.
    rotation: Rotation,
    /// How much longer a request takes that begins service.
    added: Micros,
    /// When the next request of a task leaves. An entry is void if the task
    /// has another version by then.
    departures: BinaryHeap<Reverse<Foreseen>>,
    in_flight: u64,
}

#[derive(Debug, Clone)]
struct Target {
    server: Server,
    speed: f64,
    in_rotation: bool,
    draining: bool,
}

/// A departure, in the order in which departures happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Foreseen {
    at: Micros,
    sequence: u64,
    target: usize,
    version: u64,
}

impl Exact {
    /// Sets up an empty fleet at the start of the run.
    pub fn new(scenario: &Scenario) -> Self {
        Self::from_minute(scenario, 0)
    }

    /// Sets up an empty fleet at the start of a minute of the run. From then on
    /// the same requests arrive as in a run from the start.
    pub fn from_minute(scenario: &Scenario, minute: u64) -> Self {
        let mut source = Source::from_minute(scenario, minute);
        Self {
            next_arrival: source.next().map(|arrival| (arrival, 0)),
            source,
            task: scenario.service.task.clone(),
            now: Micros(minute * Micros::MINUTE.0),
            sequence: 1,
            targets: Vec::new(),
            rotation: Rotation::new(scenario),
            added: Micros::ZERO,
            departures: BinaryHeap::new(),
            in_flight: 0,
        }
    }

    /// Puts requests at the tasks as if they had just arrived, one after the
    /// other; they count nowhere but among those in flight.
    pub(crate) fn begin_with(&mut self, requests: u64) {
        let mut uncounted = Sample::default();
        for _ in 0..requests {
            let arrival = self.source.extra(self.now);
            self.arrive(arrival, &mut uncounted);
        }
    }

    fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    fn target(&mut self, task: TaskId) -> Option<&mut Target> {
        self.targets.get_mut(task.0 as usize)?.as_mut()
    }

    fn foresee(&mut self, index: usize) {
        let Some(target) = &self.targets[index] else { return };
        if let Some(at) = target.server.next_departure() {
            let version = target.server.version;
            let sequence = self.next_sequence();
            self.departures.push(Reverse(Foreseen { at, sequence, target: index, version }));
        }
    }

    fn arrive(&mut self, arrival: Arrival, sample: &mut Sample) {
        sample.offered += 1.0;
        let targets = &self.targets;
        let outstanding =
            |index: usize| targets[index].as_ref().map_or(0, |target| target.server.requests());
        let Some(index) = self.rotation.choose(arrival.at, outstanding) else {
            sample.rejected += 1.0;
            return;
        };
        let Some(target) = &mut self.targets[index] else { return };
        match target.server.arrive(arrival) {
            Taken::Started => {
                self.in_flight += 1;
                sample.started += 1.0;
                let in_service = target.server.in_service() as f64;
                sample.peak_in_service = sample.peak_in_service.max(in_service);
                self.foresee(index);
            }
            Taken::Queued => self.in_flight += 1,
            Taken::Refused => sample.rejected += 1.0,
        }
    }

    fn depart(&mut self, foreseen: Foreseen, sample: &mut Sample) {
        let Some(target) = &mut self.targets[foreseen.target] else { return };
        if target.server.version != foreseen.version {
            return;
        }
        let Some(departure) = target.server.depart(foreseen.at) else { return };
        self.in_flight -= 1;
        sample.completed += 1.0;
        sample.latency.record(foreseen.at.since(departure.arrived).0 as f64 / 1000.0);
        if let Some(arrived) = departure.begun {
            sample.started += 1.0;
            sample.waited += 1.0;
            sample.wait_s += foreseen.at.since(arrived).as_s();
        }
        self.foresee(foreseen.target);
    }

    /// Adds the use of slots and CPU in a span that ends at `until`.
    fn add_use(&mut self, until: Micros, sample: &mut Sample) {
        let slots = f64::from(self.task.concurrency);
        sample.slot_s += slots * self.rotation.len() as f64 * until.since(self.now).as_s();
        let cpu_share = self.task.cpu_ms_per_request / self.task.service_time.mean_ms;
        for target in self.targets.iter_mut().flatten() {
            let used = target.server.take_use(until);
            if target.in_rotation {
                sample.busy_slot_s += used.busy as f64 / 1e6;
            }
            if !target.draining {
                let unshared_s =
                    (used.unshared as f64 + used.waiting) / 1e6 * cpu_share / target.speed;
                sample.cpu_s += unshared_s + self.task.vcpu * (used.saturated as f64 / 1e6);
            }
        }
    }
}

impl DataPlane for Exact {
    fn enter_rotation(&mut self, at: Micros, task: TaskId, speed: f64) {
        let index = task.0 as usize;
        if self.targets.len() <= index {
            self.targets.resize(index + 1, None);
        }
        let cpu_slots = self.task.cpu_slots(speed);
        let Task { concurrency, queue_limit, .. } = self.task;
        let added = self.added;
        let target = self.targets[index].get_or_insert_with(|| Target {
            server: Server::new(concurrency, queue_limit, cpu_slots, at, added),
            speed,
            in_rotation: false,
            draining: false,
        });
        if !target.in_rotation {
            target.in_rotation = true;
            self.rotation.enter(index);
        }
        self.set_speed(at, task, speed);
    }

    fn ramp_up(&mut self, task: TaskId, ramp: Ramp) {
        self.rotation.ramp_up(task.0 as usize, ramp);
    }

    fn set_added_wait(&mut self, at: Micros, added: Micros) {
        self.added = added;
        for index in 0..self.targets.len() {
            if let Some(target) = &mut self.targets[index] {
                target.server.set_added_wait(at, added);
                self.foresee(index);
            }
        }
    }

    fn set_speed(&mut self, at: Micros, task: TaskId, speed: f64) {
        let cpu_slots = self.task.cpu_slots(speed);
        let Some(target) = self.target(task) else { return };
        target.speed = speed;
        if target.server.cpu_slots.to_bits() != cpu_slots.to_bits() {
            target.server.set_cpu_slots(at, cpu_slots);
            self.foresee(task.0 as usize);
        }
    }

    fn leave_rotation(&mut self, _at: Micros, task: TaskId, draining: bool) {
        if let Some(target) = self.target(task) {
            target.in_rotation = false;
            target.draining = draining;
            self.rotation.leave(task.0 as usize);
        }
    }

    fn remove(&mut self, _at: Micros, task: TaskId, sample: &mut Sample) {
        let index = task.0 as usize;
        if let Some(target) = self.targets.get_mut(index).and_then(Option::take) {
            let requests = target.server.requests();
            self.in_flight -= requests as u64;
            sample.failed += requests as f64;
            self.rotation.leave(index);
        }
    }

    fn advance(&mut self, until: Micros, sample: &mut Sample) {
        loop {
            let departure = self.departures.peek().map(|Reverse(next)| *next);
            let arrival = self.next_arrival.map(|(next, sequence)| (next.at, sequence));
            let departs = departure.map(|next| (next.at, next.sequence));
            let first = [arrival, departs].into_iter().flatten().min();
            let Some(first) = first.filter(|&(at, _)| at < until) else { break };
            if let Some(foreseen) = departure.filter(|_| departs == Some(first)) {
                self.departures.pop();
                self.depart(foreseen, sample);
            } else if let Some((arrival, _)) = self.next_arrival.take() {
                self.arrive(arrival, sample);
                let sequence = self.next_sequence();
                self.next_arrival = self.source.next().map(|next| (next, sequence));
            }
        }
        self.add_use(until, sample);
        self.now = until;
    }

    fn in_flight(&self) -> f64 {
        self.in_flight as f64
    }

    fn peak_in_service(&self, task: TaskId) -> f64 {
        let target = self.targets.get(task.0 as usize).and_then(Option::as_ref);
        target.map_or(0.0, |target| target.server.peak as f64)
    }
}
