//! Clients that give up or send again, on average.
//!
//! What becomes of a request is decided when it comes, as far as its wait is in
//! equilibrium, or else when it begins service. Those whose clients will give up
//! stand in a line until then, by try and by size, as their next try is of the
//! same size. Where retries keep up a load that they could not have begun, they
//! do so here, too: both come out of what was sent before.

use std::collections::VecDeque;

use super::patience::{ByClass, CLASSES, Patience};
use crate::data_plane::Sample;
use crate::scenario::{Client, Task};
use crate::time::Micros;

/// Requests by try, from the first on, and in each by class of size.
type Tries = Vec<f64>;

/// Clients that give up or send again.
#[derive(Debug, Clone)]
pub(super) struct Clients {
    /// Whether they give up.
    pub(super) give_up: bool,
    pub(super) patience: Patience,
    /// What is sent in the tick under way.
    sent: Tries,
    /// What will be sent again in the next, of what was refused or lost.
    again: Tries,
    /// The share of the requests that was refused in the last tick, and is
    /// taken to be refused and sent again in the next.
    refused: f64,
    /// The work that is sent again [1/s, in mean sizes], in the last tick.
    pub(super) again_rps: f64,
    /// Who will give up, second after second from `second` on.
    doomed: VecDeque<Tries>,
    second: u64,
    /// How many these are.
    all_doomed: f64,
    /// Until when retries may have got out of hand in some runs.
    unsure_until: Micros,
    /// When the tick under way begins and ends.
    now: Micros,
    until: Micros,
}

/// What is sent in a tick.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    pub(super) requests: f64,
    /// Their mean size, over that of all requests.
    pub(super) size: f64,
}

impl Clients {
    /// `None` if they wait for ever and send nothing twice.
    pub(super) fn new(client: Client, task: &Task) -> Option<Self> {
        let timeout_s = client.timeout.map(Micros::as_s);
        let service_time = &task.service_time;
        let tries = vec![0.0; CLASSES * (client.retries as usize + 1)];
        (client != Client::PATIENT).then(|| Self {
            give_up: timeout_s.is_some(),
            patience: Patience::new(timeout_s, service_time.law, service_time.mean_ms / 1000.0),
            sent: tries.clone(),
            again: tries,
            refused: 0.0,
            again_rps: 0.0,
            doomed: VecDeque::new(),
            second: 0,
            all_doomed: 0.0,
            unsure_until: Micros::ZERO,
            now: Micros::ZERO,
            until: Micros::SECOND,
        })
    }

    /// Those give up whose time-out is over by `until`; returns the share of all
    /// that will.
    #[inline(never)]
    pub(super) fn time_out(&mut self, until: Micros, sample: &mut Sample) -> f64 {
        let mut timed_out = 0.0;
        while self.second * Micros::SECOND.0 < until.0 {
            let tries = self.doomed.pop_front().unwrap_or_default();
            timed_out += sum(&tries);
            add(&mut self.again[CLASSES..], &tries, 1.0);
            self.second += 1;
        }
        if timed_out <= 0.0 {
            return 0.0;
        }
        sample.timed_out += timed_out;
        self.all_doomed = (self.all_doomed - timed_out).max(0.0);
        timed_out / (timed_out + self.all_doomed)
    }

    /// Sends `first` requests for the first time from `now` until `until`, and
    /// all that are to be sent again.
    #[inline(never)]
    pub(super) fn send(&mut self, first: f64, now: Micros, until: Micros) -> Sent {
        (self.now, self.until) = (now, until);
        let mut work = 0.0;
        for number in 0..self.sent.len() {
            let class = number % CLASSES;
            self.sent[number] = if number < CLASSES {
                self.patience.shares[class] * first
            } else {
                let refused = self.refused * self.sent[number - CLASSES];
                (std::mem::take(&mut self.again[number]) + refused).max(0.0)
            };
            work += self.sent[number] * self.patience.sizes[class];
        }
        self.again_rps = (work - first).max(0.0) / until.since(now).as_s();
        let requests = sum(&self.sent);
        if requests <= 0.0 {
            // Those that begin service now were sent before, about like these.
            self.sent[..CLASSES].copy_from_slice(&self.patience.shares);
            return Sent { requests: 0.0, size: 1.0 };
        }
        Sent { requests, size: work / requests }
    }

    /// How much larger the load is when every request is sent as often as it may
    /// be, over what is sent in this tick. Above 1 in all, retries can keep up a
    /// load that they could not have begun.
    pub(super) fn at_worst(&self, sent: Sent) -> f64 {
        let work = sent.requests * sent.size;
        let first = work - self.again_rps * self.until.since(self.now).as_s();
        if work > 0.0 { (self.sent.len() / CLASSES) as f64 * first / work } else { 1.0 }
    }

    /// Whether anything is sent again.
    pub(super) fn send_again(&self) -> bool {
        self.sent.len() > CLASSES
    }

    /// Whether in some runs retries may keep up an overload now: where they can,
    /// it may have begun by chance before, and lasts.
    pub(super) fn is_unsure(&mut self, can_last: bool, may_begin: bool) -> bool {
        let is_unsure = self.now < self.unsure_until || may_begin;
        if can_last && is_unsure {
            let timeout = Micros::from_s(self.patience.timeout_s.min(3600.0));
            self.unsure_until = self.until + timeout + Micros::MINUTE;
        }
        is_unsure
    }

    /// Of the requests sent in this tick so many were refused.
    #[inline(never)]
    pub(super) fn refuse(&mut self, rejected: f64) {
        let share = (rejected / sum(&self.sent)).min(1.0);
        add(&mut self.again[CLASSES..], &self.sent, share - self.refused);
        self.refused = share;
    }

    /// Requests are lost, and a share of those whose clients would give up.
    #[inline(never)]
    pub(super) fn lose(&mut self, failed: f64, doomed: f64) {
        self.doomed.iter_mut().flatten().for_each(|count| *count *= 1.0 - doomed);
        self.all_doomed *= 1.0 - doomed;
        add(&mut self.again[CLASSES..], &self.sent, failed / sum(&self.sent));
    }

    /// Of requests that begin service in this tick, having waited for `age_s`, the
    /// share `late` of each class will have no answer in time.
    #[inline(never)]
    pub(super) fn doom(&mut self, age_s: f64, started: f64, late: &ByClass) -> Doomed {
        let mut doomed = Doomed { requests: 0.0, size: 1.0, now: 0.0, too_large: 0.0 };
        if started <= 0.0 || late.iter().all(|&share| share <= 0.0) {
            return doomed;
        }
        // They begin throughout the tick, and so do the first of them give up.
        let left_s = (self.patience.timeout_s - age_s).max(0.0);
        let part = (1.0 - left_s / self.until.since(self.now).as_s()).max(0.0);
        let first = (self.now + Micros::from_s(left_s)).max(self.until);
        let slot = (first.0 / Micros::SECOND.0).saturating_sub(self.second) as usize;
        while self.doomed.len() <= slot {
            self.doomed.push_back(Vec::new());
        }
        let later = &mut self.doomed[slot];
        later.resize(self.sent.len(), 0.0);
        let part_of_all = started / sum(&self.sent);
        let mut work = 0.0;
        for (number, (sent, later)) in self.sent.iter().zip(later).enumerate() {
            let class = number % CLASSES;
            let count = part_of_all * sent * late[class];
            doomed.requests += count;
            doomed.now += part * count;
            doomed.too_large += if class == CLASSES - 1 { count } else { 0.0 };
            work += count * self.patience.sizes[class];
            *later += (1.0 - part) * count;
            if let Some(again) = self.again.get_mut(number + CLASSES) {
                *again += part * count;
            }
        }
        self.all_doomed += doomed.requests - doomed.now;
        if doomed.requests > 0.0 {
            doomed.size = work / doomed.requests;
        }
        doomed
    }
}

/// Requests that have no answer in time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doomed {
    pub(super) requests: f64,
    /// Their mean size, over that of all requests.
    pub(super) size: f64,
    /// How many of their clients give up within the tick.
    pub(super) now: f64,
    /// How many of them take longer than their clients wait even alone.
    pub(super) too_large: f64,
}

fn sum(tries: &[f64]) -> f64 {
    tries.iter().sum()
}

#[inline(never)]
fn add(to: &mut [f64], what: &[f64], times: f64) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += times * what;
    }
}
