//! The load balancer: time-outs, slow start, what goes with what.

use headroom_model::alb::{Answer, CONNECT_TIMEOUT, IDLE_TIMEOUT, TargetGroup, answer_for_silence};
use headroom_model::data_plane::{DataPlane as _, Exact, Sample, TaskId};
use headroom_model::scenario::Scenario;
use headroom_model::time::Micros;
use serde_json::{Value, json};

use super::scenario;

pub(crate) const CASES: &[(&str, fn())] = &[
    ("132", silence_ends_in_504),
    ("133", the_share_of_a_new_target_grows_on_a_straight_line),
    ("165", || {
        for seconds in [29, 901] {
            refused(json!({"slow_start_s": seconds}), "/slow_start_s", "900");
        }
        for routing in ["least_outstanding_requests", "weighted_random"] {
            let both = json!({"slow_start_s": 60, "routing": routing});
            refused(both, "/slow_start_s", "round_robin only");
        }
        for seconds in [0, 30, 900] {
            assert!(with(json!({"slow_start_s": seconds})).is_ok());
        }
    }),
    ("166", || {
        let both = json!({"routing": "weighted_random", "stickiness": {"type": "lb_cookie"}});
        refused(both, "/stickiness", "does not go with stickiness");
    }),
];

fn with(target_group: Value) -> Result<Scenario, Vec<headroom_model::scenario::Fault>> {
    let mut scenario = scenario(4, 50.0, json!({}));
    scenario["service"]["target_group"] = target_group;
    Scenario::from_value(&scenario)
}

fn refused(target_group: Value, place: &str, message: &str) {
    let faults = with(target_group).expect_err("a wrong scenario");
    let told =
        faults.iter().any(|fault| fault.path.ends_with(place) && fault.message.contains(message));
    assert!(told, "{faults:?}");
}

fn silence_ends_in_504() {
    let answer = |is_connected, silent_s| {
        answer_for_silence(is_connected, Micros::from_whole_s(silent_s), IDLE_TIMEOUT)
    };
    let timeout = Some(Answer::GatewayTimeout);
    assert_eq!([answer(true, 59), answer(true, 60)], [None, timeout]);
    assert_eq!([answer(false, 9), answer(false, 10)], [None, timeout]);
    assert_eq!(CONNECT_TIMEOUT, Micros::from_whole_s(10));
}

/// Three targets take 100 requests a second, and a fourth comes. The requests
/// are so long that those in service are all that a target has taken.
fn the_share_of_a_new_target_grows_on_a_straight_line() {
    let mut scenario = scenario(3, 50.0, json!({}));
    scenario["traffic"] = json!({"shape": "steady", "rps": 100, "arrivals": "deterministic"});
    scenario["service"] = json!({
        "task": {"concurrency": 10_000, "queue_limit": null, "cpu_ms_per_request": 0,
            "service_time": {"law": "deterministic", "mean_ms": 10_000_000}},
        "target_group": {"slow_start_s": 60},
    });
    let scenario = Scenario::from_value(&scenario).expect("a right scenario");
    let mut plane = Exact::new(&scenario);
    let mut targets = TargetGroup::new(scenario.service.target_group);
    let mut sample = Sample::default();
    let at = Micros::from_whole_s;
    (0..3).for_each(|task| targets.is_there(TaskId(task)));
    targets.route(Micros::ZERO, &mut plane);
    plane.advance(at(60), &mut sample);
    targets.first_check_passed(at(60), TaskId(3), at(30), 1.0);
    targets.route(at(60), &mut plane);
    let mut taken = |until_s: u64| {
        let before = [2, 3].map(|task| plane.peak_in_service(TaskId(task)));
        plane.advance(at(until_s), &mut sample);
        let after = [2, 3].map(|task| plane.peak_in_service(TaskId(task)));
        (after[1] - before[1]) / (after[0] - before[0])
    };
    for (until_s, share) in [(70, 5.0), (80, 15.0), (90, 25.0), (100, 35.0), (110, 45.0)] {
        let actual = taken(until_s);
        assert!((actual - share / 60.0).abs() < 0.01, "{actual} at {until_s}");
    }
    taken(120);
    assert!((taken(150) - 1.0).abs() < 0.01, "as many as the others");
}
