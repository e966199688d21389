//! The expected data plane against closed forms.

use headroom_model::data_plane::{DataPlane as _, Expected, TaskId};
use headroom_model::queueing::Mmc;
use headroom_model::scenario::{Arrivals, Law, Scenario, Shape};
use headroom_model::time::Micros;

use crate::kit::{assert_close, course_scenario, quantile_ms, scenario, serve, start};

fn served(scenario: &Scenario, tasks: u32, seconds: u64) -> headroom_model::data_plane::Sample {
    let mut plane = Expected::new(scenario);
    start(&mut plane, tasks);
    serve(&mut plane, 0, seconds)
}

#[test]
fn a_steady_load_is_analytic() {
    for (slots, rho, is_short_lived) in [
        (1, 0.5, true),
        (1, 0.99, false),
        (4, 0.8, false),
        (16, 0.95, false),
        (64, 0.3, true),
        (100, 0.9, true),
    ] {
        let queue = Mmc { servers: slots, arrival_rate: rho * f64::from(slots), service_rate: 1.0 };
        let mut scenario = scenario(queue.arrival_rate);
        scenario.service.task.concurrency = slots;
        let sample = served(&scenario, 1, 3600);
        let name = format!("M/M/{slots} at {rho}");
        let close = |actual: f64, expected: f64, what: &str| {
            assert_close(actual, expected, 1e-9, &format!("{what} of {name}"));
        };
        close(sample.wait_s / sample.started, queue.mean_wait(), "mean wait");
        close(sample.waited / sample.started, queue.wait_probability(), "waiting");
        close(sample.busy_slot_s / sample.slot_s, rho, "utilization");
        close(sample.latency.mean().unwrap() / 1000.0, queue.mean_response(), "mean response");
        // A queue that remembers for long what chance did to it is another in
        // every run.
        let is_vouched = sample.approximate < 0.01 * sample.offered;
        assert_eq!(is_vouched, is_short_lived, "{name}");
        for q in [0.5, 0.95, 0.99] {
            let expected = queue.response_quantile(q) * 1000.0;
            assert_close(quantile_ms(&sample, q), expected, 0.002, &format!("p{q} of {name}"));
        }
    }
}

#[test]
fn a_load_between_two_points_of_the_table_has_its_own_percentiles() {
    for rho in [0.333, 0.6543, 0.8888, 0.9777] {
        let queue = Mmc { servers: 2, arrival_rate: rho * 2.0, service_rate: 1.0 };
        let mut scenario = scenario(queue.arrival_rate);
        scenario.service.task.concurrency = 2;
        let sample = served(&scenario, 1, 600);
        for q in [0.5, 0.95, 0.99] {
            let expected = queue.response_quantile(q) * 1000.0;
            assert_close(quantile_ms(&sample, q), expected, 0.002, &format!("p{q} at {rho}"));
        }
    }
}

#[test]
fn a_short_queue_is_analytic_at_any_load() {
    // M/M/1/1 is Erlang's loss formula; M/M/1/5 at load 1 loses one in six.
    for (limit, rps, lost) in [(0, 1.2, 1.2 / 2.2), (4, 1.0, 1.0 / 6.0)] {
        let mut scenario = scenario(rps);
        scenario.service.task.queue_limit = Some(limit);
        let sample = served(&scenario, 1, 600);
        assert_close(sample.rejected / sample.offered, lost, 1e-9, "lost");
        assert_close(sample.busy_slot_s / sample.slot_s, rps * (1.0 - lost), 1e-9, "utilization");
        assert!(sample.approximate < 0.02 * sample.offered);
    }
}

#[test]
fn a_shared_cpu_does_not_mind_the_service_law() {
    for law in [Law::Exponential, Law::Deterministic, Law::Lognormal { cv: 1.5 }] {
        let mut scenario = scenario(0.8);
        let task = &mut scenario.service.task;
        (task.concurrency, task.cpu_ms_per_request) = (1000, 1000.0);
        task.service_time.law = law;
        let sample = served(&scenario, 1, 600);
        assert_close(sample.latency.mean().unwrap(), 5000.0, 1e-9, "mean response");
        assert_close(sample.cpu_s / 600.0, 0.8, 1e-9, "CPU");
    }
}

#[test]
fn cpu_is_what_the_requests_use_and_more_while_warming_up() {
    let mut plane = Expected::new(&course_scenario(40.0));
    start(&mut plane, 2);
    plane.set_speed(Micros::ZERO, TaskId(0), 0.5);
    let sample = serve(&mut plane, 0, 60);
    // 20 requests/s at 20 ms of CPU each, and twice that on the slow one.
    assert_close(sample.cpu_s / 60.0, 20.0 * 0.020 + 20.0 * 0.040, 1e-9, "CPU");
}

#[test]
fn too_much_piles_up_and_is_worked_off_again() {
    // 4 × 50/s are there. 280/s for 100 s are 80/s too many.
    let mut scenario = course_scenario(0.0);
    scenario.service.task.queue_limit = None;
    scenario.traffic.shape =
        Shape::Steps(vec![(Micros::ZERO, 280.0), (Micros::from_whole_s(100), 100.0)]);
    let mut plane = Expected::new(&scenario);
    start(&mut plane, 4);
    let sample = serve(&mut plane, 0, 100);
    assert_close(plane.in_flight(), 80.0 * 100.0, 0.01, "backlog");
    assert_close(sample.completed, 200.0 * 100.0, 0.01, "completed");
    let sample = serve(&mut plane, 100, 101);
    // The last 8000 came at 280/s.
    assert_close(sample.latency.mean().unwrap() / 1000.0, 8000.0 / 280.0, 0.02, "response");
    serve(&mut plane, 101, 200);
    assert!(plane.in_flight() < 20.0, "after 80 s at 100/s it is gone: {}", plane.in_flight());
}

#[test]
fn a_full_queue_refuses_the_rest() {
    let mut plane = Expected::new(&course_scenario(320.0));
    start(&mut plane, 4);
    serve(&mut plane, 0, 120);
    let sample = serve(&mut plane, 120, 180);
    assert_close(sample.rejected / 60.0, 120.0, 1e-3, "rejected");
    assert_close(sample.completed / 60.0, 200.0, 1e-3, "completed");
    assert_close(sample.latency.mean().unwrap() / 1000.0, 1016.0 / 50.0, 0.01, "response");
    assert_close(sample.cpu_s / 60.0, 4.0, 1e-6, "CPU");
    assert_eq!(sample.approximate, 0.0);
}

#[test]
fn even_arrivals_wait_less() {
    let mean = |arrivals| {
        let mut scenario = scenario(3.2);
        scenario.service.task.concurrency = 4;
        scenario.traffic.arrivals = arrivals;
        served(&scenario, 1, 600).latency.mean().unwrap()
    };
    // D/M/4 at 0.8 waits for less than half of M/M/4's 0.745 s.
    let (poisson, even) = (mean(Arrivals::Poisson), mean(Arrivals::Deterministic));
    assert!(even - 1000.0 < (poisson - 1000.0) * 0.6, "{even} {poisson}");
}

#[test]
fn a_crash_fails_what_the_task_had() {
    let mut plane = Expected::new(&course_scenario(100.0));
    start(&mut plane, 4);
    let mut sample = serve(&mut plane, 0, 60);
    let before = plane.in_flight();
    plane.remove(Micros::MINUTE, TaskId(2), &mut sample);
    assert_close(sample.failed, before / 4.0, 1e-9, "failed");
    assert_close(plane.in_flight(), before * 0.75, 1e-9, "left");
}
