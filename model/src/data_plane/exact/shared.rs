//! A task whose requests share its CPU, or whose clients may give up.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::line::Line;
use super::requests::{Request, RequestId, Requests};
use super::server::{Use, whole};
use crate::data_plane::Sample;
use crate::time::Micros;

/// A request in service.
#[derive(Debug, Clone, Copy, PartialEq)]
struct InService {
    /// The task's attained service at which it ends [µs].
    ends_at: f64,
    id: RequestId,
}

impl PartialOrd for InService {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.ends_at.partial_cmp(&other.ends_at)
    }
}

/// Slots that share a CPU, and a queue. It plays its departures only when
/// somebody looks.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    slots: usize,
    queue_limit: usize,
    /// How many requests the CPU carries at full speed.
    cpu_slots: f64,
    /// The service that each request in service has attained since the task
    /// was last idle, had it been there all the time [µs], as of `now`. They
    /// all advance alike, so that it is one clock for all.
    attained_us: f64,
    now: Micros,
    in_service: Line<InService>,
    /// When the first of them leaves.
    next_departure: Micros,
    /// How many of them are served in vain.
    in_vain: usize,
    queue: VecDeque<RequestId>,
    /// How much longer a request takes that begins service [µs], without CPU.
    added_us: f64,
    /// How many requests in service take longer.
    longer: usize,
    /// How many others would use the CPU as much as these.
    longer_load: f64,
    /// The most in service at once so far.
    peak: usize,
    used: Use,
    /// Until when `used` has been counted.
    counted: Micros,
}

impl Shared {
    /// An idle task of `slots` whose CPU carries `cpu_slots` requests at full
    /// speed.
    pub(super) fn new(
        slots: usize,
        queue_limit: usize,
        cpu_slots: f64,
        added: Micros,
        now: Micros,
    ) -> Self {
        Self {
            slots,
            queue_limit,
            cpu_slots,
            attained_us: 0.0,
            now,
            in_service: Line::new(),
            next_departure: Micros::NEVER,
            in_vain: 0,
            queue: VecDeque::new(),
            added_us: added.0 as f64,
            longer: 0,
            longer_load: 0.0,
            peak: 0,
            used: Use::default(),
            counted: now,
        }
    }

    /// Requests in service and in queue whose clients wait.
    pub(super) fn outstanding(&self) -> usize {
        self.in_service.len() - self.in_vain + self.queue.len()
    }

    /// The most requests in service at once so far.
    pub(super) fn peak(&self) -> usize {
        self.peak
    }

    /// Whether a request in service takes longer.
    pub(super) fn waits(&self) -> bool {
        self.longer > 0
    }

    /// How many requests that do not take longer would use the CPU as much.
    #[inline]
    fn load(&self) -> f64 {
        if self.longer == 0 {
            return self.in_service.len() as f64;
        }
        (self.in_service.len() - self.longer) as f64 + self.longer_load
    }

    /// Lets the attained service grow until now.
    #[inline]
    fn go_to(&mut self, now: Micros) {
        self.count(now);
        if self.in_service.len() == 0 {
            self.attained_us = 0.0;
        } else {
            let span = now.since(self.now).0 as i64 as f64;
            let load = self.load();
            self.attained_us +=
                if load > self.cpu_slots { self.cpu_slots / load * span } else { span };
        }
        self.now = now;
    }

    /// Counts the use of slots and CPU until now.
    #[inline]
    fn count(&mut self, now: Micros) {
        let span = now.since(self.counted).0;
        let requests = self.in_service.len();
        self.used.busy += requests as u64 * span;
        if self.load() > self.cpu_slots {
            self.used.saturated += span;
        } else {
            self.used.unshared += (requests - self.longer) as u64 * span;
            if self.longer > 0 {
                self.used.waiting += self.longer_load * span as f64;
            }
        }
        self.counted = now;
    }

    /// Takes the use since the last time. It does not touch the clock of
    /// attained service, so that looking changes nothing.
    pub(super) fn take_use(&mut self, now: Micros) -> Use {
        self.count(now);
        std::mem::take(&mut self.used)
    }

    /// Finds when the next request leaves: on the whole microsecond, or after it.
    #[inline]
    fn foresee(&mut self) {
        let Some(next) = self.in_service.first() else {
            self.next_departure = Micros::NEVER;
            return;
        };
        let left_us = next.ends_at - self.attained_us;
        let load = self.load();
        let slowed = if load > self.cpu_slots { load / self.cpu_slots } else { 1.0 };
        self.next_departure = self.now + whole(left_us * slowed);
    }

    /// The CPU now carries `cpu_slots` requests at full speed.
    pub(super) fn set_cpu_slots(&mut self, now: Micros, cpu_slots: f64) {
        if self.cpu_slots.to_bits() != cpu_slots.to_bits() {
            self.go_to(now);
            self.cpu_slots = cpu_slots;
            self.foresee();
        }
    }

    /// Requests that begin service take `added` longer from now on, and those
    /// in service by what that has grown.
    pub(super) fn set_added_wait(&mut self, now: Micros, added: Micros, requests: &mut Requests) {
        let grown_us = added.0 as f64 - self.added_us;
        self.added_us = added.0 as f64;
        if grown_us <= 0.0 || self.in_service.len() == 0 {
            return;
        }
        self.go_to(now);
        (self.longer, self.longer_load) = (0, 0.0);
        for InService { ends_at, id } in self.in_service.iter_mut() {
            let left_us = (*ends_at - self.attained_us).max(0.0);
            let request = &mut requests[*id];
            request.cpu_part *= left_us / (left_us + grown_us);
            if request.cpu_part < 1.0 {
                self.longer += 1;
                self.longer_load += request.cpu_part;
            }
            *ends_at = self.attained_us + left_us + grown_us;
        }
        self.foresee();
    }

    /// Whether another request may come.
    pub(super) fn is_full(&self) -> bool {
        self.in_service.len() == self.slots && self.queue.len() >= self.queue_limit
    }

    /// A request comes now; the task is not full.
    pub(super) fn arrive(&mut self, now: Micros, id: RequestId, requests: &mut Requests) {
        if self.in_service.len() == self.slots {
            self.queue.push_back(id);
            return;
        }
        self.go_to(now);
        let next = self.begin(id, requests);
        self.in_service.insert(next);
        self.foresee();
        self.peak = self.peak.max(self.in_service.len());
    }

    #[inline]
    fn begin(&mut self, id: RequestId, requests: &mut Requests) -> InService {
        self.used.started += 1;
        let request = &mut requests[id];
        let demand_us = request.demand.0 as i64 as f64;
        let takes_us = demand_us + self.added_us;
        if self.added_us > 0.0 {
            request.cpu_part = demand_us / takes_us;
            if request.cpu_part < 1.0 {
                self.longer += 1;
                self.longer_load += request.cpu_part;
            }
        }
        InService { ends_at: self.attained_us + takes_us, id }
    }

    /// Lets the requests go that leave before `until`.
    #[inline]
    pub(super) fn serve(&mut self, until: Micros, requests: &mut Requests, sample: &mut Sample) {
        while self.next_departure < until {
            self.depart(requests, sample);
        }
    }

    fn depart(&mut self, requests: &mut Requests, sample: &mut Sample) {
        let now = self.next_departure;
        self.go_to(now);
        let Some(InService { ends_at, id }) = self.in_service.pop() else { return };
        let Request { sent, cpu_part, awaited, .. } = requests[id];
        if cpu_part < 1.0 {
            self.longer -= 1;
            self.longer_load = if self.longer == 0 { 0.0 } else { self.longer_load - cpu_part };
        }
        if awaited {
            sample.completed += 1.0;
            sample.latency.record(now.since(sent));
            requests.settle(id);
        } else {
            self.in_vain -= 1;
        }
        requests.remove(id);
        // Rounding may have left it a hair short of its end.
        self.attained_us = self.attained_us.max(ends_at);
        if let Some(next) = self.queue.pop_front() {
            self.used.queued += now.since(requests[next].sent).0;
            self.used.waited += 1;
            let next = self.begin(next, requests);
            self.in_service.insert(next);
        }
        self.foresee();
    }

    /// The client of a request gives up: what waits leaves the queue, what is in
    /// service is served to its end in vain.
    ///
    /// All clients are equally patient, so that of those in the queue the first
    /// gives up first.
    pub(super) fn give_up(&mut self, id: RequestId, requests: &mut Requests) {
        requests.settle(id);
        if self.queue.front() == Some(&id) {
            self.queue.pop_front();
            requests.remove(id);
        } else {
            self.in_vain += 1;
        }
    }

    /// A request that has been in service, and takes `left_us` longer.
    pub(super) fn resume(&mut self, id: RequestId, left_us: f64) {
        let one = InService { ends_at: self.attained_us + left_us, id };
        self.in_service.insert(one);
        self.foresee();
        self.peak = self.peak.max(self.in_service.len());
    }

    /// What the task has now: how much longer each request in service takes at
    /// full speed [µs], the next to leave first, and the queue.
    pub(super) fn into_requests(
        mut self,
        now: Micros,
    ) -> (impl Iterator<Item = (RequestId, f64)>, impl Iterator<Item = RequestId>) {
        self.go_to(now);
        let attained_us = self.attained_us;
        let serving = self.in_service.into_iter();
        (serving.map(move |it| (it.id, it.ends_at - attained_us)), self.queue.into_iter())
    }
}
