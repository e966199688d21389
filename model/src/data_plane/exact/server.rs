//! One task that serves requests.
//!
//! Tasks have nothing to do with each other. So each plays what happens at it
//! when somebody looks, and there is no list of what happens anywhere.

use super::known::Known;
use super::requests::{Request, RequestId, Requests};
use super::shared::Shared;
use crate::data_plane::Sample;
use crate::time::Micros;

/// A task as a server of requests: slots on a CPU, and a queue.
#[derive(Debug, Clone)]
pub(super) struct Server {
    slots: usize,
    queue_limit: usize,
    /// How many requests the CPU carries at full speed.
    cpu_slots: f64,
    /// How much longer a request takes that begins service, without CPU.
    added: Micros,
    /// Whether no client gives up.
    patient: bool,
    /// The most requests in service at once, before the state last changed.
    peak: usize,
    state: State,
}

/// How requests are served; what can be known beforehand is.
#[derive(Debug, Clone)]
enum State {
    Known(Known),
    Shared(Shared),
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
    /// Requests that began service.
    pub(super) started: u64,
    /// … of which had been in the queue.
    pub(super) waited: u64,
    /// How long these had been there, in all [µs].
    pub(super) queued: u64,
}

impl Server {
    /// An idle task.
    pub(super) fn new(
        slots: u32,
        queue_limit: Option<u32>,
        cpu_slots: f64,
        added: Micros,
        patient: bool,
        now: Micros,
    ) -> Self {
        let slots = slots as usize;
        let queue_limit = queue_limit.map_or(usize::MAX, |limit| limit as usize);
        let state = State::Shared(Shared::new(slots, queue_limit, cpu_slots, added, now));
        let mut server = Self { slots, queue_limit, cpu_slots, added, patient, peak: 0, state };
        if server.is_known() {
            server.state = State::Known(Known::new(slots, queue_limit, now));
        }
        server
    }

    /// Whether it is known when a request comes what becomes of it.
    fn is_known(&self) -> bool {
        self.patient && self.added == Micros::ZERO && self.cpu_slots >= self.slots as f64
    }

    /// Lets time go on until `until`, without a change of the task.
    pub(super) fn go_on(&mut self, until: Micros, sample: &mut Sample) {
        if let State::Known(known) = &mut self.state {
            known.go_on(until, sample);
        }
    }

    /// Requests in service and in queue now whose clients wait.
    pub(super) fn outstanding(
        &mut self,
        now: Micros,
        requests: &mut Requests,
        sample: &mut Sample,
    ) -> usize {
        match &mut self.state {
            State::Known(known) => known.outstanding(now),
            State::Shared(shared) => {
                shared.serve(now + Micros(1), requests, sample);
                shared.outstanding()
            }
        }
    }

    /// Requests whose clients wait and that are not among the [`Requests`],
    /// between two advances.
    pub(super) fn in_flight(&self) -> usize {
        match &self.state {
            State::Known(known) => known.in_flight(),
            State::Shared(_) => 0,
        }
    }

    /// The most requests in service at once so far.
    pub(super) fn peak(&self) -> usize {
        self.peak.max(match &self.state {
            State::Known(known) => known.peak(),
            State::Shared(shared) => shared.peak(),
        })
    }

    /// A request for so much work comes; returns whether there is room for it.
    /// `request` describes it, should that be needed later on.
    #[inline]
    pub(super) fn arrive(
        &mut self,
        now: Micros,
        demand: Micros,
        request: impl FnOnce() -> Request,
        requests: &mut Requests,
        sample: &mut Sample,
    ) -> bool {
        match &mut self.state {
            State::Known(known) => known.arrive(now, demand, request, sample),
            State::Shared(shared) => {
                shared.serve(now + Micros(1), requests, sample);
                let is_full = shared.is_full();
                if !is_full {
                    let id = requests.add(request());
                    shared.arrive(now, id, requests);
                }
                !is_full
            }
        }
    }

    /// Lets the requests go that leave before `until`.
    pub(super) fn serve(&mut self, until: Micros, requests: &mut Requests, sample: &mut Sample) {
        if let State::Shared(shared) = &mut self.state {
            shared.serve(until, requests, sample);
        }
    }

    /// The client of a request gives up, whose task is never a known one.
    pub(super) fn give_up(&mut self, id: RequestId, requests: &mut Requests) {
        if let State::Shared(shared) = &mut self.state {
            shared.give_up(id, requests);
        }
    }

    /// Takes the use until now since the last time; looking changes nothing.
    pub(super) fn take_use(&mut self, now: Micros) -> Use {
        match &mut self.state {
            State::Known(known) => known.take_use(),
            State::Shared(shared) => shared.take_use(now),
        }
    }

    /// The CPU now carries `cpu_slots` requests at full speed.
    pub(super) fn set_cpu_slots(&mut self, now: Micros, cpu_slots: f64, requests: &mut Requests) {
        if self.cpu_slots.to_bits() != cpu_slots.to_bits() {
            self.cpu_slots = cpu_slots;
            self.change(now, requests);
        }
    }

    /// Requests that begin service take `added` longer from now on, and those
    /// in service by what that has grown.
    pub(super) fn set_added_wait(&mut self, now: Micros, added: Micros, requests: &mut Requests) {
        self.added = added;
        self.change(now, requests);
    }

    /// Something has changed on which it depends how much is known beforehand.
    fn change(&mut self, now: Micros, requests: &mut Requests) {
        self.peak = self.peak();
        let is_known = self.is_known();
        let Self { slots, queue_limit, cpu_slots, added, .. } = *self;
        let none = State::Known(Known::new(slots, queue_limit, now));
        self.state = match std::mem::replace(&mut self.state, none) {
            State::Known(known) if is_known => State::Known(known),
            State::Known(known) => {
                let mut shared = Shared::new(slots, queue_limit, cpu_slots, Micros::ZERO, now);
                let (serving, queue) = known.into_requests();
                for (request, left_us) in serving {
                    shared.resume(requests.add(request), left_us);
                }
                for request in queue {
                    let id = requests.add(request);
                    shared.arrive(now, id, requests);
                }
                shared.set_added_wait(now, added, requests);
                State::Shared(shared)
            }
            State::Shared(mut shared) => {
                shared.set_cpu_slots(now, cpu_slots);
                shared.set_added_wait(now, added, requests);
                if !is_known || shared.waits() {
                    self.state = State::Shared(shared);
                    return;
                }
                let mut known = Known::new(slots, queue_limit, now);
                let (serving, queue) = shared.into_requests(now);
                for (id, left_us) in serving {
                    known.resume(requests.take(id), now + whole(left_us));
                }
                for id in queue {
                    known.wait(requests.take(id));
                }
                State::Known(known)
            }
        };
    }

    /// The task is gone; returns the requests that it takes with it and whose
    /// clients wait, in the order in which they were sent.
    pub(super) fn crash(self, now: Micros, requests: &mut Requests) -> Vec<Request> {
        let mut lost = Vec::new();
        match self.state {
            State::Known(known) => {
                let (serving, queue) = known.into_requests();
                lost.extend(serving.map(|(request, _)| request).chain(queue));
            }
            State::Shared(shared) => {
                let (serving, queue) = shared.into_requests(now);
                for id in serving.map(|(id, _)| id).chain(queue) {
                    if requests[id].awaited {
                        lost.push(requests.take(id));
                    } else {
                        requests.remove(id);
                    }
                }
            }
        }
        lost.sort_by_key(|request| request.sent);
        lost
    }
}

/// A span of so many microseconds, rounded up to whole ones.
#[inline]
pub(super) fn whole(us: f64) -> Micros {
    let whole = us as i64;
    Micros((whole + i64::from((whole as f64) < us)).max(0) as u64)
}
