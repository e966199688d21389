//! Where theory can vouch for a latency, and where it cannot.

/// What a task went through in one tick.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tick {
    /// Offered rate over capacity.
    pub(super) load: f64,
    /// Whether its queue is as long as the equilibrium at that load has it, in
    /// every run.
    pub(super) is_settled: bool,
    /// The load that its queue still remembers.
    pub(super) remembered_load: f64,
    /// Requests that it can hold; ∞ if unbounded.
    pub(super) room: f64,
    /// Servers in all tasks in rotation together.
    pub(super) pool_servers: f64,
    /// What is more than is served at once, if it is a fluid.
    pub(super) backlog: Option<Excess>,
    /// Offered rate over the least capacity that the fleet had in this minute,
    /// if its capacity changed.
    pub(super) load_at_change: Option<f64>,
}

/// A queue as a fluid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Excess {
    pub(super) requests: f64,
    /// The standard deviation of their number.
    pub(super) deviation: f64,
    /// Whether there can be no more.
    pub(super) is_full: bool,
}

/// A pool with fewer servers than this has a backlog of a few requests, which
/// is chance rather than a fluid.
const SMALL_POOL: f64 = 8.0;
/// Within this distance of saturation a queue wanders for minutes.
const CRITICAL: f64 = 0.03;
/// A backlog this many standard deviations long is there in every run.
const CERTAIN: f64 = 3.0;
/// A queue this many standard deviations long and full is full in every run.
const CERTAINLY_FULL: f64 = 30.0;
/// How much the distance from saturation may have changed within the memory of
/// the queue, relatively.
const DRIFT: f64 = 0.05;
/// A change of capacity at a lower load than this passes unnoticed.
const BUSY: f64 = 0.9;

/// Whether the latencies of a tick are those of theory.
///
/// A steady load is, at any load below saturation: its equilibrium is known.
/// Not so are loads that move faster than the queue follows, which takes
/// `(1 + load) / (1 − load)²` service times; saturation itself; a backlog that
/// is made of few requests; and the minute in which the capacity changed.
pub(super) fn vouches(tick: &Tick) -> bool {
    if tick.load_at_change.is_some_and(|load| load > BUSY) {
        return false;
    }
    match tick.backlog {
        None => {
            let nearest = tick.load.max(tick.remembered_load);
            let distance = (1.0 - nearest).abs().max(1.0 / tick.room);
            tick.is_settled && (tick.load - tick.remembered_load).abs() <= DRIFT * distance
        }
        Some(Excess { requests, deviation, is_full }) => {
            let certain = if is_full { CERTAINLY_FULL } else { CERTAIN };
            (tick.load - 1.0).abs() >= CRITICAL
                && tick.pool_servers >= SMALL_POOL
                && requests >= certain * deviation
        }
    }
}
