//! The service scheduler: deployments, replacement, throttle.

use headroom_model::ecs::{Configuration, Threshold, throttle_delay};
use headroom_model::scenario::Scenario;
use headroom_model::time::Micros;
use headroom_model::trace::{Outcome, RolloutState, Trace};
use serde_json::{Value, json};

use super::{outcomes, play, scenario, served};

pub(crate) const CASES: &[(&str, fn())] = &[
    ("68", || a_deployment_holds_scale_in_only(10.0, Outcome::Deploying, 4)),
    ("69", || a_deployment_holds_scale_in_only(100.0, Outcome::ScaledOut, 8)),
    ("111", || assert_eq!(percentages(50, 200).may_stop(4, 4), 2)),
    ("112", || assert_eq!(percentages(75, 200).may_stop(2, 2), 0)),
    ("114", || assert_eq!([1, 25, 400, 800].map(by_default), [3, 13, 200, 200])),
    ("115", || {
        assert_eq!(Threshold::UnboundedPercent(50).tasks(800), 400);
        assert_eq!(Threshold::Count(5).tasks(800), 5);
    }),
    ("117", without_room_the_old_task_stops_first),
    ("120", failing_starts_are_throttled),
    ("121", a_task_that_exits_is_not_throttled),
    ("164", a_count_below_min_is_accepted),
    ("169", || {
        for value in [0, 101] {
            refused(
                "/service/deployment",
                json!({"circuit_breaker": {"threshold": {"value": value}}}),
                "from 1 to 100",
            );
        }
    }),
];

/// A service setting is refused with such a message.
fn refused(pointer: &str, value: Value, message: &str) {
    let mut scenario = scenario(4, 50.0, json!({}));
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    scenario.pointer_mut(parent).expect("a parent")[name] = value;
    let faults = Scenario::from_value(&scenario).expect_err("a wrong scenario");
    let told = |fault: &headroom_model::scenario::Fault| {
        fault.path.starts_with(pointer) && fault.message.contains(message)
    };
    assert!(faults.iter().any(told), "{faults:?}");
}

fn percentages(minimum_healthy_percent: u32, maximum_percent: u32) -> Configuration {
    Configuration { minimum_healthy_percent, maximum_percent, circuit_breaker: None }
}

fn by_default(desired: u32) -> u32 {
    Threshold::BoundedPercent(50).tasks(desired)
}

/// Four tasks, and a deployment that is never completed, since its tasks never
/// run: so four are the base of the formula.
fn a_deployment_holds_scale_in_only(metric: f64, outcome: Outcome, expected: u32) {
    let mut scenario = scenario(4, 50.0, json!({}));
    scenario["service"]["startup"] = json!({"provision_s": 5});
    scenario["events"] = json!([{"at_s": 30, "kind": "deployment", "fails": "before_running"}]);
    let trace = play(&scenario, &[metric; 15]);
    let (_, first, desired) = outcomes(&trace)[0];
    assert_eq!((first, desired), (outcome, expected));
}

/// Two of four tasks fail their checks; with a maximum of 100 % one stops, and
/// the other only when the first one's replacement is healthy.
fn without_room_the_old_task_stops_first() {
    let trace = served(&json!({
        "duration_s": 1200,
        "traffic": {"shape": "steady", "rps": 1},
        "service": {"desired_count": 4, "deployment":
            {"minimum_healthy_percent": 50, "maximum_percent": 100}},
        "events": [{"at_s": 1, "kind": "health_check_failure", "count": 2, "for_s": 1200}],
    }));
    let [first, second, _, _, new, newer] = &trace.tasks[..] else { panic!("two replacements") };
    assert_eq!(first.draining, Some(new.created));
    assert_eq!(second.draining, new.serving);
    assert_eq!(second.draining, Some(newer.created));
}

fn failing(fails: &str, duration_s: u32, more: &Value) -> Trace {
    let mut events = vec![json!({"at_s": 100, "kind": "deployment", "fails": fails})];
    events.extend(more.as_array().expect("a list").iter().cloned());
    served(&json!({
        "duration_s": duration_s,
        "traffic": {"shape": "steady", "rps": 0},
        "service": {"desired_count": 1, "startup": {"provision_s": 5}},
        "events": events,
    }))
}

/// When tasks of a revision were created [s].
fn created(trace: &Trace, revision: u32) -> Vec<u64> {
    let tasks = trace.tasks.iter().filter(|task| task.revision == revision);
    tasks.map(|task| task.created.0 / Micros::SECOND.0).collect()
}

fn failing_starts_are_throttled() {
    let trace = failing("before_running", 12_000, &json!([{"at_s": 9000, "kind": "deployment"}]));
    let starts = created(&trace, 1);
    let waits: Vec<_> = starts.windows(2).map(|pair| pair[1] - pair[0] - 5).collect();
    assert!(waits.is_sorted() && waits.len() > 8, "{waits:?}");
    assert_eq!(waits.last(), Some(&(27 * 60)), "27 minutes at most");
    assert_eq!(created(&trace, 2), [9000], "a new task definition starts at once");
    assert_eq!(trace.deployments[1].state, RolloutState::Completed);
    assert!((0..99).all(|failures| throttle_delay(failures) <= Micros::from_whole_s(27 * 60)));
}

fn a_task_that_exits_is_not_throttled() {
    let trace = failing("exit", 1000, &json!([]));
    let starts = created(&trace, 1);
    assert!(starts.len() > 50 && starts.windows(2).all(|pair| pair[1] - pair[0] == 15));
}

fn a_count_below_min_is_accepted() {
    let mut scenario = scenario(4, 50.0, json!({"MinCapacity": 3}));
    scenario["events"] = json!([{"at_s": 30, "kind": "set_desired", "desired_count": 1}]);
    let trace = play(&scenario, &[48.0; 2]);
    let running = trace.tasks.iter().filter(|task| task.draining.is_none());
    assert_eq!(running.count(), 1);
}
