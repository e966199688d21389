//! Where theory can vouch for a latency, and where it cannot.

use crate::queueing::Station;
use crate::scenario::Law;

/// What a task went through in one tick.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tick {
    /// Offered rate over the least capacity that the fleet had in this minute,
    /// if its capacity changed.
    pub(super) load_at_change: Option<f64>,
    pub(super) queue: Queue,
}

/// What a queue is like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Queue {
    /// It follows its equilibrium.
    Equilibrium {
        /// Whether theory has the law of it (see [`knows`]).
        is_known: bool,
        /// Whether it is as long as the equilibrium has it, in every run.
        is_settled: bool,
        /// How long it remembers what chance did to it [s].
        relaxation_s: f64,
        /// By how much the 95th percentile would differ at the load that it
        /// still remembers, relatively.
        drift: f64,
    },
    /// It is a fluid: what is more than is served at once.
    Fluid {
        requests: f64,
        /// … of which wait for a slot.
        waiting: f64,
        slots: f64,
        /// The standard deviation of their number.
        deviation: f64,
        /// Whether chance has moved its mean, about saturation.
        has_wandered: bool,
        /// Whether there can be no more.
        is_full: bool,
        /// Whether those in service have all come out of such a queue, if they
        /// slow each other down.
        is_even: bool,
        /// Servers in all tasks in rotation together.
        pool_servers: f64,
        law: Law,
    },
}

/// A pool with fewer servers than this has a backlog of a few requests, which
/// is chance rather than a fluid.
const SMALL_POOL: f64 = 8.0;
/// Within this distance of saturation a queue wanders for minutes.
pub(super) const CRITICAL: f64 = 0.05;
/// A queue that remembers longer than this is another in every run [s].
const WANDERING_S: f64 = 15.0;
/// A backlog this many standard deviations long is there in every run.
const CERTAIN: f64 = 3.0;
/// A queue this many standard deviations long and full is full in every run.
const CERTAINLY_FULL: f64 = 30.0;
/// A change of capacity at a lower load than this passes unnoticed.
const BUSY: f64 = 0.9;
/// Requests of such a queue leave it after a time whose law is normal enough
/// for its 95th percentile, times `3 cv² + cv⁴` of the service time, which is
/// the skewness of a lognormal law times its cv.
const MANY: f64 = 14.0;
/// Requests that are all alike come and go in rounds, of one for each slot; of
/// so many rounds one does not matter.
const ROUNDS: f64 = 20.0;

/// The share of the requests of a tick for which theory cannot vouch.
///
/// It vouches for any steady load below saturation whose law it knows: its
/// equilibrium is known. It does not for loads that move faster than the queue
/// follows, which takes `(1 + load) / (1 − load)²` service times; saturation
/// itself; a backlog that is made of few requests; and the minute in which the
/// capacity changed.
pub(super) fn doubt(tick: &Tick) -> f64 {
    if tick.load_at_change.is_some_and(|load| load > BUSY) {
        return 1.0;
    }
    match tick.queue {
        Queue::Equilibrium { is_known, is_settled, relaxation_s, drift } => {
            if is_known && is_settled && relaxation_s <= WANDERING_S { drift.min(1.0) } else { 1.0 }
        }
        Queue::Fluid {
            requests,
            waiting,
            slots,
            deviation,
            has_wandered,
            is_full,
            is_even,
            pool_servers,
            law,
        } => {
            let certain = if is_full { CERTAINLY_FULL } else { CERTAIN };
            let cv2 = law.cv() * law.cv();
            let is_fluid = !has_wandered
                && pool_servers >= SMALL_POOL
                && requests >= certain * deviation
                && waiting
                    >= (MANY * (3.0 + cv2) * cv2).max(if cv2 < 0.1 { ROUNDS * slots } else { 0.0 })
                && is_even;
            f64::from(u8::from(!is_fluid))
        }
    }
}

/// What clients do in a tick that give up or send again, over the requests sent.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Impatience {
    /// Work that is sent, over capacity.
    pub(super) load: f64,
    /// Refused.
    pub(super) refused: f64,
    /// Without an answer in time, though they would have one were they alone.
    pub(super) late: f64,
    /// The same, though alone they would have none either.
    pub(super) too_large: f64,
    /// Whether some queues are longer than clients wait, and some are not.
    pub(super) is_unsure: bool,
}

/// A smaller share of errors than this is not seen in the rest.
pub(super) const FEW_ERRORS: f64 = 0.005;

/// Whether theory cannot tell what clients do.
///
/// What is refused is sent again at once, to a task that is not as full as one at
/// any time. Behind least outstanding requests those that are served in vain
/// do not count. The wait is known for exponential service alone.
pub(super) fn doubts_clients(
    clients: &Impatience,
    station: &Station,
    law: Law,
    send_again: bool,
) -> bool {
    let Impatience { refused, late, too_large, is_unsure, .. } = *clients;
    is_unsure
        || send_again && refused > FEW_ERRORS
        || late > FEW_ERRORS && law != Law::Exponential
        || station.pool > 1 && late + too_large + refused > FEW_ERRORS
}

/// Servers of its own that a task needs to be one of a pool behind least
/// outstanding requests, and up to which load it is.
const FEW: f64 = 4.0;
const BUSY_POOL: f64 = 0.91;

/// Whether theory vouches for the law of the response times in equilibrium.
/// `contention` is the part of the 95th percentile that a request would not need
/// were it alone.
///
/// Exponential service is followed exactly behind Poisson arrivals, and so is
/// any law before one slot; behind evener arrivals exponential service is right
/// within 2 %. Of the rest only so much is trusted as does not depend on
/// the queue.
pub(super) fn knows(station: &Station, law: Law, load: f64, contention: f64) -> bool {
    let is_poisson = station.arrival_cv2.to_bits() == 1.0_f64.to_bits();
    // The queue is full at times.
    let is_filled = station.queue_limit.is_some_and(|limit| f64::from(limit) * (1.0 - load) < 5.0);
    let most = if station.pool > 1 {
        if station.servers() >= FEW && load <= BUSY_POOL { 0.05 } else { 0.001 }
    } else {
        match law {
            // Where few slots share, those that wait matter.
            Law::Exponential if !is_poisson && (is_filled || is_narrow(station)) => 0.1,
            Law::Exponential => return true,
            Law::Deterministic => 0.02,
            Law::Lognormal { .. } if station.is_mg1() => return true,
            Law::Lognormal { cv } => {
                // A law like the exponential one on a CPU that it shares is like it.
                let is_alike = (0.75..=1.5).contains(&cv)
                    && station.shares()
                    && station.slots >= 8
                    && station.cpu_slots >= 2.0;
                if !is_filled && (is_poisson || is_alike) { 0.2 } else { 0.03 }
            }
        }
    };
    contention <= most
}

/// Whether theory vouches for how many requests find no place: with exponential
/// service in a queue of their own, and behind Poisson arrivals with any where
/// nobody waits (Erlang B does not depend on the law).
pub(super) fn knows_blocking(station: &Station, law: Law) -> bool {
    let is_erlang_b = station.arrival_cv2 >= 1.0 && station.queue_limit == Some(0);
    station.pool == 1 && (law == Law::Exponential || is_erlang_b)
}

/// Whether a task has few slots, which share little CPU, or quite even arrivals.
fn is_narrow(station: &Station) -> bool {
    let is_even = station.arrival_cv2 < 0.02;
    station.shares()
        && (station.slots < 4 || station.cpu_slots < 2.0 && (station.slots < 8 || is_even))
}
