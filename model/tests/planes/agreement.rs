//! The two data planes against each other.

use headroom_model::data_plane::{DataPlane as _, Exact, Expected, Sample, TaskId};
use headroom_model::scenario::{Law, Scenario, Shape};
use headroom_model::time::Micros;

use crate::kit::{assert_close, course_scenario, quantile_ms, serve, start};

/// What both planes make of a span: the mean of some exact runs with seeds of
/// their own, and the expected one.
struct Span {
    runs: f64,
    /// The sum over the exact runs.
    exact: Sample,
    exact_in_flight: f64,
    expected: Sample,
    expected_in_flight: f64,
}

impl Span {
    /// Asserts that a figure which adds up is the same.
    #[track_caller]
    fn assert_close(&self, figure: impl Fn(&Sample) -> f64, relative: f64, what: &str) {
        let exact = figure(&self.exact) / self.runs;
        assert_close(figure(&self.expected), exact, relative, what);
    }

    #[track_caller]
    fn assert_p95_close(&self, relative: f64, what: &str) {
        let (exact, expected) = (quantile_ms(&self.exact, 0.95), quantile_ms(&self.expected, 0.95));
        assert_close(expected, exact, relative, &format!("p95, {what}"));
    }

    #[track_caller]
    fn assert_in_flight_close(&self, relative: f64, what: &str) {
        let what = format!("in flight, {what}");
        assert_close(self.expected_in_flight, self.exact_in_flight / self.runs, relative, &what);
    }
}

/// Serves with both planes until each of `ends` [s].
fn both(scenario: &Scenario, tasks: u32, runs: u64, ends: &[u64]) -> Vec<Span> {
    let mut expected = Expected::new(scenario);
    start(&mut expected, tasks);
    let mut exact: Vec<_> = (0..runs)
        .map(|seed| {
            let mut plane = Exact::new(&Scenario { seed, ..scenario.clone() });
            start(&mut plane, tasks);
            plane
        })
        .collect();
    let span = |&end: &u64| {
        let end = Micros::from_whole_s(end);
        let mut samples = (Sample::default(), Sample::default());
        exact.iter_mut().for_each(|plane| plane.advance(end, &mut samples.0));
        expected.advance(end, &mut samples.1);
        Span {
            runs: runs as f64,
            exact: samples.0,
            exact_in_flight: exact.iter().map(Exact::in_flight).sum(),
            expected: samples.1,
            expected_in_flight: expected.in_flight(),
        }
    };
    ends.iter().map(span).collect()
}

#[test]
fn steady_loads_have_the_same_latencies() {
    for (law, tasks, load, tolerance) in [
        (Law::Exponential, 4, 0.65, 0.05),
        (Law::Exponential, 4, 0.85, 0.05),
        (Law::Exponential, 10, 0.65, 0.05),
        (Law::Lognormal { cv: 1.5 }, 4, 0.65, 0.05),
        (Law::Lognormal { cv: 1.5 }, 10, 0.65, 0.05),
        (Law::Deterministic, 4, 0.85, 0.10),
    ] {
        let mut scenario = course_scenario(50.0 * f64::from(tasks) * load);
        scenario.service.task.service_time.law = law;
        let span = both(&scenario, tasks, 4, &[60, 560]).swap_remove(1);
        let name = format!("{law:?} on {tasks} tasks at {load}");
        span.assert_p95_close(tolerance, &name);
        let mean_ms = |sample: &Sample| sample.latency.mean().unwrap();
        assert_close(mean_ms(&span.expected), mean_ms(&span.exact), 0.05, &name);
        span.assert_close(|sample| sample.cpu_s, 0.01, &format!("CPU, {name}"));
        span.assert_close(|sample| sample.busy_slot_s, 0.05, &format!("slots, {name}"));
        assert_eq!(span.expected.approximate, 0.0, "{name}");
    }
}

#[test]
fn an_overload_is_the_same() {
    // 4 × 50/s serve 200 of 320 requests/s: the queues are full after 34 s.
    let scenario = course_scenario(320.0);
    for (n, span) in both(&scenario, 4, 16, &[15, 30, 60, 120, 180]).iter().enumerate() {
        let name = format!("span {n}");
        span.assert_in_flight_close(0.03, &name);
        span.assert_p95_close(0.03, &name);
        span.assert_close(|sample| sample.completed, 0.03, &format!("completed, {name}"));
        if n >= 2 {
            span.assert_close(|sample| sample.rejected, 0.03, &format!("rejected, {name}"));
        }
        span.assert_close(|sample| sample.cpu_s, 0.03, &format!("CPU, {name}"));
        let expected = &span.expected;
        assert!(expected.approximate <= 0.1 * expected.offered, "{name} {}", expected.approximate);
    }
}

#[test]
fn a_flash_crowd_comes_and_goes_the_same() {
    // Three minutes at one and a half times the capacity, and what it leaves.
    let mut scenario = course_scenario(0.0);
    scenario.service.task.queue_limit = None;
    scenario.traffic.shape = Shape::Steps(vec![
        (Micros::ZERO, 240.0),
        (Micros::from_whole_s(60), 600.0),
        (Micros::from_whole_s(240), 240.0),
    ]);
    let minutes: Vec<u64> = (1..=12).map(|minute| minute * 60).collect();
    for (n, span) in both(&scenario, 8, 8, &minutes).iter().enumerate() {
        let name = format!("minute {n}");
        if span.expected.approximate <= 0.02 * span.expected.offered {
            span.assert_p95_close(0.05, &name);
            span.assert_close(|sample| sample.completed, 0.03, &format!("completed, {name}"));
        }
    }
}

#[test]
fn a_crash_fails_as_many() {
    let scenario = course_scenario(320.0);
    let (runs, at) = (8, Micros::from_whole_s(20));
    let mut failed = Sample::default();
    for seed in 0..runs {
        let mut exact = Exact::new(&Scenario { seed, ..scenario.clone() });
        start(&mut exact, 4);
        serve(&mut exact, 0, 20);
        exact.remove(at, TaskId(1), &mut failed);
    }
    let mut expected = Expected::new(&scenario);
    start(&mut expected, 4);
    let mut sample = serve(&mut expected, 0, 20);
    expected.remove(at, TaskId(1), &mut sample);
    assert_close(sample.failed, failed.failed / runs as f64, 0.03, "failed");
}
