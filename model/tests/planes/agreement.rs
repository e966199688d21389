//! The two data planes against each other.

use headroom_model::alb::ramp::Ramp;
use headroom_model::data_plane::{DataPlane, Exact, Expected, Sample, TaskId};
use headroom_model::scenario::{Arrivals, Law, Routing, Scenario, Shape};
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
        // Evener arrivals before a shared CPU are known for exponential service.
        if law == Law::Exponential {
            assert!(span.expected.approximate < 1e-3 * span.expected.offered, "{name}");
        }
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
        assert!(expected.approximate <= 0.15 * expected.offered, "{name} {}", expected.approximate);
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

#[test]
fn algorithms_have_the_same_latencies() {
    for (routing, slots, tasks, load, tolerance) in [
        (Routing::WeightedRandom, 1, 10, 0.8, 0.06),
        (Routing::WeightedRandom, 4, 4, 0.9, 0.08),
        (Routing::LeastOutstandingRequests, 4, 10, 0.8, 0.03),
        (Routing::LeastOutstandingRequests, 16, 4, 0.9, 0.03),
    ] {
        let rate = f64::from(slots * tasks) * load * 20.0;
        let mut scenario = course_scenario(rate);
        scenario.service.target_group.routing = routing;
        let task = &mut scenario.service.task;
        (task.concurrency, task.cpu_ms_per_request, task.queue_limit) = (slots, 0.0, None);
        let span = both(&scenario, tasks, 8, &[60, 660]).swap_remove(1);
        let name = format!("{routing:?} of {tasks} x {slots} at {load}");
        span.assert_p95_close(tolerance, &name);
        span.assert_close(|sample| sample.busy_slot_s, 0.02, &format!("slots, {name}"));
        assert!(span.expected.approximate < 1e-3 * span.expected.offered, "{name}");
    }
}

#[test]
fn least_outstanding_requests_are_approximate_where_they_are_not_one_queue() {
    for (slots, load) in [(1, 0.5), (16, 0.95)] {
        let mut scenario = course_scenario(f64::from(slots * 4) * load * 20.0);
        scenario.service.target_group.routing = Routing::LeastOutstandingRequests;
        let task = &mut scenario.service.task;
        (task.concurrency, task.cpu_ms_per_request) = (slots, 0.0);
        let mut plane = Expected::new(&scenario);
        start(&mut plane, 4);
        let sample = serve(&mut plane, 0, 60);
        assert_eq!(sample.approximate, sample.offered);
    }
}

/// Requests that a target has taken in `seconds` beside three others, from the
/// begin of a slow start of 60 s on; they are so long that none is answered.
fn taken_in_slow_start(plane: &mut impl DataPlane, seconds: u64) -> f64 {
    let mut sample = Sample::default();
    start(plane, 3);
    plane.enter_rotation(Micros::ZERO, TaskId(3), 1.0);
    plane.ramp_up(TaskId(3), Ramp { from: Micros::ZERO, until: Micros::MINUTE });
    let end = Micros::from_whole_s(seconds);
    plane.advance(end, &mut sample);
    plane.remove(end, TaskId(3), &mut sample);
    sample.failed
}

#[test]
fn slow_start_gives_the_same_share() {
    let mut scenario = course_scenario(100.0);
    scenario.traffic.arrivals = Arrivals::Deterministic;
    let task = &mut scenario.service.task;
    (task.concurrency, task.cpu_ms_per_request, task.queue_limit) = (10_000, 0.0, None);
    (task.service_time.law, task.service_time.mean_ms) = (Law::Deterministic, 1e6);
    // A run begins in equilibrium: in that of no traffic.
    scenario.traffic.shape = Shape::Steps(vec![(Micros::ZERO, 0.0), (Micros::SECOND, 100.0)]);
    for seconds in [20, 40, 60, 80] {
        let exact = taken_in_slow_start(&mut Exact::new(&scenario), seconds);
        let expected = taken_in_slow_start(&mut Expected::new(&scenario), seconds);
        assert_close(expected, exact, 0.03, &format!("taken in {seconds} s"));
    }
}

#[test]
fn a_slow_dependency_is_the_same() {
    // 16 slots on 4 tasks: 200 ms more halve what they can do.
    let scenario = course_scenario(150.0);
    let mut expected = Expected::new(&scenario);
    start(&mut expected, 4);
    serve(&mut expected, 0, 60);
    expected.set_added_wait(Micros::MINUTE, Micros(200_000));
    let calm = serve(&mut expected, 60, 90);
    let expected = serve(&mut expected, 90, 240);
    assert_eq!(calm.approximate, calm.offered);
    let (runs, mut exact) = (4, Sample::default());
    for seed in 0..runs {
        let mut plane = Exact::new(&Scenario { seed, ..scenario.clone() });
        start(&mut plane, 4);
        serve(&mut plane, 0, 60);
        plane.set_added_wait(Micros::MINUTE, Micros(200_000));
        serve(&mut plane, 60, 90);
        exact.add(&serve(&mut plane, 90, 240));
    }
    exact.divide(runs as f64);
    let mean_ms = |sample: &Sample| sample.latency.mean().unwrap();
    assert_close(mean_ms(&expected), mean_ms(&exact), 0.06, "mean");
    assert_close(quantile_ms(&expected, 0.95), quantile_ms(&exact, 0.95), 0.15, "p95");
    assert_close(expected.cpu_s, exact.cpu_s, 0.02, "CPU");
    assert_close(expected.busy_slot_s, exact.busy_slot_s, 0.05, "slots");
    assert_eq!(expected.approximate, expected.offered);
}
