//! What many exact replications of a scenario make of each minute.

use headroom_model::alb::ramp::Ramp;
use headroom_model::data_plane::{DataPlane, Exact, Sample, TaskId};
use headroom_model::histogram::Histogram;
use headroom_model::run::Run;
use headroom_model::scenario::Scenario;
use headroom_model::time::Micros;
use headroom_model::trace::Station;

/// The 95th percentile of a minute over all replications.
#[derive(Debug, Clone, Copy)]
pub(crate) struct P95 {
    pub(crate) ms: f64,
    /// Its standard error [ms].
    pub(crate) error_ms: f64,
    /// Requests answered, in all replications.
    pub(crate) requests: f64,
}

/// The exact data plane, and the response times of each minute.
struct Minutes {
    plane: Exact,
    latencies: Vec<Histogram>,
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
        self.latencies.push(sample.latency.clone());
    }
}

/// Plays replications with seeds of their own; `None` for a minute in which
/// nothing was answered.
pub(crate) fn p95_by_minute(scenario: &Scenario, replications: u64) -> Vec<Option<P95>> {
    let played: Vec<Vec<Histogram>> = (0..replications)
        .map(|seed| {
            let scenario = Scenario { seed, ..scenario.clone() };
            let mut minutes = Minutes { plane: Exact::new(&scenario), latencies: Vec::new() };
            Run::new(&scenario, Station::Exact, &mut minutes).finish();
            minutes.latencies
        })
        .collect();
    let minutes = played.iter().map(Vec::len).min().unwrap_or(0);
    (0..minutes).map(|minute| pooled(&played, minute)).collect()
}

/// The percentile of all replications together. Its standard error is that of
/// the share of requests below it, which each replication tells, seen through
/// the distribution (Woodruff, *Confidence intervals for medians and other
/// position measures*, 1952): requests of one replication are not independent.
fn pooled(played: &[Vec<Histogram>], minute: usize) -> Option<P95> {
    const Q: f64 = 0.95;
    let mut all = Histogram::default();
    played.iter().for_each(|minutes| all.merge(&minutes[minute]));
    let ms = all.quantile(Q)?;
    let requests = all.total();
    let count = played.len() as f64;
    let squares: f64 = played
        .iter()
        .map(|minutes| {
            let one = &minutes[minute];
            let excess = one.total() * (share_below(one, ms) - Q);
            excess * excess
        })
        .sum();
    let error = libm::sqrt(squares * count / (count - 1.0)) / requests;
    let at = |q: f64| all.quantile(q.clamp(0.0, 1.0)).unwrap_or(ms);
    Some(P95 { ms, error_ms: (at(Q + error) - at(Q - error)) / 2.0, requests })
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
