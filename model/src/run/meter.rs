//! Sums over the minute under way, and over the run.

use crate::data_plane::{Fidelity, Sample};
use crate::ecs::utilization_percent;
use crate::scenario::Slo;
use crate::time::Micros;
use crate::trace::{Minute, Station};

/// Sums over the minute under way and over the run.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    pub(super) sample: Sample,
    /// Begin of the minute under way.
    begin: Micros,
    /// RUNNING tasks, over time [task·s].
    running_s: f64,
    /// Healthy targets, over time [target·s].
    healthy_s: f64,
    /// CPU time and running time of the minute when the last 20-second
    /// datapoint was taken [vCPU·s, task·s].
    taken: (f64, f64),
    /// The minutes before this one.
    pub(super) total: Sample,
    pub(super) missed: u32,
}

/// Counts at an instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Census {
    pub(super) desired: u32,
    pub(super) running: u32,
    pub(super) pending: u32,
    pub(super) draining: u32,
    pub(super) healthy: u32,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self {
            sample: Sample::default(),
            begin: Micros::ZERO,
            running_s: 0.0,
            healthy_s: 0.0,
            taken: (0.0, 0.0),
            total: Sample::default(),
            missed: 0,
        }
    }

    /// Counts a span in which nothing changed.
    pub(super) fn pass(&mut self, span: Micros, census: Census) {
        self.running_s += f64::from(census.running) * span.as_s();
        self.healthy_s += f64::from(census.healthy) * span.as_s();
    }

    /// Closes the minute at `now` and begins the next; its counts are left at
    /// zero, for the instant is not over yet.
    pub(super) fn close(
        &mut self,
        now: Micros,
        station: Station,
        vcpu: f64,
        memory_percent: Option<f64>,
        slo: Option<Slo>,
    ) -> Minute {
        let sample = &self.sample;
        let seconds = now.since(self.begin).as_s();
        let percent = |task_s: f64| {
            (task_s > 0.0)
                .then(|| utilization_percent(sample.cpu_s, vcpu * task_s).clamp(0.0, 100.0))
        };
        let mut minute = Minute {
            t_s: now.as_s(),
            offered_rps: sample.offered / seconds,
            served_rps: 0.0,
            desired: 0,
            running: 0,
            pending: 0,
            draining: 0,
            cpu_percent: percent(self.running_s).map(published),
            serving_cpu_percent: percent(self.healthy_s),
            memory_percent: memory_percent.map(published),
            requests_per_target: (self.healthy_s > 0.0)
                .then(|| published(sample.offered * 60.0 / self.healthy_s)),
            p50_ms: None,
            p95_ms: None,
            p99_ms: None,
            errors: 0.0,
            missed: false,
            fidelity: match station {
                Station::Exact => Fidelity::Exact,
                Station::Expected => sample.fidelity(),
            },
        };
        minute.take(sample, seconds, slo);
        self.missed += u32::from(minute.missed);
        self.total.add(&self.sample);
        self.sample.clear();
        self.begin = now;
        (self.running_s, self.healthy_s, self.taken) = (0.0, 0.0, (0.0, 0.0));
        minute
    }

    /// The average CPU of the running tasks since the last datapoint of this
    /// kind, or since the minute began [%]; `None` if none ran.
    pub(super) fn cpu_since_last(&mut self, vcpu: f64) -> Option<f64> {
        let (cpu_s, running_s) = (self.sample.cpu_s, self.running_s);
        let (cpu_before_s, running_before_s) =
            std::mem::replace(&mut self.taken, (cpu_s, running_s));
        let task_s = running_s - running_before_s;
        let percent = 100.0 * (cpu_s - cpu_before_s) / (vcpu * task_s);
        (task_s > 0.0).then(|| published(percent.clamp(0.0, 100.0)))
    }

    /// Whether time has passed since the last minute was closed.
    pub(super) fn is_open(&self, now: Micros) -> bool {
        now > self.begin
    }
}

/// A value as a datapoint: to 10^-9 of its unit, so that the rounding errors of
/// binary floating point breach no threshold. Our choice; AWS does not say.
fn published(value: f64) -> f64 {
    libm::round(value * 1e9) / 1e9
}
