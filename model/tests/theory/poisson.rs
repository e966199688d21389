//! Streams of events that have to be Poisson.

use headroom_model::data_plane::{DataPlane as _, Exact};
use headroom_model::scenario::{Law, Scenario, Shape};
use headroom_model::time::Micros;

use crate::kit::{assert_close, course_scenario, scenario, serve, start};
use crate::{look, moments};

/// Events in each window.
fn counts(
    scenario: &Scenario,
    tasks: u32,
    seconds: u64,
    window: Micros,
    count: impl Fn(&headroom_model::data_plane::Sample) -> f64,
) -> Vec<f64> {
    let mut plane = Exact::new(scenario);
    start(&mut plane, tasks);
    serve(&mut plane, 0, 60);
    let mut counts = Vec::new();
    look(&mut plane, 60, seconds, window, |_, sample| counts.push(count(sample)));
    counts
}

/// Four standard deviations: of a mean, and of a variance over a mean, which is 1
/// for Poisson counts.
fn assert_poisson(counts: &[f64], expected: f64, what: &str) {
    let (mean, variance) = moments(counts);
    let n = counts.len() as f64;
    assert_close(mean, expected, 4.0 / (expected * n).sqrt(), &format!("mean of {what}"));
    let sd = (2.0 / n + 1.0 / (n * expected)).sqrt();
    assert_close(variance / mean, 1.0, 4.0 * sd, &format!("dispersion of {what}"));
    let none = counts.iter().filter(|&&count| count == 0.0).count() as f64 / n;
    let empty = libm::exp(-expected);
    let sd = (empty * (1.0 - empty) / n).sqrt();
    assert!(
        (none - empty).abs() <= 4.0 * sd,
        "{what}: {none} of the windows are empty, not {empty}"
    );
}

const WINDOW: Micros = Micros(20_000);

#[test]
fn arrivals_are_and_two_streams_of_half_the_rate_are_one() {
    let stream = |rps, seed| {
        let mut scenario = course_scenario(rps);
        scenario.seed = seed;
        counts(&scenario, 0, 1260, WINDOW, |sample| sample.offered)
    };
    assert_poisson(&stream(100.0, 7), 2.0, "one stream");
    let (one, other) = (stream(50.0, 7), stream(50.0, 8));
    let merged: Vec<f64> = one.iter().zip(&other).map(|(one, other)| one + other).collect();
    assert_poisson(&merged, 2.0, "two streams");
}

/// Counted over a whole period, so that a moving rate has its mean.
#[test]
fn arrivals_at_a_moving_rate_come_as_often_as_it_says() {
    let mut scenario = course_scenario(0.0);
    scenario.traffic.shape = Shape::Diurnal {
        trough_rps: 20.0,
        peak_rps: 180.0,
        peak_at: Micros::from_whole_s(37),
        period: Micros::from_whole_s(120),
    };
    let all = counts(&scenario, 0, 1260, Micros::from_whole_s(10), |sample| sample.offered);
    for (n, counts) in all.chunks_exact(12).enumerate() {
        let sum: f64 = counts.iter().sum();
        assert_close(sum, 12_000.0, 4.0 / 12_000_f64.sqrt(), &format!("period {n}"));
    }
}

/// Burke: what leaves a stable M/M/c is as Poisson as what comes.
#[test]
fn departures_are_from_a_queue_of_exponential_service_alone() {
    let departures = |law| {
        let mut scenario = scenario(64.0);
        let task = &mut scenario.service.task;
        (task.concurrency, task.service_time.mean_ms) = (4, 50.0);
        task.service_time.law = law;
        counts(&scenario, 1, 1260, Micros(100_000), |sample| sample.completed)
    };
    assert_poisson(&departures(Law::Exponential), 6.4, "departures");
    let (mean, variance) = moments(&departures(Law::Deterministic));
    assert!(variance < 0.8 * mean, "even service evens out what leaves: {variance} {mean}");
}

/// M/G/∞: how many are in service is Poisson with mean `λ S`, whatever the law.
#[test]
fn requests_that_nobody_waits_for_are_poisson_in_number() {
    for law in [Law::Exponential, Law::Deterministic, Law::Lognormal { cv: 1.5 }] {
        let mut scenario = scenario(100.0);
        let task = &mut scenario.service.task;
        (task.concurrency, task.service_time.mean_ms) = (10_000, 30.0);
        task.service_time.law = law;
        let mut plane = Exact::new(&scenario);
        start(&mut plane, 1);
        serve(&mut plane, 0, 60);
        let mut present = Vec::new();
        // So far apart that hardly a request is seen twice.
        let every = Micros(500_000);
        look(&mut plane, 60, 7260, every, |plane, _| present.push(plane.in_flight()));
        assert_poisson(&present, 3.0, &format!("requests present, {law:?}"));
    }
}
