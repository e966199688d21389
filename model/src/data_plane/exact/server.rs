//! One task that serves requests.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::collections::binary_heap::{BinaryHeap, PeekMut};

use super::requests::{Request, RequestId, Requests};
use crate::data_plane::Sample;
use crate::time::Micros;

/// A request in service, ordered by when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct InService {
    /// The task's attained service at which it ends: the bits of a positive
    /// number, which are in the order of the number.
    ends_at: u64,
    id: RequestId,
}

/// A task as a server of requests: slots that share a CPU, and a queue.
///
/// Tasks have nothing to do with each other. So each plays its departures only
/// when somebody looks at it, and there is no list of what happens anywhere.
#[derive(Debug, Clone)]
pub(super) struct Server {
    slots: usize,
    queue_limit: usize,
    /// How many requests the CPU carries at full speed.
    cpu_slots: f64,
    /// The service that each request in service has attained since the task
    /// was last idle, had it been there all the time [µs], as of `now`. They
    /// all advance alike, so that it is one clock for all.
    attained_us: f64,
    now: Micros,
    in_service: BinaryHeap<Reverse<InService>>,
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

/// Use of a task over time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Use {
    /// Slots in use, over time [slot·µs].
    pub(super) busy: u64,
    /// … while the CPU carried all requests at full speed [slot·µs].
    pub(super) unshared: u64,
    /// Time in which it could not [µs].
    pub(super) saturated: u64,
    /// As `unshared`, of the requests that take longer, less what they wait.
    pub(super) waiting: f64,
}

impl Server {
    pub(super) fn new(
        slots: u32,
        queue_limit: Option<u32>,
        cpu_slots: f64,
        now: Micros,
        added: Micros,
    ) -> Self {
        Self {
            slots: slots as usize,
            queue_limit: queue_limit.map_or(usize::MAX, |limit| limit as usize),
            cpu_slots,
            attained_us: 0.0,
            now,
            in_service: BinaryHeap::new(),
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

    /// How many requests that do not take longer would use the CPU as much.
    #[inline]
    fn load(&self) -> f64 {
        if self.longer == 0 {
            return self.in_service.len() as f64;
        }
        (self.in_service.len() - self.longer) as f64 + self.longer_load
    }

    #[inline]
    fn go_to(&mut self, now: Micros) {
        self.count(now);
        if self.in_service.is_empty() {
            self.attained_us = 0.0;
        } else {
            let span = now.since(self.now).0 as f64;
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
        self.next_departure = self.in_service.peek().map_or(Micros::NEVER, |Reverse(next)| {
            let left_us = (f64::from_bits(next.ends_at) - self.attained_us).max(0.0);
            let load = self.load();
            let takes_us =
                if load > self.cpu_slots { left_us / (self.cpu_slots / load) } else { left_us };
            self.now + Micros(libm::ceil(takes_us) as u64)
        });
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
        if grown_us <= 0.0 || self.in_service.is_empty() {
            return;
        }
        self.go_to(now);
        (self.longer, self.longer_load) = (0, 0.0);
        for Reverse(InService { ends_at, id }) in std::mem::take(&mut self.in_service) {
            let left_us = (f64::from_bits(ends_at) - self.attained_us).max(0.0);
            let request = &mut requests[id];
            request.cpu_part *= left_us / (left_us + grown_us);
            if request.cpu_part < 1.0 {
                self.longer += 1;
                self.longer_load += request.cpu_part;
            }
            let ends_at = (self.attained_us + left_us + grown_us).to_bits();
            self.in_service.push(Reverse(InService { ends_at, id }));
        }
        self.foresee();
    }

    /// Whether another request may come.
    pub(super) fn is_full(&self) -> bool {
        self.in_service.len() == self.slots && self.queue.len() >= self.queue_limit
    }

    /// A request comes now; the task is not full.
    pub(super) fn arrive(
        &mut self,
        now: Micros,
        id: RequestId,
        requests: &mut Requests,
        sample: &mut Sample,
    ) {
        if self.in_service.len() == self.slots {
            self.queue.push_back(id);
            return;
        }
        self.go_to(now);
        let next = self.begin(id, requests);
        self.in_service.push(next);
        self.foresee();
        self.peak = self.peak.max(self.in_service.len());
        sample.started += 1.0;
    }

    #[inline]
    fn begin(&mut self, id: RequestId, requests: &mut Requests) -> Reverse<InService> {
        let request = &mut requests[id];
        let takes_us = request.demand_us + self.added_us;
        if self.added_us > 0.0 {
            request.cpu_part = request.demand_us / takes_us;
            if request.cpu_part < 1.0 {
                self.longer += 1;
                self.longer_load += request.cpu_part;
            }
        }
        Reverse(InService { ends_at: (self.attained_us + takes_us).to_bits(), id })
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
        let Some(&Reverse(InService { ends_at, id })) = self.in_service.peek() else { return };
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
        self.attained_us = self.attained_us.max(f64::from_bits(ends_at));
        let next = self.queue.pop_front().map(|next| {
            let waited = now.since(requests[next].sent);
            sample.started += 1.0;
            sample.waited += 1.0;
            sample.wait_s += waited.as_s();
            self.begin(next, requests)
        });
        if let Some(mut first) = self.in_service.peek_mut() {
            match next {
                Some(next) => *first = next,
                None => {
                    PeekMut::pop(first);
                }
            }
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

    /// The task is gone; returns the requests that it takes with it and whose
    /// clients wait, in the order in which they were sent.
    pub(super) fn crash(self, requests: &mut Requests) -> Vec<Request> {
        let in_service = self.in_service.into_iter().map(|Reverse(InService { id, .. })| id);
        let mut lost = Vec::new();
        for id in in_service.chain(self.queue) {
            if requests[id].awaited {
                lost.push(requests[id]);
                requests.settle(id);
            }
            requests.remove(id);
        }
        lost.sort_by_key(|request| request.sent);
        lost
    }
}
