//! Expected against exact: an expected run, and exact replications of every
//! minute of it on the fleet that it had.

use crate::data_plane::{Expected, Fidelity, History, Recorded, Sample};
use crate::ensemble::Ensemble;
use crate::run::Run;
use crate::scenario::Scenario;
use crate::time::Micros;
use crate::trace::{Station, Trace};

/// An audit, done a piece at a time.
#[derive(Debug)]
pub struct Audit {
    trace: Trace,
    history: History,
    ensemble: Ensemble,
    requests: f64,
    simulated: f64,
}

/// A minute under both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Audited {
    /// Row of the minute.
    pub row: usize,
    /// How far theory vouches for it.
    pub fidelity: Fidelity,
    /// 95th percentile of the response time, from theory [ms].
    pub expected_p95_ms: f64,
    /// … of the requests of all replications together [ms].
    pub exact_p95_ms: f64,
    /// The standard error of that, from the spread of the replications [ms].
    pub standard_error_ms: f64,
}

impl Audit {
    /// Plays the expected run. `replications` is at least 2.
    pub fn new(scenario: &Scenario, replications: usize) -> Self {
        let mut plane = Recorded::new(Expected::new(scenario));
        let trace = Run::new(scenario, Station::Expected, &mut plane).finish();
        let (history, ..) = plane.into_parts();
        let replications = replications.max(2);
        Self {
            ensemble: Ensemble::new(scenario, &history, 0, 0.0, replications),
            history,
            requests: trace.summary.requests * replications as f64,
            trace,
            simulated: 0.0,
        }
    }

    /// The expected run.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// How much is done, from 0 to 1.
    pub fn progress(&self) -> f64 {
        if self.is_done() { 1.0 } else { (self.simulated / self.requests.max(1.0)).min(1.0) }
    }

    /// Whether there is nothing left to do.
    pub fn is_done(&self) -> bool {
        self.ensemble.row() == self.trace.minutes.len()
    }

    /// Simulates another second in one replication. Returns a minute that has
    /// been audited now, if one has; a minute without answers is passed over.
    pub fn step(&mut self) -> Option<Audited> {
        let row = self.ensemble.row();
        let minute = self.trace.minutes.get(row)?;
        self.simulated += self.ensemble.step(Micros::from_s(minute.t_s), &self.history);
        if !self.ensemble.has_ended() {
            return None;
        }
        let mut all = Sample::default();
        let mut p95s_ms = Vec::with_capacity(self.ensemble.minute().len());
        for sample in self.ensemble.minute() {
            all.add(sample);
            p95s_ms.extend(sample.latency.quantile(0.95));
        }
        self.ensemble.go_on();
        Some(Audited {
            row,
            fidelity: minute.fidelity,
            expected_p95_ms: minute.p95_ms?,
            exact_p95_ms: all.latency.quantile(0.95)?,
            standard_error_ms: standard_error(&p95s_ms),
        })
    }
}

/// The standard error of the mean of independent values.
fn standard_error(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    if count < 2.0 {
        return f64::INFINITY;
    }
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    libm::sqrt(squares / (count - 1.0) / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standard_error_is_that_of_the_mean() {
        assert_eq!(standard_error(&[1.0, 3.0]), 1.0);
        assert_eq!(standard_error(&[5.0, 5.0, 5.0]), 0.0);
        assert_eq!(standard_error(&[5.0]), f64::INFINITY);
    }

    #[test]
    fn each_minute_is_audited_once_and_theory_agrees_where_it_vouches() {
        let json = br#"{ "version": 1, "duration_s": 300, "service": { "desired_count": 4 },
                         "traffic": { "shape": "steady", "rps": 120 } }"#;
        let scenario = Scenario::parse(json).expect("a valid scenario");
        let mut audit = Audit::new(&scenario, 20);
        let mut audited = Vec::new();
        while !audit.is_done() {
            audited.extend(audit.step());
        }
        assert_eq!(audited.iter().map(|minute| minute.row).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        for minute in audited {
            assert_eq!(minute.fidelity, Fidelity::Expected);
            let off_ms = (minute.expected_p95_ms - minute.exact_p95_ms).abs();
            let allowed_ms = (0.02 * minute.exact_p95_ms).max(4.0 * minute.standard_error_ms);
            assert!(off_ms <= allowed_ms && minute.standard_error_ms < 5.0, "{minute:?}");
        }
        assert_eq!(audit.progress(), 1.0);
    }
}
