//! How requests are routed and served: the part of the model that knows them.
//!
//! The control plane (metrics, alarms, policies, the service scheduler, the
//! target group) is the same for every data plane. It tells a data plane of
//! each change to the fleet, asks it to [`advance`](DataPlane::advance) to the
//! next instant at which anything can change, and reads a [`Sample`].

mod exact;
mod expected;
mod idle;
mod recorded;

pub use exact::Exact;
pub use expected::{Expected, Laws};
pub use idle::Idle;
pub(crate) use recorded::{History, Recorded};

use crate::alb::ramp::Ramp;
use crate::histogram::Histogram;
use crate::time::Micros;

/// A task of the service, numbered from 0 in the order in which ECS starts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub u32);

/// How far the latency figures of a minute can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fidelity {
    /// Every request was simulated.
    Exact,
    /// Computed from queueing theory within its range: the mean over many runs.
    Expected,
    /// Computed outside the range in which theory can vouch for it.
    Approximate,
}

/// What happened to requests while a data plane advanced; sums, so that
/// samples of consecutive spans add up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    /// Requests that arrived; one that is sent again is another request.
    pub offered: f64,
    /// Requests that were answered.
    pub completed: f64,
    /// Requests refused because a queue was full or no target was there (503).
    pub rejected: f64,
    /// Requests that their client gave up before they were answered.
    pub timed_out: f64,
    /// Requests lost in a crash or at the end of draining (502).
    pub failed: f64,
    /// CPU time used by tasks in rotation or idle, draining ones excluded [vCPU·s].
    pub cpu_s: f64,
    /// Slots in use, over time and all serving tasks [slot·s].
    pub busy_slot_s: f64,
    /// Slots there are, over time and all serving tasks [slot·s].
    pub slot_s: f64,
    /// Requests that began service.
    pub started: f64,
    /// … of which waited for a slot.
    pub waited: f64,
    /// Time that these waited, in all [s].
    pub wait_s: f64,
    /// Response times of the completed requests [ms], arrival to answer.
    pub latency: Histogram,
    /// Requests whose latency theory cannot vouch for.
    pub approximate: f64,
}

/// A minute is approximate if more than this share of its requests is.
const APPROXIMATE_SHARE: f64 = 0.02;

impl Sample {
    /// Requests that ended in an error.
    pub fn errors(&self) -> f64 {
        self.rejected + self.timed_out + self.failed
    }

    /// How far the latency figures can be trusted, if theory gave them.
    pub fn fidelity(&self) -> Fidelity {
        if self.approximate > APPROXIMATE_SHARE * self.offered {
            Fidelity::Approximate
        } else {
            Fidelity::Expected
        }
    }

    /// Adds what happened in another span, or in another run.
    pub fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.completed += other.completed;
        self.rejected += other.rejected;
        self.timed_out += other.timed_out;
        self.failed += other.failed;
        self.cpu_s += other.cpu_s;
        self.busy_slot_s += other.busy_slot_s;
        self.slot_s += other.slot_s;
        self.started += other.started;
        self.waited += other.waited;
        self.wait_s += other.wait_s;
        self.latency.merge(&other.latency);
        self.approximate += other.approximate;
    }

    /// Makes the mean of `runs` runs of their sum.
    pub fn divide(&mut self, runs: f64) {
        self.latency.divide(runs);
        self.sums().into_iter().for_each(|sum| *sum /= runs);
    }

    /// Forgets everything, and keeps the histogram's memory.
    pub fn clear(&mut self) {
        self.latency.clear();
        self.sums().into_iter().for_each(|sum| *sum = 0.0);
    }

    /// All that is a plain sum; a new field cannot be forgotten here.
    fn sums(&mut self) -> [&mut f64; 12] {
        let Self {
            offered,
            completed,
            rejected,
            timed_out,
            failed,
            cpu_s,
            busy_slot_s,
            slot_s,
            started,
            waited,
            wait_s,
            latency: _,
            approximate,
        } = self;
        [
            offered,
            completed,
            rejected,
            timed_out,
            failed,
            cpu_s,
            busy_slot_s,
            slot_s,
            started,
            waited,
            wait_s,
            approximate,
        ]
    }
}

/// Serves the traffic of a scenario on a fleet that the control plane changes.
///
/// Calls come in order of time: `advance(t)` first, then the changes at `t`.
/// A task is in one of three states here: *in rotation* (takes new requests),
/// *out of rotation* (finishes what it has) or gone.
pub trait DataPlane {
    /// A target becomes healthy and takes its share of new requests from `at`
    /// on, with its CPU at `speed` (0 < speed ≤ 1).
    fn enter_rotation(&mut self, at: Micros, task: TaskId, speed: f64);

    /// A target that has just entered rotation is in slow start.
    fn ramp_up(&mut self, task: TaskId, ramp: Ramp);

    /// From `at` on each request in service takes `added` longer, without CPU:
    /// those that begin service then, and, if `added` has grown, those in
    /// service by what it has grown.
    fn set_added_wait(&mut self, at: Micros, added: Micros);

    /// The CPU of a task in rotation or draining now runs at `speed`.
    fn set_speed(&mut self, at: Micros, task: TaskId, speed: f64);

    /// A target becomes unhealthy (`draining` false) or is deregistered
    /// (`draining` true): it takes no new request and finishes those it has.
    /// A task that is out of rotation may enter it again unless it drains.
    fn leave_rotation(&mut self, at: Micros, task: TaskId, draining: bool);

    /// A task is gone; its requests in service and in queue fail, and
    /// count as `failed` in `sample`.
    fn remove(&mut self, at: Micros, task: TaskId, sample: &mut Sample);

    /// Serves until `until` on an unchanged fleet and adds to `sample`.
    fn advance(&mut self, until: Micros, sample: &mut Sample);

    /// Requests in service and in queue now.
    fn in_flight(&self) -> f64;

    /// The most requests in service at once so far in `task`, for its memory.
    fn peak_in_service(&self, task: TaskId) -> f64;

    /// A minute of metrics ends now, in which `sample` happened.
    fn close_minute(&mut self, _sample: &Sample) {}
}

/// A data plane is lent to a run by whoever wants it back.
impl<P: DataPlane> DataPlane for &mut P {
    fn enter_rotation(&mut self, at: Micros, task: TaskId, speed: f64) {
        P::enter_rotation(self, at, task, speed);
    }

    fn ramp_up(&mut self, task: TaskId, ramp: Ramp) {
        P::ramp_up(self, task, ramp);
    }

    fn set_added_wait(&mut self, at: Micros, added: Micros) {
        P::set_added_wait(self, at, added);
    }

    fn set_speed(&mut self, at: Micros, task: TaskId, speed: f64) {
        P::set_speed(self, at, task, speed);
    }

    fn leave_rotation(&mut self, at: Micros, task: TaskId, draining: bool) {
        P::leave_rotation(self, at, task, draining);
    }

    fn remove(&mut self, at: Micros, task: TaskId, sample: &mut Sample) {
        P::remove(self, at, task, sample);
    }

    fn advance(&mut self, until: Micros, sample: &mut Sample) {
        P::advance(self, until, sample);
    }

    fn in_flight(&self) -> f64 {
        P::in_flight(self)
    }

    fn peak_in_service(&self, task: TaskId) -> f64 {
        P::peak_in_service(self, task)
    }

    fn close_minute(&mut self, sample: &Sample) {
        P::close_minute(self, sample);
    }
}
