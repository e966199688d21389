//! The service scheduler: deployments, replacement, throttle.

use headroom_model::ecs::{
    Configuration, Threshold, balanced, healthy_without_checks, throttle_delay, utilization_percent,
};
use headroom_model::scenario::Scenario;
use headroom_model::time::Micros;
use headroom_model::trace::{Outcome, RolloutState, Trace};
use serde_json::{Value, json};

use super::{outcomes, play, scenario, served};

pub(crate) const CASES: &[(&str, fn())] = &[
    ("68", || a_deployment_holds_scale_in_only(10.0, Outcome::Deploying, 4)),
    ("69", || a_deployment_holds_scale_in_only(100.0, Outcome::ScaledOut, 8)),
    ("111", || stop_first(4, 50, 100, 2)),
    ("112", || stop_first(2, 75, 200, 0)),
    ("114", || assert_eq!([1, 25, 400, 800].map(by_default), [3, 13, 200, 200])),
    ("115", || {
        assert_eq!(Threshold::UnboundedPercent(50).tasks(800), 400);
        assert_eq!(Threshold::Count(5).tasks(800), 5);
    }),
    ("117", without_room_the_old_task_stops_first),
    ("119", tasks_are_spread_over_the_zones),
    ("120", failing_starts_are_throttled),
    ("121", a_task_that_exits_is_not_throttled),
    ("122", protection_lasts_120_minutes),
    ("135", || {
        let percent = [2048.0, 128.0].map(|used| utilization_percent(used, 512.0));
        assert_eq!(percent, [400.0, 25.0]);
    }),
    ("137", || {
        let at = Micros::from_whole_s;
        assert_eq!(healthy_without_checks(at(100)), at(140));
    }),
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
    ("168", || {
        for minutes in [0, 2881] {
            let protection =
                json!({"at_s": 0, "kind": "protect_tasks", "expires_in_minutes": minutes});
            refused("/events", json!([protection]), "from 1 to 2880");
        }
    }),
    ("170", || {
        for timeout_s in [1, 121] {
            refused("/service/task", json!({"stop_timeout_s": timeout_s}), "from 2 to 120");
        }
    }),
    ("174", || {
        let mut scenario = scenario(4, 50.0, json!({}));
        scenario["service"]["deployment"] =
            json!({"minimum_healthy_percent": 50, "maximum_percent": 100});
        assert!(Scenario::from_value(&scenario).is_ok(), "off, if nobody asks for it");
        scenario["service"]["availability_zone_rebalancing"] = json!(true);
        let faults = Scenario::from_value(&scenario).expect_err("a wrong scenario");
        assert!(faults[0].message.contains("above 100"), "{faults:?}");
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

/// How many of `count` tasks stop in the instant in which a deployment begins.
fn stop_first(count: u32, least: u32, most: u32, expected: u32) {
    assert_eq!(percentages(least, most).may_stop(count, count), expected);
    let trace = served(&json!({
        "duration_s": 300,
        "traffic": {"shape": "steady", "rps": 0},
        "service": {
            "desired_count": count,
            "deployment": {"minimum_healthy_percent": least, "maximum_percent": most},
        },
        "events": [{"at_s": 60, "kind": "deployment"}],
    }));
    let begin = Some(Micros::from_whole_s(60));
    let first = trace.tasks.iter().filter(|task| task.draining == begin);
    assert_eq!(first.count() as u32, expected);
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

/// Running tasks by zone at an instant [s].
fn by_zone(trace: &Trace, at_s: u64, zones: usize) -> Vec<u32> {
    let at = Micros::from_whole_s(at_s);
    let mut counts = vec![0; zones];
    for task in &trace.tasks {
        let runs = task.running.is_some_and(|running| running <= at);
        if runs && task.draining.or(task.stopped).is_none_or(|end| end > at) {
            counts[task.zone as usize] += 1;
        }
    }
    counts
}

/// A zone fails, its tasks start in the others, and come back one by one when
/// the zone does: each is healthy before another stops.
fn tasks_are_spread_over_the_zones() {
    assert_eq!([balanced(3, 2), balanced(5, 3)], [vec![1, 2], vec![1, 2, 2]]);
    for (tasks, zones) in [(3, 2), (5, 3)] {
        let play = |rebalancing: bool| {
            served(&json!({
                "duration_s": 3600,
                "traffic": {"shape": "steady", "rps": 1},
                "service": {"desired_count": tasks, "availability_zones": zones,
                    "availability_zone_rebalancing": rebalancing},
                "events": [
                    {"at_s": 60, "kind": "availability_zone_failure", "zone": 0, "for_s": 600}],
            }))
        };
        let zones = zones as usize;
        let sorted = |trace: &Trace, at_s| {
            let mut counts = by_zone(trace, at_s, zones);
            counts.sort_unstable();
            counts
        };
        let trace = play(true);
        assert_eq!(sorted(&trace, 0), balanced(tasks, zones as u32));
        assert_eq!(by_zone(&trace, 600, zones)[0], 0);
        assert_eq!(by_zone(&trace, 600, zones).iter().sum::<u32>(), tasks);
        assert_eq!(sorted(&trace, 3599), balanced(tasks, zones as u32));
        let healthy = trace.minutes[10..].iter().map(|minute| minute.running).min();
        assert_eq!(healthy, Some(tasks), "start first");
        assert_eq!(by_zone(&play(false), 3599, zones)[0], 0, "nothing moves by itself");
    }
}

/// Two of four tasks are protected when the count is set to one.
fn protection_lasts_120_minutes() {
    let trace = served(&json!({
        "duration_s": 9000,
        "traffic": {"shape": "steady", "rps": 1},
        "service": {"desired_count": 4},
        "events": [
            {"at_s": 60, "kind": "protect_tasks", "count": 2},
            {"at_s": 120, "kind": "set_desired", "desired_count": 1}],
    }));
    let draining = trace.tasks.iter().map(|task| task.draining.map(Micros::as_s));
    let expected = [None, Some(60.0 + 7200.0), Some(120.0), Some(120.0)];
    assert_eq!(draining.collect::<Vec<_>>(), expected);
}
