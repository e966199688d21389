//! The exact data plane case by case, and against itself; `tests/theory` holds
//! it against closed forms.

use headroom_model::data_plane::{DataPlane as _, Exact, Sample, TaskId};
use headroom_model::scenario::{Arrivals, Law, Routing, Scenario, ServiceTime, Shape};
use headroom_model::time::Micros;

use crate::kit::{assert_close, course_scenario, quantile_ms, scenario, serve, start};

/// Serves 25,000 requests to warm up, and then 250,000.
fn measured(scenario: &Scenario, tasks: u32, rps: f64) -> Sample {
    let mut plane = Exact::new(scenario);
    start(&mut plane, tasks);
    let (warm, end) = ((25_000.0 / rps) as u64, (275_000.0 / rps) as u64);
    serve(&mut plane, 0, warm);
    serve(&mut plane, warm, end)
}

#[test]
fn even_arrivals_and_even_service_never_wait() {
    let mut scenario = scenario(9.5);
    scenario.traffic.arrivals = Arrivals::Deterministic;
    scenario.service.task.service_time.law = Law::Deterministic;
    let mut plane = Exact::new(&scenario);
    start(&mut plane, 10);
    let sample = serve(&mut plane, 0, 60);
    assert_eq!((sample.offered, sample.waited), (570.0, 0.0));
    assert_close(sample.latency.mean().unwrap(), 1000.0, 1e-12, "response");
}

#[test]
fn requests_go_round_the_tasks_in_rotation() {
    // One request a second, each in service for 100 s: a look at who has how many.
    let mut scenario = scenario(1.0);
    scenario.traffic.arrivals = Arrivals::Deterministic;
    let task = &mut scenario.service.task;
    (task.concurrency, task.service_time.law, task.service_time.mean_ms) =
        (100, Law::Deterministic, 1e5);
    let mut plane = Exact::new(&scenario);
    let mut sample = Sample::default();
    let peaks = |plane: &Exact| [0, 1, 2].map(|task| plane.peak_in_service(TaskId(task)));
    start(&mut plane, 3);
    plane.advance(Micros::from_whole_s(4), &mut sample);
    assert_eq!(peaks(&plane), [2.0, 1.0, 1.0]);
    plane.leave_rotation(Micros::from_whole_s(4), TaskId(0), false);
    plane.advance(Micros::from_whole_s(6), &mut sample);
    assert_eq!(peaks(&plane), [2.0, 2.0, 2.0]);
    // It comes back last in turn.
    plane.enter_rotation(Micros::from_whole_s(6), TaskId(0), 1.0);
    plane.advance(Micros::from_whole_s(9), &mut sample);
    assert_eq!(peaks(&plane), [3.0, 3.0, 3.0]);
    plane.remove(Micros::from_whole_s(9), TaskId(1), &mut sample);
    assert_eq!((sample.failed, plane.in_flight()), (3.0, 6.0));
}

#[test]
fn least_outstanding_requests_avoid_the_busy_target() {
    let mut scenario = scenario(1.0);
    scenario.traffic.arrivals = Arrivals::Deterministic;
    let task = &mut scenario.service.task;
    (task.concurrency, task.service_time.law) = (10, Law::Deterministic);
    scenario.service.target_group.routing = Routing::LeastOutstandingRequests;
    // One request a second, each in service for 50 s.
    scenario.service.task.service_time.mean_ms = 50_000.0;
    let mut plane = Exact::new(&scenario);
    start(&mut plane, 2);
    let mut sample = Sample::default();
    plane.advance(Micros::from_whole_s(4), &mut sample);
    let peaks = |plane: &Exact| [0, 1, 2].map(|task| plane.peak_in_service(TaskId(task)));
    assert_eq!(peaks(&plane), [2.0, 2.0, 0.0]);
    // A new target gets the next ones until it has as many.
    plane.enter_rotation(Micros::from_whole_s(4), TaskId(2), 1.0);
    plane.advance(Micros::from_whole_s(6), &mut sample);
    assert_eq!(peaks(&plane), [2.0, 2.0, 2.0]);
    assert_eq!(plane.in_flight(), 6.0);
}

/// Who serves what at 0.9 of ten slots: one queue of ten, or ten of one.
#[test]
fn algorithms_differ_as_theory_says() {
    let p95 = |routing| {
        let mut scenario = scenario(9.0);
        scenario.service.target_group.routing = routing;
        quantile_ms(&measured(&scenario, 10, 9.0), 0.95) / 1000.0
    };
    // Each of ten queues behind a random choice is M/M/1: ln 20 / 0.1.
    assert_close(p95(Routing::WeightedRandom), 29.96, 0.08, "random");
    let (turns, least) = (p95(Routing::RoundRobin), p95(Routing::LeastOutstandingRequests));
    assert_close(turns, 16.75, 0.08, "round robin");
    assert_close(least, 5.38, 0.08, "least outstanding");
}

#[test]
fn a_slow_dependency_adds_time_and_no_cpu() {
    let mut scenario = course_scenario(20.0);
    scenario.traffic.arrivals = Arrivals::Deterministic;
    scenario.service.task.service_time.law = Law::Deterministic;
    let mut plane = Exact::new(&scenario);
    start(&mut plane, 1);
    let usual = serve(&mut plane, 0, 60);
    assert_close(usual.latency.mean().unwrap(), 50.0, 1e-9, "response");
    plane.set_added_wait(Micros::MINUTE, Micros(250_000));
    let mut slow = Sample::default();
    plane.advance(Micros::from_whole_s(61), &mut slow);
    let slow = serve(&mut plane, 61, 120);
    assert_close(slow.latency.mean().unwrap(), 300.0, 1e-9, "response");
    assert_close(slow.busy_slot_s / 59.0, 20.0 * 0.3, 1e-6, "slots in use");
    assert_close(slow.cpu_s, 59.0 / 60.0 * usual.cpu_s, 1e-3, "CPU");
    plane.set_added_wait(Micros::from_whole_s(120), Micros::ZERO);
    serve(&mut plane, 120, 121);
    let again = serve(&mut plane, 121, 180);
    assert_close(again.latency.mean().unwrap(), 50.0, 1e-9, "response");
    assert_close(again.cpu_s, slow.cpu_s, 1e-3, "CPU");
}

#[test]
fn requests_in_service_wait_for_the_slow_dependency_too() {
    // One request of 10 s, of which 4 s are CPU; 6 s slower after 5 s.
    let mut scenario = scenario(1.0);
    scenario.traffic.arrivals = Arrivals::Deterministic;
    scenario.traffic.shape = Shape::Steps(vec![(Micros::ZERO, 1.0), (Micros::SECOND, 0.0)]);
    let task = &mut scenario.service.task;
    task.service_time = ServiceTime { law: Law::Deterministic, mean_ms: 10_000.0 };
    task.cpu_ms_per_request = 4000.0;
    let mut plane = Exact::new(&scenario);
    start(&mut plane, 1);
    let mut sample = Sample::default();
    plane.advance(Micros(5_500_000), &mut sample);
    plane.set_added_wait(Micros(5_500_000), Micros::from_whole_s(6));
    plane.set_added_wait(Micros(5_600_000), Micros::ZERO);
    plane.advance(Micros::from_whole_s(60), &mut sample);
    assert_close(sample.latency.mean().unwrap(), 16_000.0, 1e-9, "response");
    assert_close(sample.cpu_s, 4.0, 1e-9, "CPU");
}

#[test]
fn a_slow_cpu_takes_longer_and_uses_more() {
    // Alone on the course's task a request is not slowed: 2.5 fit on the CPU,
    // 1.25 at half speed; but each costs twice the CPU.
    let mut scenario = course_scenario(1.0);
    scenario.traffic.arrivals = Arrivals::Deterministic;
    scenario.service.task.service_time.law = Law::Deterministic;
    let mut plane = Exact::new(&scenario);
    plane.enter_rotation(Micros::ZERO, TaskId(0), 0.5);
    let sample = serve(&mut plane, 0, 60);
    assert_close(sample.latency.mean().unwrap(), 50.0, 1e-9, "response");
    assert_close(sample.cpu_s, 60.0 * 0.040, 1e-9, "CPU");
    // At a fifth of the speed only half a request fits on it.
    plane.set_speed(Micros::MINUTE, TaskId(0), 0.2);
    let sample = serve(&mut plane, 60, 120);
    assert_close(sample.latency.mean().unwrap(), 100.0, 1e-9, "response");
    assert_close(sample.cpu_s, 60.0 * 0.100, 1e-9, "CPU");
}

/// Requests of 4 s, half of it CPU, on two slots, one a second: at full speed
/// the CPU carries both. From 3.0 to 7.0 it is half as fast and carries one.
/// The first has 1.5 s left then and leaves at 6.0, the second 2.5 s and leaves
/// at 7.5; the third begins at 6.0, has done 0.5 s by 7.0 and leaves at 10.5, the
/// fourth begins at 7.5.
#[test]
fn a_task_slows_down_and_recovers() {
    let mut scenario = scenario(1.0);
    scenario.traffic.arrivals = Arrivals::Deterministic;
    let task = &mut scenario.service.task;
    task.concurrency = 2;
    task.service_time = ServiceTime { law: Law::Deterministic, mean_ms: 4000.0 };
    task.cpu_ms_per_request = 2000.0;
    let mut plane = Exact::new(&scenario);
    start(&mut plane, 1);
    let mut sample = Sample::default();
    let mut answered = |speed: Option<f64>, until_ms: u64| {
        let at = Micros(until_ms * 1000);
        plane.advance(at, &mut sample);
        if let Some(speed) = speed {
            plane.set_speed(at, TaskId(0), speed);
        }
        let Sample { completed, started, waited, wait_s, busy_slot_s, .. } = sample;
        (completed, started, waited, wait_s, busy_slot_s, plane.in_flight())
    };
    assert_eq!(answered(Some(0.5), 3000), (0.0, 2.0, 0.0, 0.0, 4.0, 3.0));
    assert_eq!(answered(None, 6000), (0.0, 2.0, 0.0, 0.0, 10.0, 6.0));
    assert_eq!(answered(Some(1.0), 7000), (1.0, 3.0, 1.0, 3.5, 12.0, 6.0));
    assert_eq!(answered(None, 7500), (1.0, 3.0, 1.0, 3.5, 13.0, 6.0));
    assert_eq!(answered(None, 7501), (2.0, 4.0, 2.0, 7.5, 13.002, 6.0));
    assert_eq!(answered(None, 10_500), (2.0, 4.0, 2.0, 7.5, 19.0, 8.0));
    assert_eq!(answered(None, 10_501), (3.0, 5.0, 3.0, 13.5, 19.002, 8.0));
    assert_close(sample.cpu_s, 2.0 + 4.0 + 3.501, 1e-9, "CPU");
}

#[test]
fn the_most_in_service_is_remembered_at_any_speed() {
    let mut scenario = scenario(1.0);
    scenario.traffic.arrivals = Arrivals::Deterministic;
    scenario.traffic.shape =
        Shape::Steps(vec![(Micros::ZERO, 1.0), (Micros::from_whole_s(3), 0.0)]);
    let task = &mut scenario.service.task;
    task.concurrency = 4;
    task.service_time = ServiceTime { law: Law::Deterministic, mean_ms: 5000.0 };
    task.cpu_ms_per_request = 1250.0;
    let mut plane = Exact::new(&scenario);
    start(&mut plane, 1);
    let mut sample = Sample::default();
    for (minute, speed) in (1..).zip([0.5, 1.0, 0.2]) {
        let at = Micros::from_whole_s(60 * minute);
        plane.advance(at, &mut sample);
        plane.set_speed(at, TaskId(0), speed);
        assert_eq!((plane.in_flight(), plane.peak_in_service(TaskId(0))), (0.0, 3.0));
    }
}

#[test]
fn a_changed_fleet_meets_the_same_requests() {
    let scenario = course_scenario(80.0);
    let offered = |tasks: u32| {
        let mut plane = Exact::new(&scenario);
        start(&mut plane, tasks);
        (1..=20).map(|k| serve(&mut plane, (k - 1) * 10, k * 10).offered).collect::<Vec<_>>()
    };
    let alone = offered(0);
    assert!(alone.iter().all(|&requests| requests > 600.0));
    assert_eq!(offered(1), alone);
    assert_eq!(offered(5), alone);
}

#[test]
fn a_seed_is_a_run() {
    let mut scenario = course_scenario(0.0);
    scenario.traffic.shape = Shape::Ramp {
        from_rps: 0.0,
        to_rps: 200.0,
        start: Micros::ZERO,
        end: Micros::from_whole_s(300),
    };
    let run = |scenario: &Scenario, cuts: u64| {
        let mut plane = Exact::new(scenario);
        start(&mut plane, 3);
        let mut sample = Sample::default();
        for cut in 1..=cuts {
            plane.advance(Micros(300_000_000 * cut / cuts), &mut sample);
        }
        sample
    };
    let once = run(&scenario, 1);
    assert_eq!(run(&scenario, 1), once);
    // However often one looks, the same requests are answered at the same times.
    assert_eq!(run(&scenario, 977).latency, once.latency);
    scenario.seed += 1;
    assert_ne!(run(&scenario, 1), once);
}

#[test]
fn a_long_queue_and_many_tasks_cost_no_more_than_few() {
    // 10^5 wait at one task; then a thousand tasks share as much.
    let mut overload = scenario(1500.0);
    overload.service.task.service_time.mean_ms = 2.0;
    let mut plane = Exact::new(&overload);
    start(&mut plane, 1);
    serve(&mut plane, 0, 100);
    assert!(plane.in_flight() > 90_000.0);
    let mut plane = Exact::new(&course_scenario(10_000.0));
    start(&mut plane, 1000);
    let sample = serve(&mut plane, 0, 10);
    assert!(sample.completed > 99_000.0);
}

#[test]
fn from_a_minute_on_the_same_requests_arrive() {
    for arrivals in [Arrivals::Poisson, Arrivals::Deterministic] {
        let mut scenario = scenario(0.0);
        scenario.traffic.shape = Shape::Ramp {
            from_rps: 3.3,
            to_rps: 17.1,
            start: Micros::from_whole_s(20),
            end: Micros::from_whole_s(400),
        };
        scenario.traffic.arrivals = arrivals;
        let (mut whole, mut late) = (Exact::new(&scenario), Exact::from_minute(&scenario, 3));
        start(&mut whole, 1);
        late.enter_rotation(Micros::from_whole_s(180), TaskId(0), 1.0);
        serve(&mut whole, 0, 180);
        for second in 181..400 {
            let of_both = [&mut whole, &mut late].map(|plane| {
                let mut sample = Sample::default();
                plane.advance(Micros::from_whole_s(second), &mut sample);
                sample.offered
            });
            assert_eq!(of_both[0], of_both[1], "{arrivals:?}, until {second} s");
        }
    }
}
