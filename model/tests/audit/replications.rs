//! What many exact replications of a scenario make of each minute.

use headroom_model::alb::ramp::Ramp;
use headroom_model::data_plane::{DataPlane, Exact, Sample, TaskId};
use headroom_model::histogram::Histogram;
use headroom_model::run::Run;
use headroom_model::scenario::Scenario;
use headroom_model::time::Micros;
use headroom_model::trace::Station;

/// A minute over all replications.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Minute {
    /// The 95th percentile of the response time [ms].
    pub(crate) p95_ms: f64,
    /// Its standard error [ms].
    pub(crate) error_ms: f64,
    /// Requests answered, in all replications.
    pub(crate) requests: f64,
    /// The share of the requests that ended in an error, and its standard error.
    pub(crate) errors: [f64; 2],
}

/// The exact data plane, and what happened in each minute.
struct Minutes {
    plane: Exact,
    minutes: Vec<Sample>,
}

impl DataPlane for Minutes {
    fn enter_rotation(&mut self, at: Micros, task: TaskId, speed: f64) {
        self.plane.enter_rotation(at, task, speed);
    }

    fn ramp_up(&mut self, task: TaskId, ramp: Ramp) {
        self.plane.ramp_up(task, ramp);
    }

    fn set_added_wait(&mut self, at: Micros, added: Micros) {
        self.plane.set_added_wait(at, added);
    }

    fn set_speed(&mut self, at: Micros, task: TaskId, speed: f64) {
        self.plane.set_speed(at, task, speed);
    }

    fn leave_rotation(&mut self, at: Micros, task: TaskId, draining: bool) {
        self.plane.leave_rotation(at, task, draining);
    }

    fn remove(&mut self, at: Micros, task: TaskId, sample: &mut Sample) {
        self.plane.remove(at, task, sample);
    }

    fn advance(&mut self, until: Micros, sample: &mut Sample) {
        self.plane.advance(until, sample);
    }

    fn in_flight(&self) -> f64 {
        self.plane.in_flight()
    }

    fn peak_in_service(&self, task: TaskId) -> f64 {
        self.plane.peak_in_service(task)
    }

    fn close_minute(&mut self, sample: &Sample) {
        self.minutes.push(sample.clone());
    }
}

/// Plays replications with seeds of their own; `None` for a minute in which
/// nothing was answered.
pub(crate) fn by_minute(scenario: &Scenario, replications: u64) -> Vec<Option<Minute>> {
    let played: Vec<Vec<Sample>> = (0..replications)
        .map(|seed| {
            let scenario = Scenario { seed, ..scenario.clone() };
            let mut minutes = Minutes { plane: Exact::new(&scenario), minutes: Vec::new() };
            Run::new(&scenario, Station::Exact, &mut minutes).finish();
            minutes.minutes
        })
        .collect();
    let minutes = played.iter().map(Vec::len).min().unwrap_or(0);
    (0..minutes).map(|minute| pooled(&played, minute)).collect()
}

/// Of all replications together the percentile and the share of errors. Their
/// standard errors are those of a share of requests, which each replication
/// tells, the percentile's seen through the distribution (Woodruff, *Confidence
/// intervals for medians and other position measures*, 1952): requests of one
/// replication are not independent.
fn pooled(played: &[Vec<Sample>], minute: usize) -> Option<Minute> {
    const Q: f64 = 0.95;
    let samples = || played.iter().map(|minutes| &minutes[minute]);
    let mut all = Sample::default();
    samples().for_each(|sample| all.add(sample));
    let count = played.len() as f64;
    let error = |excesses: &mut dyn Iterator<Item = f64>, requests: f64| {
        let squares: f64 = excesses.map(|excess| excess * excess).sum();
        libm::sqrt(squares * count / (count - 1.0)) / requests
    };
    let p95_ms = all.latency.quantile(Q)?;
    let requests = all.latency.total();
    let mut beyond = samples().map(|sample| {
        let latency = &sample.latency;
        if latency.total() > 0.0 {
            latency.total() * (share_below(latency, p95_ms) - Q)
        } else {
            0.0
        }
    });
    let p95_error = error(&mut beyond, requests);
    let at = |q: f64| all.latency.quantile(q.clamp(0.0, 1.0)).unwrap_or(p95_ms);
    let errors = all.errors() / all.offered;
    let mut excesses = samples().map(|sample| sample.errors() - errors * sample.offered);
    Some(Minute {
        p95_ms,
        error_ms: (at(Q + p95_error) - at(Q - p95_error)) / 2.0,
        requests,
        errors: [errors, error(&mut excesses, all.offered)],
    })
}

/// The share of requests answered within `ms`, by bisection.
fn share_below(histogram: &Histogram, ms: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..30 {
        let middle = (low + high) / 2.0;
        let is_below = histogram.quantile(middle).is_none_or(|value| value < ms);
        if is_below { low = middle } else { high = middle }
    }
    low
}
