//! Scenarios and fleets for the tests of data planes.

use headroom_model::data_plane::{DataPlane, Sample, TaskId};
use headroom_model::scenario::{Arrivals, Law, Scenario, ServiceTime, Shape};
use headroom_model::time::Micros;

/// A service time of 1 s on a CPU that never binds; each test changes it.
pub(crate) fn scenario(rps: f64) -> Scenario {
    let json = br#"{ "version": 1, "traffic": { "shape": "steady", "rps": 1 }, "service": {} }"#;
    let mut scenario = Scenario::parse(json).expect("a valid scenario");
    scenario.seed = 7;
    scenario.traffic.shape = Shape::Steady { rps };
    scenario.traffic.arrivals = Arrivals::Poisson;
    scenario.duration = Micros::from_whole_s(14 * 86_400);
    let task = &mut scenario.service.task;
    task.vcpu = 1.0;
    task.concurrency = 1;
    task.queue_limit = None;
    task.service_time = ServiceTime { law: Law::Exponential, mean_ms: 1000.0 };
    task.cpu_ms_per_request = 0.0;
    scenario
}

/// The course's task: 50 ms of which 20 ms are CPU, on 1 vCPU and 16 slots;
/// it serves 50 requests/s.
pub(crate) fn course_scenario(rps: f64) -> Scenario {
    let mut scenario = scenario(rps);
    let task = &mut scenario.service.task;
    task.concurrency = 16;
    task.queue_limit = Some(1000);
    task.service_time.mean_ms = 50.0;
    task.cpu_ms_per_request = 20.0;
    scenario
}

/// Puts tasks 0, 1, … into rotation at the start.
pub(crate) fn start(plane: &mut impl DataPlane, tasks: u32) {
    for task in 0..tasks {
        plane.enter_rotation(Micros::ZERO, TaskId(task), 1.0);
    }
}

/// Serves for a while on an unchanged fleet, minute by minute.
pub(crate) fn serve(plane: &mut impl DataPlane, from_s: u64, until_s: u64) -> Sample {
    let mut sample = Sample::default();
    let mut at = from_s;
    while at < until_s {
        at = (at + 60).min(until_s);
        plane.advance(Micros::from_whole_s(at), &mut sample);
    }
    sample
}

/// A quantile of the response time [ms].
pub(crate) fn quantile_ms(sample: &Sample, q: f64) -> f64 {
    sample.latency.quantile(q).expect("completed requests")
}

#[track_caller]
pub(crate) fn assert_close(actual: f64, expected: f64, relative: f64, what: &str) {
    let error = (actual - expected).abs() / expected.abs();
    assert!(error <= relative, "{what}: {actual} is {error:.2e} from {expected}");
}
