//! The settled form of an expected run.
//!
//! Fleet and decisions of the expected run stay. Each stretch of minutes that
//! is marked approximate is played again on the exact data plane, on the fleet
//! that the run had then: up to [`REPLICATIONS`] times side by side, with seeds
//! derived from the scenario's, as many as fit [`MOST_REQUESTS`]. Its latencies,
//! errors and backlog become their mean; a percentile is that of all their
//! requests together. The summary is formed anew. A stretch too long for one
//! replication stays approximate.
//!
//! A replication begins before its stretch, with as many requests at the tasks
//! as theory has there, and so early that these are gone when the stretch
//! begins: what is measured has arrived. Our choice, as is that the offered
//! rate stays that of the expected run unless clients send again.

use std::collections::VecDeque;
use std::ops::Range;

use crate::data_plane::{Expected, Fidelity, History, Recorded, Sample};
use crate::ensemble::Ensemble;
use crate::run::Run;
use crate::scenario::Scenario;
use crate::time::Micros;
use crate::trace::{Minute, Station, Trace};

/// The most replications of a stretch.
pub const REPLICATIONS: usize = 8;
/// The most requests that are simulated for a stretch, in all replications.
pub const MOST_REQUESTS: f64 = 2e7;

/// An expected run that is being settled, a piece at a time.
#[derive(Debug)]
pub struct Settling {
    scenario: Scenario,
    history: History,
    trace: Trace,
    /// What happened to all requests, as far as it is settled.
    total: Sample,
    /// Requests in the service at the end.
    in_flight: f64,
    to_do: VecDeque<Plan>,
    work: Option<Work>,
    /// Requests to be simulated in all, about, and how many of them are.
    requests: f64,
    simulated: f64,
}

/// How a stretch is to be settled.
#[derive(Debug)]
struct Plan {
    rows: Range<usize>,
    /// Row of the minute in which the replications begin.
    first: usize,
    /// Requests at the tasks then.
    in_flight: f64,
    replications: usize,
    /// Requests of one replication.
    requests: f64,
}

/// A stretch in work.
#[derive(Debug)]
struct Work {
    rows: Range<usize>,
    ensemble: Ensemble,
}

impl Settling {
    /// Plays the expected run, and plans what is to be simulated.
    pub fn new(scenario: &Scenario) -> Self {
        Self::with_plane(scenario, &mut Expected::new(scenario))
    }

    pub(crate) fn with_plane(scenario: &Scenario, plane: &mut Expected) -> Self {
        let mut plane = Recorded::new(plane);
        let trace = Run::new(scenario, Station::Expected, &mut plane).finish();
        let (history, stretches, in_flight) = plane.into_parts();
        let mut total = Sample::default();
        let mut to_do = VecDeque::new();
        for stretch in stretches {
            let is_exact_wanted = stretch.fidelity == Fidelity::Approximate;
            match Plan::new(stretch.rows, &trace.minutes, &in_flight) {
                Some(plan) if is_exact_wanted => to_do.push_back(plan),
                _ => total.add(&stretch.sample),
            }
        }
        Self {
            scenario: scenario.clone(),
            history,
            total,
            in_flight: trace.summary.in_flight,
            trace,
            requests: to_do.iter().map(|plan| plan.requests * plan.replications as f64).sum(),
            to_do,
            work: None,
            simulated: 0.0,
        }
    }

    /// The run, as far as it is settled; once all is, with a summary to match.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// How many requests are to be simulated in all, about.
    pub fn requests(&self) -> f64 {
        self.requests
    }

    /// How much is done, from 0 to 1.
    pub fn progress(&self) -> f64 {
        if self.is_done() { 1.0 } else { (self.simulated / self.requests).min(1.0) }
    }

    /// Simulates another second in one replication. Returns the row of a minute
    /// that is settled now, if one is.
    pub fn step(&mut self) -> Option<usize> {
        let Self { scenario, history, trace, total, in_flight, to_do, work, .. } = self;
        let Some(Work { rows, ensemble }) = work else {
            let Plan { rows, first, in_flight, replications, .. } = to_do.pop_front()?;
            let ensemble = Ensemble::new(scenario, history, first, in_flight, replications);
            self.work = Some(Work { rows, ensemble });
            return None;
        };
        let row = ensemble.row();
        let minute = &mut trace.minutes[row];
        self.simulated += ensemble.step(Micros::from_s(minute.t_s), history);
        if !ensemble.has_ended() {
            return None;
        }
        let is_settled = rows.contains(&row);
        if is_settled {
            let mut mean = Sample::default();
            ensemble.minute().for_each(|sample| mean.add(sample));
            mean.divide(ensemble.minute().len() as f64);
            if scenario.service.client.retries == 0 {
                mean.offered = minute.offered_rps * seconds(minute);
            } else {
                // Clients that send again offer more the more errors there are.
                minute.offered_rps = mean.offered / seconds(minute);
            }
            minute.take(&mean, seconds(minute), scenario.slo);
            minute.fidelity = Fidelity::Exact;
            total.add(&mean);
        }
        ensemble.go_on();
        if ensemble.row() == rows.end {
            if rows.end == trace.minutes.len() {
                *in_flight = ensemble.in_flight();
            }
            self.work = None;
            if self.to_do.is_empty() {
                self.form_summary();
            }
        }
        is_settled.then_some(row)
    }

    /// Whether there is nothing left to do.
    pub fn is_done(&self) -> bool {
        self.work.is_none() && self.to_do.is_empty()
    }

    /// Does what is left.
    pub fn finish(mut self) -> Trace {
        while !self.is_done() {
            self.step();
        }
        self.trace
    }

    /// Forms the summary anew, now that all minutes are settled.
    fn form_summary(&mut self) {
        let Self { trace, total, in_flight, .. } = self;
        // A replication does not hold as many requests at the ends of its
        // stretch as theory has there; the few more or less are answered after.
        total.completed = total.offered - total.errors() - *in_flight;
        trace.summary.take(total, *in_flight);
        let missed = trace.minutes.iter().filter(|minute| minute.missed).count();
        trace.summary.slo_minutes_missed = missed as u32;
    }
}

impl Plan {
    /// Of the minutes in these rows; `None` if they are too many for one
    /// replication. In `in_flight` stand the requests at the tasks at the end
    /// of each minute.
    fn new(rows: Range<usize>, minutes: &[Minute], in_flight: &[f64]) -> Option<Self> {
        let held_before = |row: usize| row.checked_sub(1).map_or(0.0, |before| in_flight[before]);
        let are_gone = |row: usize| held_before(row) <= minutes[row].served_rps * 60.0;
        let mut first = rows.start.saturating_sub(1);
        while first > 0 && !are_gone(first) {
            first -= 1;
        }
        let arriving = minutes[first..rows.end].iter();
        let arriving: f64 = arriving.map(|minute| minute.offered_rps * seconds(minute)).sum();
        let requests = held_before(first) + arriving;
        let replications = (MOST_REQUESTS / requests.max(1.0)).min(REPLICATIONS as f64) as usize;
        (replications > 0).then(|| Self {
            in_flight: held_before(first),
            rows,
            first,
            replications,
            requests,
        })
    }
}

/// How long a minute lasts [s]; the last of a run may be short.
fn seconds(minute: &Minute) -> f64 {
    minute.t_s - 60.0 * (libm::ceil(minute.t_s / 60.0) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    /// Minutes with these rates of arrivals and answers [requests/s].
    fn minutes(rates: &[(f64, f64)]) -> Vec<Minute> {
        let json = br#"{ "version": 1, "duration_s": 60, "service": {},
                         "traffic": { "shape": "steady", "rps": 1 } }"#;
        let scenario = Scenario::parse(json).expect("a valid scenario");
        let minute = crate::expect(&scenario).minutes[0];
        let of = |(row, &(offered_rps, served_rps)): (usize, &(f64, f64))| Minute {
            t_s: 60.0 * (row + 1) as f64,
            offered_rps,
            served_rps,
            ..minute
        };
        rates.iter().enumerate().map(of).collect()
    }

    #[test]
    fn as_many_replications_as_fit() {
        for (rps, replications) in [(1e3, Some(8)), (5e4, Some(3)), (1.6e5, Some(1)), (2e5, None)] {
            let minutes = minutes(&[(rps, rps), (rps, rps)]);
            let plan = Plan::new(1..2, &minutes, &[0.0; 2]);
            assert_eq!(plan.map(|plan| plan.replications), replications, "{rps} requests/s");
        }
    }

    #[test]
    fn replications_begin_where_the_backlog_can_be_worked_off_before_the_stretch() {
        let minutes = minutes(&[(100.0, 100.0), (300.0, 150.0), (100.0, 150.0), (140.0, 140.0)]);
        // 9,000 wait after the second minute, and 6,000 after the third.
        let in_flight = [5.0, 9005.0, 6005.0, 6000.0];
        let plan = Plan::new(3..4, &minutes, &in_flight).expect("it is short");
        // The 9,005 could be answered in the third minute's 9,000 just not.
        assert_eq!((plan.first, plan.in_flight), (1, 5.0));
        let plan = Plan::new(0..2, &minutes, &in_flight).expect("it is short");
        assert_eq!((plan.first, plan.in_flight), (0, 0.0));
    }

    #[test]
    fn the_last_minute_of_a_run_may_be_short() {
        let minute = |t_s| Minute { t_s, ..minutes(&[(1.0, 1.0)])[0] };
        assert_eq!((seconds(&minute(60.0)), seconds(&minute(130.0))), (60.0, 10.0));
    }
}
