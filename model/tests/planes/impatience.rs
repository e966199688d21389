//! Clients that give up and send again, on the expected plane: against exact
//! runs, theory, and their own sums.

use headroom_model::data_plane::{DataPlane as _, Exact, Expected, Sample, TaskId};
use headroom_model::scenario::{Client, Law, Routing, Scenario, Shape};
use headroom_model::time::Micros;
use headroom_model::trace::Station;
use headroom_model::{Settling, simulate};

use crate::kit::{assert_close, course_scenario, quantile_ms, scenario, serve, start};

const fn client(timeout_ms: u64, retries: u32) -> Client {
    Client { timeout: Some(Micros(timeout_ms * 1000)), retries }
}

/// The course's task under a steady load.
fn steady(rps: f64, client: Client) -> Scenario {
    let mut scenario = course_scenario(rps);
    scenario.service.client = client;
    scenario
}

/// What both planes make of four tasks from `from_s` until `until_s`: the
/// expected one, and the mean of some exact runs.
fn both(scenario: &Scenario, runs: u64, from_s: u64, until_s: u64) -> [(Sample, f64); 2] {
    let mut expected = Expected::new(scenario);
    start(&mut expected, 4);
    serve(&mut expected, 0, from_s);
    let sample = serve(&mut expected, from_s, until_s);
    let (mut sum, mut in_flight) = (Sample::default(), 0.0);
    for seed in 0..runs {
        let mut plane = Exact::new(&Scenario { seed, ..scenario.clone() });
        start(&mut plane, 4);
        serve(&mut plane, 0, from_s);
        sum.add(&serve(&mut plane, from_s, until_s));
        in_flight += plane.in_flight() / runs as f64;
    }
    sum.divide(runs as f64);
    [(sample, expected.in_flight()), (sum, in_flight)]
}

/// Asserts that offered, completed and timed out requests and the CPU are the
/// same, relatively, and the percentile.
#[track_caller]
fn assert_same([(expected, _), (exact, _)]: &[(Sample, f64); 2], within: [f64; 5]) {
    for ((what, figure), within) in [
        ("offered", (|it| it.offered) as fn(&Sample) -> f64),
        ("completed", |it| it.completed),
        ("timed out", |it| it.timed_out),
        ("CPU", |it| it.cpu_s),
    ]
    .into_iter()
    .zip(within)
    {
        assert_close(figure(expected), figure(exact), within, what);
    }
    assert_close(quantile_ms(expected, 0.95), quantile_ms(exact, 0.95), within[4], "p95");
}

/// 1 % take longer than their clients wait, and as long each time.
#[test]
fn a_light_load_is_the_same() {
    let both = both(&steady(60.0, client(250, 2)), 4, 60, 1260);
    assert_same(&both, [0.01, 0.01, 0.08, 0.01, 0.02]);
    let [(expected, _), (exact, _)] = &both;
    assert!(exact.timed_out > 0.01 * exact.offered && exact.cpu_s > 1.03 * 60.0 * 1200.0 * 0.02);
    assert!(expected.approximate < 1e-3 * expected.offered, "theory vouches for it");
}

#[test]
fn a_moderate_load_without_retries_is_the_same() {
    let both = both(&steady(150.0, client(500, 0)), 4, 60, 660);
    // Few give up, 7 of 1,000.
    assert_same(&both, [0.01, 0.01, 0.35, 0.01, 0.03]);
}

/// Nearly all is answered when nobody waits any more.
#[test]
fn an_overload_is_answered_in_vain() {
    for retries in [0, 2] {
        let both = both(&steady(240.0, client(2000, retries)), 4, 60, 180);
        assert_same(&both, [0.01, 0.2, 0.01, 0.01, 0.02]);
        let [(expected, in_flight), (exact, exact_in_flight)] = &both;
        assert!(exact.timed_out > 0.85 * exact.offered);
        assert!(expected.completed < 0.15 * expected.offered);
        assert_close(*in_flight, *exact_in_flight, 0.08, "in flight");
    }
}

#[test]
fn a_bounded_queue_refuses_before_clients_give_up() {
    let mut scenario = steady(240.0, client(2000, 2));
    scenario.service.task.queue_limit = Some(20);
    let both = both(&scenario, 4, 60, 180);
    let [(expected, _), (exact, _)] = &both;
    assert_close(expected.completed, exact.completed, 0.02, "completed");
    assert_close(quantile_ms(expected, 0.95), quantile_ms(exact, 0.95), 0.04, "p95");
    assert!(expected.rejected > 100.0 * expected.timed_out);
    // A retry finds a task that is less full, which theory does not see.
    assert_close(expected.rejected, exact.rejected, 0.3, "rejected");
    assert!(expected.approximate >= expected.offered, "and marked");
}

#[test]
fn patience_may_be_shorter_than_service() {
    let mut scenario = scenario(4.0);
    let task = &mut scenario.service.task;
    (task.concurrency, task.service_time.mean_ms, task.cpu_ms_per_request) = (4, 2000.0, 500.0);
    scenario.service.client = client(1000, 1);
    let both = both(&scenario, 8, 60, 1260);
    assert_same(&both, [0.02, 0.05, 0.03, 0.03, 0.02]);
    let [(expected, _), (exact, _)] = &both;
    assert_close(expected.busy_slot_s, exact.busy_slot_s, 0.03, "slots in use");
}

/// 140 of 200 requests/s, and for a minute 320.
fn spike(retries: u32) -> Scenario {
    let mut scenario = steady(0.0, client(1000, retries));
    let s = Micros::from_whole_s;
    scenario.traffic.shape =
        Shape::Steps(vec![(Micros::ZERO, 140.0), (s(120), 320.0), (s(180), 140.0)]);
    scenario
}

/// Each request is sent four times, 560 requests/s in all: too many for ever.
#[test]
fn a_storm_outlasts_the_spike_that_began_it() {
    let scenario = spike(3);
    let mut plane = Expected::new(&scenario);
    start(&mut plane, 4);
    let before = serve(&mut plane, 0, 120);
    assert!(before.completed > 0.999 * before.offered, "a light load begins none");
    let [(expected, _), (exact, _)] = &both(&scenario, 4, 600, 900);
    for sample in [expected, exact] {
        assert!(sample.completed < 0.02 * sample.offered, "{}", sample.completed);
        assert_close(sample.offered, 4.0 * 140.0 * 300.0, 0.02, "offered");
    }
    assert!(expected.approximate >= expected.offered, "a storm is marked");
}

#[test]
fn without_retries_nothing_is_left_of_a_spike() {
    let [(expected, _), (exact, _)] = &both(&spike(0), 4, 240, 300);
    for sample in [expected, exact] {
        assert!(sample.completed > 0.99 * sample.offered, "{}", sample.completed);
    }
    let [(expected, _), (exact, _)] = &both(&spike(0), 8, 120, 180);
    assert_close(expected.timed_out, exact.timed_out, 0.05, "timed out in the spike");
    assert_close(expected.completed, exact.completed, 0.1, "completed in the spike");
}

/// M/M/c with constant patience (Barrer 1957): the share that leaves the queue.
/// A newcomer's wait has the density `λ p(c−1) e^−(cμ−λ)x` up to the patience.
#[test]
fn as_many_leave_the_queue_as_theory_says() {
    for (servers, load, patience) in [(4_u32, 0.8_f64, 2.0_f64), (10, 0.9, 1.0), (4, 1.25, 1.5)] {
        let (c, rate) = (f64::from(servers), load * f64::from(servers));
        let mut scenario = scenario(rate);
        scenario.service.task.concurrency = servers;
        scenario.service.target_group.routing = Routing::WeightedRandom;
        scenario.service.client = client((patience * 1000.0) as u64, 0);
        let mut plane = Expected::new(&scenario);
        start(&mut plane, 1);
        serve(&mut plane, 0, 60);
        let sample = serve(&mut plane, 60, 660);
        let (mut term, mut free) = (1.0, 1.0);
        for j in 1..servers {
            term *= rate / f64::from(j);
            free += term;
        }
        let fall = c - rate;
        let waiting = rate * term * (1.0 - libm::exp(-fall * patience)) / fall;
        let leaving = rate * term * libm::exp(-fall * patience) / c;
        let share = leaving / (free + waiting + leaving);
        assert_close(1.0 - sample.started / sample.offered, share, 0.02, "leave the queue");
        assert_close(sample.busy_slot_s / sample.slot_s, load * (1.0 - share), 0.01, "in use");
    }
}

#[test]
fn a_crash_takes_those_along_that_would_have_given_up() {
    let scenario = steady(320.0, client(4000, 1));
    let mut plane = Expected::new(&scenario);
    start(&mut plane, 4);
    let mut sample = serve(&mut plane, 0, 30);
    let before = (plane.in_flight(), sample.offered);
    plane.remove(Micros::from_whole_s(30), TaskId(1), &mut sample);
    assert_close(sample.failed, before.0 / 4.0, 1e-9, "a quarter is lost");
    assert_close(plane.in_flight(), before.0 * 0.75, 1e-9, "the rest stays");
    plane.advance(Micros::from_whole_s(31), &mut sample);
    let first = sample.offered - before.1;
    assert!(first > 320.0 + 0.3 * sample.failed, "much of it is sent again at once: {first}");
}

/// All of them take as long: with one slot free for each, all or none is in time.
#[test]
fn even_requests_are_in_time_or_not() {
    for (timeout_ms, answered) in [(900, 0.0), (1100, 1.0)] {
        let mut scenario = scenario(8.0);
        scenario.service.task.service_time.law = Law::Deterministic;
        scenario.service.task.concurrency = 100;
        scenario.service.client = client(timeout_ms, 0);
        let mut plane = Expected::new(&scenario);
        start(&mut plane, 1);
        serve(&mut plane, 0, 60);
        let sample = serve(&mut plane, 60, 120);
        assert_close(1.0 + sample.completed, 1.0 + answered * sample.offered, 1e-6, "answered");
        assert_close(1.0 + sample.timed_out, 481.0 - answered * 480.0, 1e-3, "given up");
    }
}

#[test]
fn a_storm_is_settled_by_exact_runs() {
    let mut scenario = spike(3);
    scenario.duration = Micros::from_whole_s(420);
    let settled = Settling::new(&scenario).finish();
    let exact = simulate(&scenario, Station::Exact);
    for (settled, exact) in settled.minutes.iter().zip(&exact.minutes).skip(3) {
        assert_close(settled.offered_rps, exact.offered_rps, 0.05, "offered");
        assert_close(settled.errors, exact.errors, 0.05, "errors");
    }
}
