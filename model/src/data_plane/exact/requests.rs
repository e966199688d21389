//! The requests that a task still has, and when their clients give up.

use std::ops::{Index, IndexMut};

use crate::time::Micros;

/// Marks the end of the chain of requests.
const NONE: u32 = u32::MAX;

/// A request that a task has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request {
    /// When the client sent it.
    pub(super) sent: Micros,
    /// How long it takes when nothing contends.
    pub(super) demand: Micros,
    /// Which part of its time in service it needs the CPU as others do: 1,
    /// unless it waits for a slow dependency.
    pub(super) cpu_part: f64,
    /// Which target has it.
    pub(super) target: u32,
    /// How often its client would send it again.
    pub(super) retries: u32,
    /// Whether its client still waits for the answer.
    pub(super) awaited: bool,
    before: u32,
    after: u32,
}

impl Request {
    /// A request that is sent now.
    pub(super) fn new(sent: Micros, demand: Micros, target: usize, retries: u32) -> Self {
        Self {
            sent,
            demand,
            cpu_part: 1.0,
            target: target as u32,
            retries,
            awaited: true,
            before: NONE,
            after: NONE,
        }
    }
}

/// A request's number while a task has it; it is given anew afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RequestId(u32);

/// The requests that tasks have. Those whose clients would give up are chained
/// in the order in which they were sent, which is the order in which they do.
#[derive(Debug, Clone)]
pub(super) struct Requests {
    timeout: Option<Micros>,
    slots: Vec<Request>,
    free: Vec<u32>,
    oldest: u32,
    newest: u32,
    in_flight: u64,
}

impl Requests {
    pub(super) fn new(timeout: Option<Micros>) -> Self {
        Self {
            timeout,
            slots: Vec::new(),
            free: Vec::new(),
            oldest: NONE,
            newest: NONE,
            in_flight: 0,
        }
    }

    /// Whether no client gives up.
    pub(super) fn are_awaited_for_ever(&self) -> bool {
        self.timeout.is_none()
    }

    /// Requests whose clients wait.
    pub(super) fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// Adds a request that was sent no earlier than those before it.
    pub(super) fn add(&mut self, request: Request) -> RequestId {
        self.in_flight += 1;
        let id = match self.free.pop() {
            Some(id) => {
                self.slots[id as usize] = request;
                id
            }
            None => {
                self.slots.push(request);
                (self.slots.len() - 1) as u32
            }
        };
        if self.timeout.is_some() {
            self.chain(id);
        }
        RequestId(id)
    }

    fn chain(&mut self, id: u32) {
        self.slots[id as usize].before = self.newest;
        match self.slots.get_mut(self.newest as usize) {
            Some(newest) => newest.after = id,
            None => self.oldest = id,
        }
        self.newest = id;
    }

    fn unchain(&mut self, id: u32) {
        let Request { before, after, .. } = self.slots[id as usize];
        match self.slots.get_mut(before as usize) {
            Some(request) => request.after = after,
            None => self.oldest = after,
        }
        match self.slots.get_mut(after as usize) {
            Some(request) => request.before = before,
            None => self.newest = before,
        }
    }

    /// The client of a request waits no longer: it has an answer, or none to hope
    /// for.
    pub(super) fn settle(&mut self, RequestId(id): RequestId) {
        self.in_flight -= 1;
        self.slots[id as usize].awaited = false;
        if self.timeout.is_some() {
            self.unchain(id);
        }
    }

    /// A task has this request no longer.
    pub(super) fn remove(&mut self, RequestId(id): RequestId) {
        self.free.push(id);
    }

    /// Somebody else has this request from now on.
    pub(super) fn take(&mut self, id: RequestId) -> Request {
        let request = self[id];
        self.settle(id);
        self.remove(id);
        request
    }

    /// Whose client gives up next, and when.
    pub(super) fn next_to_time_out(&self) -> Option<(Micros, RequestId)> {
        let oldest = self.slots.get(self.oldest as usize)?;
        Some((oldest.sent + self.timeout?, RequestId(self.oldest)))
    }
}

impl Index<RequestId> for Requests {
    type Output = Request;

    fn index(&self, RequestId(id): RequestId) -> &Request {
        &self.slots[id as usize]
    }
}

impl IndexMut<RequestId> for Requests {
    fn index_mut(&mut self, RequestId(id): RequestId) -> &mut Request {
        &mut self.slots[id as usize]
    }
}
