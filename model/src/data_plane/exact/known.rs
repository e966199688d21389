//! A task at which it is known as soon as a request comes what becomes of it:
//! its CPU carries as many requests as it has slots, so that none slows another
//! down, and no client gives up.

use std::collections::VecDeque;

use super::line::Line;
use super::requests::Request;
use super::server::Use;
use crate::data_plane::Sample;
use crate::time::Micros;

/// Slots and a queue (J. Kiefer, J. Wolfowitz, *On the theory of queues with
/// many servers*, 1955). Nothing but what lies before the horizon is certain:
/// then the fleet may change.
#[derive(Debug, Clone)]
pub(super) struct Known {
    slots: usize,
    queue_limit: usize,
    horizon: Micros,
    /// When the slots in use come free, and some that were since the last look.
    free_at: Line<Micros>,
    /// When those in the queue begin service, in order.
    begins: VecDeque<Micros>,
    /// Requests in service at the horizon.
    serving: Vec<Open>,
    /// Requests in the queue at the horizon, in order.
    waiting: VecDeque<Open>,
    peak: usize,
    used: Use,
}

/// A request whose service does not end before the horizon.
#[derive(Debug, Clone, Copy)]
struct Open {
    request: Request,
    begins: Micros,
    ends: Micros,
}

impl Known {
    /// An idle task.
    pub(super) fn new(slots: usize, queue_limit: usize, now: Micros) -> Self {
        Self {
            slots,
            queue_limit,
            horizon: now,
            free_at: Line::new(),
            begins: VecDeque::new(),
            serving: Vec::new(),
            waiting: VecDeque::new(),
            peak: 0,
            used: Use::default(),
        }
    }

    /// A request that is in service at the horizon.
    pub(super) fn resume(&mut self, request: Request, ends: Micros) {
        self.free_at.insert(ends);
        self.peak = self.peak.max(self.free_at.len());
        self.serving.push(Open { request, begins: self.horizon, ends });
    }

    /// A request that is in the queue at the horizon.
    pub(super) fn wait(&mut self, request: Request) {
        let (begins, ends) = self.place(self.horizon, request.demand);
        self.waiting.push_back(Open { request, begins, ends });
    }

    /// Moves the horizon, up to which nothing changes at this task.
    pub(super) fn go_on(&mut self, horizon: Micros, sample: &mut Sample) {
        let before = std::mem::replace(&mut self.horizon, horizon);
        let mut serving = std::mem::take(&mut self.serving);
        serving.retain(|open| !self.serve(open.request.sent, before, open.ends, sample));
        while let Some(open) = self.waiting.pop_front_if(|open| open.begins < horizon) {
            if !self.begin(open.request.sent, open.begins, open.ends, sample) {
                serving.push(open);
            }
        }
        self.serving = serving;
    }

    /// Frees the slots whose time has come, and lets the queue move up.
    #[inline]
    fn go_to(&mut self, now: Micros) {
        while self.free_at.first().is_some_and(|at| at <= now) {
            self.free_at.pop();
        }
        while self.begins.pop_front_if(|at| *at <= now).is_some() {}
    }

    /// A request for so much work comes; returns whether there is room for it.
    /// `request` describes it, should it not be done before the horizon.
    #[inline]
    pub(super) fn arrive(
        &mut self,
        now: Micros,
        demand: Micros,
        request: impl FnOnce() -> Request,
        sample: &mut Sample,
    ) -> bool {
        // Below the peak nothing depends on how many have left: they may stay in
        // the line.
        if self.free_at.len() >= self.peak {
            self.go_to(now);
            if self.free_at.len() == self.slots && self.begins.len() >= self.queue_limit {
                return false;
            }
        }
        let (begins, ends) = self.place(now, demand);
        if begins >= self.horizon {
            self.waiting.push_back(Open { request: request(), begins, ends });
        } else if !self.begin(now, begins, ends, sample) {
            self.serving.push(Open { request: request(), begins, ends });
        }
        true
    }

    /// Finds out from when until when a request is served that is there at `now`.
    #[inline]
    fn place(&mut self, now: Micros, demand: Micros) -> (Micros, Micros) {
        let mut begins = now;
        if self.free_at.len() == self.slots
            && let Some(at) = self.free_at.pop()
        {
            begins = at;
            self.begins.push_back(at);
        }
        let ends = begins + demand;
        self.free_at.insert(ends);
        self.peak = self.peak.max(self.free_at.len());
        (begins, ends)
    }

    /// Counts the begin of a service, and what of it lies before the horizon;
    /// returns whether it ends there.
    #[inline]
    fn begin(&mut self, sent: Micros, begins: Micros, ends: Micros, sample: &mut Sample) -> bool {
        self.used.started += 1;
        if begins > sent {
            self.used.waited += 1;
            self.used.queued += begins.since(sent).0;
        }
        self.serve(sent, begins, ends, sample)
    }

    /// Counts what of a service lies between `from` and the horizon; returns
    /// whether it ends there.
    #[inline]
    fn serve(&mut self, sent: Micros, from: Micros, ends: Micros, sample: &mut Sample) -> bool {
        let is_done = ends < self.horizon;
        self.used.busy += ends.min(self.horizon).since(from).0;
        if is_done {
            sample.completed += 1.0;
            sample.latency.record(ends.since(sent));
        }
        is_done
    }

    /// Requests in service and in queue now.
    pub(super) fn outstanding(&mut self, now: Micros) -> usize {
        self.go_to(now);
        self.free_at.len() + self.begins.len()
    }

    /// Requests in service and in queue at the horizon.
    pub(super) fn in_flight(&self) -> usize {
        self.serving.len() + self.waiting.len()
    }

    /// The most requests in service at once so far.
    pub(super) fn peak(&self) -> usize {
        self.peak
    }

    /// Takes the use until the horizon since the last time.
    pub(super) fn take_use(&mut self) -> Use {
        let used = std::mem::take(&mut self.used);
        Use { unshared: used.busy, ..used }
    }

    /// What the task has at the horizon: how much longer each request in service
    /// takes [µs], and the queue.
    pub(super) fn into_requests(
        self,
    ) -> (impl Iterator<Item = (Request, f64)>, impl Iterator<Item = Request>) {
        let horizon = self.horizon;
        let left_us = move |open: Open| (open.request, open.ends.since(horizon).0 as i64 as f64);
        let queue = self.waiting.into_iter().map(|open| open.request);
        (self.serving.into_iter().map(left_us), queue)
    }
}
