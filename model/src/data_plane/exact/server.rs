//! One task that serves requests.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use crate::data_plane::exact::arrivals::Arrival;
use crate::time::Micros;

/// A request in service, ordered by when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct InService {
    /// The task's attained service at which it ends: the bits of a positive
    /// number, which are in the order of the number.
    ends_at: u64,
    /// Orders requests that end together.
    sequence: u64,
    arrived: Micros,
}

/// A task as a server of requests: slots that share a CPU, and a queue.
#[derive(Debug, Clone)]
pub(super) struct Server {
    slots: usize,
    queue_limit: usize,
    /// How many requests the CPU carries at full speed.
    pub(super) cpu_slots: f64,
    /// The service that each request in service has attained since the task
    /// was last idle, had it been there all the time [µs], as of `now`. They
    /// all advance alike, so that it is one clock for all.
    attained_us: f64,
    now: Micros,
    in_service: BinaryHeap<Reverse<InService>>,
    queue: VecDeque<Arrival>,
    /// How much longer a request takes that begins service [µs], without CPU.
    added_us: f64,
    /// Of the requests in service that take longer, by sequence: which part of
    /// their time they need the CPU as others do.
    waiting: BTreeMap<u64, f64>,
    /// The sum of these.
    waiting_load: f64,
    sequence: u64,
    /// The most in service at once so far.
    pub(super) peak: usize,
    /// Changed whenever the next departure is, so that the old one is void.
    pub(super) version: u64,
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

/// What became of a request that reached a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Started,
    Queued,
    /// The queue was full.
    Refused,
}

/// A request left a task, and perhaps another came out of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Departure {
    pub(super) arrived: Micros,
    /// When the request arrived whose service began.
    pub(super) begun: Option<Micros>,
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
            queue: VecDeque::new(),
            added_us: added.0 as f64,
            waiting: BTreeMap::new(),
            waiting_load: 0.0,
            sequence: 0,
            peak: 0,
            version: 0,
            used: Use::default(),
            counted: now,
        }
    }

    /// Requests in service and in queue.
    pub(super) fn requests(&self) -> usize {
        self.in_service.len() + self.queue.len()
    }

    /// Requests in service.
    pub(super) fn in_service(&self) -> usize {
        self.in_service.len()
    }

    /// How many requests that do not take longer would use the CPU as much.
    #[inline]
    fn load(&self) -> f64 {
        if self.waiting.is_empty() {
            return self.in_service.len() as f64;
        }
        (self.in_service.len() - self.waiting.len()) as f64 + self.waiting_load
    }

    /// How fast each request in service advances, at most 1.
    fn rate(&self) -> f64 {
        (self.cpu_slots / self.load()).min(1.0)
    }

    #[inline]
    fn go_to(&mut self, now: Micros) {
        self.count(now);
        if self.in_service.is_empty() {
            self.attained_us = 0.0;
        } else {
            self.attained_us += self.rate() * now.since(self.now).0 as f64;
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
            self.used.unshared += (requests - self.waiting.len()) as u64 * span;
            if !self.waiting.is_empty() {
                self.used.waiting += self.waiting_load * span as f64;
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

    pub(super) fn set_cpu_slots(&mut self, now: Micros, cpu_slots: f64) {
        self.go_to(now);
        self.cpu_slots = cpu_slots;
        self.version += 1;
    }

    /// Requests that begin service take `added` longer from now on, and those
    /// in service by what that has grown.
    pub(super) fn set_added_wait(&mut self, now: Micros, added: Micros) {
        let grown_us = added.0 as f64 - self.added_us;
        self.added_us = added.0 as f64;
        if grown_us <= 0.0 || self.in_service.is_empty() {
            return;
        }
        self.go_to(now);
        self.version += 1;
        for Reverse(request) in std::mem::take(&mut self.in_service) {
            let left_us = (f64::from_bits(request.ends_at) - self.attained_us).max(0.0);
            let part = self.waiting.get(&request.sequence).copied().unwrap_or(1.0);
            let part = part * left_us / (left_us + grown_us);
            self.waiting.insert(request.sequence, part);
            let ends_at = (self.attained_us + left_us + grown_us).to_bits();
            self.in_service.push(Reverse(InService { ends_at, ..request }));
        }
        self.waiting_load = self.waiting.values().sum();
    }

    pub(super) fn arrive(&mut self, arrival: Arrival) -> Taken {
        if self.in_service.len() < self.slots {
            self.go_to(arrival.at);
            self.begin(arrival);
            self.version += 1;
            Taken::Started
        } else if self.queue.len() < self.queue_limit {
            self.queue.push_back(arrival);
            Taken::Queued
        } else {
            Taken::Refused
        }
    }

    #[inline]
    fn begin(&mut self, arrival: Arrival) {
        let takes_us = arrival.demand_us + self.added_us;
        if self.added_us > 0.0 {
            let part = arrival.demand_us / takes_us;
            self.waiting.insert(self.sequence, part);
            self.waiting_load += part;
        }
        let ends_at = (self.attained_us + takes_us).to_bits();
        self.in_service.push(Reverse(InService {
            ends_at,
            sequence: self.sequence,
            arrived: arrival.at,
        }));
        self.sequence += 1;
        self.peak = self.peak.max(self.in_service.len());
    }

    /// When the next request leaves: on the whole microsecond, or after it.
    pub(super) fn next_departure(&self) -> Option<Micros> {
        let Reverse(next) = self.in_service.peek()?;
        let left_us = (f64::from_bits(next.ends_at) - self.attained_us).max(0.0) / self.rate();
        Some(self.now + Micros(libm::ceil(left_us) as u64))
    }

    /// Lets the request go whose departure is due at `now`.
    pub(super) fn depart(&mut self, now: Micros) -> Option<Departure> {
        self.go_to(now);
        let Reverse(done) = self.in_service.pop()?;
        if !self.waiting.is_empty() {
            self.waiting_load -= self.waiting.remove(&done.sequence).unwrap_or(0.0);
            if self.waiting.is_empty() {
                self.waiting_load = 0.0;
            }
        }
        // Rounding may have left it a hair short of its end.
        self.attained_us = self.attained_us.max(f64::from_bits(done.ends_at));
        let begun = self.queue.pop_front().map(|waiting| {
            self.begin(waiting);
            waiting.at
        });
        self.version += 1;
        Some(Departure { arrived: done.arrived, begun })
    }
}
