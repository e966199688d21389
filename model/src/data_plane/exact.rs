//! Every request by itself.
//!
//! Clients send requests one by one; each goes to a task in rotation, is served
//! there and leaves, unless its client gives up first. Time is whole
//! microseconds. Within one, answers come before clients that give up, and
//! these before new requests: our choice. An advance that is cut in two leaves
//! the same requests at the same times.

mod arrivals;
mod known;
mod line;
mod requests;
mod rotation;
mod server;
mod shared;

use crate::alb::ramp::Ramp;
use crate::data_plane::{DataPlane, Sample, TaskId};
use crate::scenario::{Scenario, Task};
use crate::time::Micros;

use arrivals::{Arrival, Source};
use requests::{Request, RequestId, Requests};
use rotation::Rotation;
use server::Server;

/// Every request by itself.
#[derive(Debug, Clone)]
pub struct Exact {
    task: Task,
    source: Source,
    /// The next request that is sent for the first time.
    next_arrival: Option<Arrival>,
    /// How often clients send a request again.
    retries: u32,
    now: Micros,
    /// By number of the task; `None` before it comes and after it is gone.
    targets: Vec<Option<Box<Target>>>,
    /// Indices of the targets in rotation.
    rotation: Rotation,
    /// How much longer a request takes that begins service.
    added: Micros,
    requests: Requests,
    /// Lost now, together with a task; their clients may send them again.
    lost: Vec<Request>,
}

#[derive(Debug, Clone)]
struct Target {
    server: Server,
    speed: f64,
    in_rotation: bool,
    draining: bool,
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
        let client = scenario.service.client;
        Self {
            next_arrival: source.next(),
            source,
            retries: client.retries,
            task: scenario.service.task.clone(),
            now: Micros(minute * Micros::MINUTE.0),
            targets: Vec::new(),
            rotation: Rotation::new(scenario),
            added: Micros::ZERO,
            requests: Requests::new(client.timeout),
            lost: Vec::new(),
        }
    }

    /// Puts requests at the tasks as if they had just arrived, one after the
    /// other; they count nowhere but among those in flight.
    pub(crate) fn begin_with(&mut self, requests: u64) {
        let mut uncounted = Sample::default();
        for _ in 0..requests {
            let Arrival { at, demand } = self.source.extra(self.now);
            self.send(at, demand, self.retries, &mut uncounted);
        }
    }

    fn target(&mut self, task: TaskId) -> Option<&mut Target> {
        self.targets.get_mut(task.0 as usize)?.as_deref_mut()
    }

    /// A client sends a request at `at`, and at once again if it is refused, up
    /// to `retries` times. Each is a request of its own that asks for the same
    /// work. When clients send again is our choice.
    fn send(&mut self, at: Micros, demand: Micros, retries: u32, sample: &mut Sample) {
        let mut retries = retries;
        loop {
            sample.offered += 1.0;
            let index = self.rotation.choose(at, |index| {
                let Some(target) = &mut self.targets[index] else { return 0 };
                target.server.outstanding(at, &mut self.requests, sample)
            });
            let target = index.and_then(|index| Some((index, self.targets[index].as_deref_mut()?)));
            if let Some((index, Target { server, .. })) = target {
                let request = || Request::new(at, demand, index, retries);
                if server.arrive(at, demand, request, &mut self.requests, sample) {
                    return;
                }
            }
            sample.rejected += 1.0;
            if retries == 0 {
                return;
            }
            retries -= 1;
        }
    }

    /// Sends a request again whose client gave it up or lost it at `at`.
    fn send_again(&mut self, at: Micros, request: &Request, sample: &mut Sample) {
        if let Some(retries) = request.retries.checked_sub(1) {
            self.send(at, request.demand, retries, sample);
        }
    }

    /// The client that has waited longest gives up at `at`, unless its answer
    /// comes just in time.
    fn time_out(&mut self, at: Micros, id: RequestId, sample: &mut Sample) {
        let request = self.requests[id];
        let Some(target) = &mut self.targets[request.target as usize] else { return };
        target.server.serve(at + Micros(1), &mut self.requests, sample);
        if self.requests.next_to_time_out() == Some((at, id)) {
            target.server.give_up(id, &mut self.requests);
            sample.timed_out += 1.0;
            self.send_again(at, &request, sample);
        }
    }

    /// Adds the use of slots and CPU in a span that ends at `until`.
    fn add_use(&mut self, until: Micros, sample: &mut Sample) {
        let slots = f64::from(self.task.concurrency);
        sample.slot_s += slots * self.rotation.len() as f64 * until.since(self.now).as_s();
        let cpu_share = self.task.cpu_ms_per_request / self.task.service_time.mean_ms;
        for target in self.targets.iter_mut().flatten() {
            target.server.serve(until, &mut self.requests, sample);
            let used = target.server.take_use(until);
            sample.started += used.started as f64;
            sample.waited += used.waited as f64;
            sample.wait_s += used.queued as f64 / 1e6;
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
        let (added, patient) = (self.added, self.requests.are_awaited_for_ever());
        let target = self.targets[index].get_or_insert_with(|| {
            let server = Server::new(concurrency, queue_limit, cpu_slots, added, patient, at);
            Box::new(Target { server, speed, in_rotation: false, draining: false })
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
        for target in self.targets.iter_mut().flatten() {
            target.server.set_added_wait(at, added, &mut self.requests);
        }
    }

    fn set_speed(&mut self, at: Micros, task: TaskId, speed: f64) {
        let cpu_slots = self.task.cpu_slots(speed);
        let target = self.targets.get_mut(task.0 as usize).and_then(Option::as_mut);
        if let Some(target) = target {
            target.speed = speed;
            target.server.set_cpu_slots(at, cpu_slots, &mut self.requests);
        }
    }

    fn leave_rotation(&mut self, _at: Micros, task: TaskId, draining: bool) {
        if let Some(target) = self.target(task) {
            target.in_rotation = false;
            target.draining = draining;
            self.rotation.leave(task.0 as usize);
        }
    }

    fn remove(&mut self, at: Micros, task: TaskId, sample: &mut Sample) {
        let index = task.0 as usize;
        if let Some(target) = self.targets.get_mut(index).and_then(Option::take) {
            let lost = target.server.crash(at, &mut self.requests);
            sample.failed += lost.len() as f64;
            self.lost.extend(lost.into_iter().filter(|request| request.retries > 0));
            self.rotation.leave(index);
        }
    }

    fn advance(&mut self, until: Micros, sample: &mut Sample) {
        for target in self.targets.iter_mut().flatten() {
            target.server.go_on(until, sample);
        }
        for request in std::mem::take(&mut self.lost) {
            self.send_again(self.now, &request, sample);
        }
        loop {
            let arrives = self.next_arrival.map_or(Micros::NEVER, |arrival| arrival.at);
            match self.requests.next_to_time_out() {
                Some((at, id)) if at <= arrives && at < until => self.time_out(at, id, sample),
                _ if arrives < until => {
                    let Some(Arrival { at, demand }) = self.next_arrival else { break };
                    self.next_arrival = self.source.next();
                    self.send(at, demand, self.retries, sample);
                }
                _ => break,
            }
        }
        self.add_use(until, sample);
        self.now = until;
    }

    fn in_flight(&self) -> f64 {
        let known: usize = self.targets.iter().flatten().map(|it| it.server.in_flight()).sum();
        (self.requests.in_flight() + known as u64) as f64
    }

    fn peak_in_service(&self, task: TaskId) -> f64 {
        let target = self.targets.get(task.0 as usize).and_then(Option::as_ref);
        target.map_or(0.0, |target| target.server.peak() as f64)
    }
}
