//! What has a time of its own: scheduled actions, forecasts, suspension.

use headroom_model::autoscaling::{Schedule, Window};
use headroom_model::scenario::Scenario;
use headroom_model::time::Micros;
use headroom_model::trace::{Outcome, Trace};
use serde_json::{Value, json};

use super::{outcomes, play, rejected, scenario};

pub(crate) const CASES: &[(&str, fn())] = &[
    ("46", no_cooldown_holds_a_scheduled_action),
    ("51", a_failed_activity_begins_no_cooldown),
    ("67", any_registration_pulls_the_count_inside_the_bounds),
    ("70", what_was_suspended_goes_on_when_it_is_resumed),
    ("72", nothing_scales_a_target_that_was_deregistered),
    ("87", || acts(2, &json!({"MinCapacity": 3, "MaxCapacity": 10}), 3, Outcome::ScaledOut)),
    ("89", || acts(5, &json!({"MinCapacity": 3, "MaxCapacity": 10}), 5, Outcome::NoChange)),
    ("90", || acts(7, &json!({"MinCapacity": 0, "MaxCapacity": 0}), 0, Outcome::ScaledIn)),
    ("92", || acts(7, &json!({"MinCapacity": 12}), 7, Outcome::Failed)),
    ("93", the_bounds_outlast_the_action),
    ("94", it_acts_at_its_start_and_then_by_cron),
    ("96", || at("cron(0 18 ? * MON-FRI *)", Some("Etc/GMT+9"), "2026-01-05T00:00:00Z", 27 * 3600)),
    ("97", || {
        at("at(2021-01-31T17:00:00)", Some("America/New_York"), "2021-01-31T00:00:00Z", 22 * 3600);
    }),
    ("98", || {
        at("cron(0 9 * * ? *)", Some("America/New_York"), "2026-01-05T00:00:00Z", 14 * 3600);
        at("cron(0 9 * * ? *)", Some("America/New_York"), "2026-07-06T00:00:00Z", 13 * 3600);
    }),
    ("100", || {
        let action = json!({"Schedule": "cron(1/10 * * * ? *)"});
        let minutes: Vec<_> = times(action, "2026-01-05T00:00:00Z").into_iter().take(7).collect();
        assert_eq!(minutes, [1, 11, 21, 31, 41, 51, 61].map(|minute| minute * 60));
    }),
    ("102", || refused(json!({"Schedule": "cron(0 9 1 * MON *)"}), "?")),
    ("104", || forecast(json!({}), 5, 8, Some((35_700.0, 8)))),
    ("105", || forecast(json!({}), 12, 8, None)),
    ("106", || forecast(json!({"Mode": "ForecastOnly"}), 5, 8, None)),
    ("107", || {
        forecast(
            json!({"MaxCapacityBreachBehavior": "HonorMaxCapacity"}),
            5,
            50,
            Some((35_700.0, 40)),
        );
    }),
    ("109", the_larger_of_tracking_and_forecast_counts),
    ("110", without_a_forecast_nothing_happens),
    ("155", || {
        refused(
            json!({"ScalableTargetAction": {}}),
            "At least one of minimum capacity and maximum capacity should be provided",
        );
    }),
    ("157", || {
        let long = "x".repeat(257);
        for name in ["a/b", "a:b", " a", &long] {
            refused(json!({"ScheduledActionName": name}), "a name");
        }
    }),
    ("160", || {
        predictive_refused(json!({"SchedulingBufferTime": 3601}), "from 0 to 3600");
        predictive_refused(
            json!({"MaxCapacityBreachBehavior": "IncreaseMaxCapacity", "MaxCapacityBuffer": 101}),
            "from 0 to 100",
        );
    }),
    ("161", || {
        predictive_refused(json!({"MaxCapacityBuffer": 10}), "goes with IncreaseMaxCapacity");
        predictive_refused(
            json!({"MaxCapacityBreachBehavior": "IncreaseMaxCapacity"}),
            "requires a MaxCapacityBuffer",
        );
    }),
    ("172", || refused(json!({"Schedule": "cron(10 8 ? * MON-FRI)"}), "six")),
];

fn action(settings: Value) -> Value {
    let mut action = json!({
        "ScheduledActionName": "evening", "Schedule": "at(2026-01-05T07:31:00)",
        "ScalableTargetAction": {"MinCapacity": 1},
    });
    super::merge(&mut action, settings);
    action
}

/// Bounds of 1 to 10 and an action a minute after the start.
fn acting(count: u32, settings: Value) -> Value {
    let mut scenario = scenario(count, 50.0, json!({"MaxCapacity": 10}));
    scenario["autoscaling"]["ScheduledActions"] = json!([action(settings)]);
    scenario
}

fn acts(count: u32, bounds: &Value, expected: u32, outcome: Outcome) {
    let trace = play(&acting(count, json!({"ScalableTargetAction": bounds})), &[48.0; 3]);
    let [decision] = &trace.decisions[..] else { panic!("one decision") };
    assert_eq!((decision.t_s, decision.policy.as_str(), decision.metric), (60.0, "evening", None));
    assert_eq!((decision.desired_after, decision.outcome), (expected, outcome));
}

/// A scale-out at 180 s, and within its cooldown an action that wants 20.
fn no_cooldown_holds_a_scheduled_action() {
    let settings = json!({
        "Schedule": "at(2026-01-05T07:34:00)", "ScalableTargetAction": {"MinCapacity": 20},
    });
    let mut scenario = acting(10, settings);
    scenario["autoscaling"]["ScalableTarget"]["MaxCapacity"] = json!(50);
    let trace = play(&scenario, &[60.0, 60.0, 60.0, 50.0, 50.0]);
    let expected = [(180.0, Outcome::ScaledOut, 12), (240.0, Outcome::ScaledOut, 20)];
    assert_eq!(outcomes(&trace), expected);
}

fn any_registration_pulls_the_count_inside_the_bounds() {
    let mut scenario = scenario(2, 50.0, json!({"MinCapacity": 5}));
    scenario["events"] = json!([{
        "at_s": 30, "kind": "register_scalable_target",
        "SuspendedState": {"DynamicScalingInSuspended": true},
    }]);
    assert_eq!(play(&scenario, &[48.0]).tasks.len(), 5);
}

/// ECS rejects the scale-out at 180 s; a minute later it goes through whole,
/// for no cooldown runs.
fn a_failed_activity_begins_no_cooldown() {
    let mut scenario = scenario(4, 50.0, json!({}));
    scenario["events"] = json!([{"at_s": 170, "kind": "reject_updates", "for_s": 20}]);
    let trace = play(&scenario, &[75.0; 4]);
    let expected = [(180.0, Outcome::Failed, 4), (240.0, Outcome::ScaledOut, 6)];
    assert_eq!(outcomes(&trace), expected);
}

fn nothing_scales_a_target_that_was_deregistered() {
    let settings = json!({"ScalableTargetAction": {"MinCapacity": 9}});
    let mut scenario = acting(4, settings);
    scenario["events"] = json!([{"at_s": 30, "kind": "deregister_scalable_target"}]);
    assert_eq!(play(&scenario, &[100.0; 10]).decisions, []);
}

fn what_was_suspended_goes_on_when_it_is_resumed() {
    let bounds = json!({"SuspendedState": {"DynamicScalingInSuspended": true}});
    let mut scenario = scenario(10, 50.0, bounds);
    scenario["events"] = json!([{"at_s": 1010, "kind": "resume", "process": "DynamicScalingIn"}]);
    let trace = play(&scenario, &[30.0; 17]);
    let expected = [
        (900.0, Outcome::Suspended, 10),
        (960.0, Outcome::Suspended, 10),
        (1020.0, Outcome::ScaledIn, 6),
    ];
    assert_eq!(outcomes(&trace), expected);
}

/// After the action's EndTime its minimum is still there: the count stays.
fn the_bounds_outlast_the_action() {
    let settings = json!({
        "Schedule": "cron(31 * * * ? *)", "EndTime": "2026-01-05T07:32:00Z",
        "ScalableTargetAction": {"MinCapacity": 6},
    });
    let trace = play(&acting(4, settings), &[30.0; 70]);
    assert_eq!(outcomes(&trace)[0], (60.0, Outcome::ScaledOut, 6));
    let acted = trace.decisions.iter().filter(|decision| decision.policy == "evening");
    assert_eq!(acted.count(), 1, "not again an hour later");
    let last = trace.decisions.last().expect("called every minute");
    assert_eq!((last.outcome, last.desired_after), (Outcome::AtMin, 6));
}

fn it_acts_at_its_start_and_then_by_cron() {
    let settings = json!({"Schedule": "cron(0 * * * ? *)", "StartTime": "2026-01-05T00:10:30Z"});
    let times = times(settings, "2026-01-05T00:00:00Z");
    assert_eq!(times[..3], [630, 3600, 7200]);
}

/// When an action acts within 14 days [s since the start].
fn times(settings: Value, start: &str) -> Vec<u64> {
    let mut scenario = acting(4, settings);
    (scenario["start"], scenario["duration_s"]) = (json!(start), json!(14 * 86_400));
    let scenario = Scenario::from_value(&scenario).expect("right");
    let actions = scenario.autoscaling.expect("a scalable target").scheduled_actions;
    actions[0].at.iter().map(|at| at.0 / Micros::SECOND.0).collect()
}

fn at(schedule: &str, timezone: Option<&str>, start: &str, expected_s: u64) {
    let mut settings = json!({"Schedule": schedule});
    if let Some(timezone) = timezone {
        settings["Timezone"] = json!(timezone);
    }
    assert_eq!(times(settings, start)[0], expected_s, "{schedule}");
}

fn refused(settings: Value, message: &str) {
    rejected("/ScheduledActions", json!([action(settings)]), message);
}

/// Ten hours from midnight; the forecast is for ten o'clock.
fn predicting(settings: Value, count: u32, capacity: u32) -> Value {
    let mut config = json!({
        "MetricSpecifications": [{
            "TargetValue": 50.0,
            "PredefinedMetricPairSpecification": {"PredefinedMetricType": "ECSServiceCPUUtilization"},
        }],
        "Mode": "ForecastAndScale",
    });
    super::merge(&mut config, settings);
    let mut scenario = scenario(count, 50.0, json!({"MaxCapacity": 40}));
    let policies = scenario["autoscaling"]["ScalingPolicies"].as_array_mut().expect("a list");
    policies.push(json!({
        "PolicyName": "ahead", "PolicyType": "PredictiveScaling",
        "PredictiveScalingPolicyConfiguration": config,
    }));
    scenario["start"] = json!("2026-01-05T00:00:00Z");
    scenario["forecast"] = json!({"ahead": [[36_000, capacity]]});
    scenario
}

/// The first decision that moves the desired count, on a metric that calls nothing.
fn forecast(settings: Value, count: u32, capacity: u32, expected: Option<(f64, u32)>) {
    let trace = play(&predicting(settings, count, capacity), &[48.0; 610]);
    let moved = trace.decisions.iter().find(|d| d.desired_before != d.desired_after);
    assert_eq!(moved.map(|decision| (decision.t_s, decision.desired_after)), expected);
}

/// The forecast for ten o'clock is 8; target tracking wants 10 at ten, and
/// would later scale in to 2.
fn the_larger_of_tracking_and_forecast_counts() {
    let mut points = vec![48.0; 597];
    points.extend([62.5; 3]);
    points.extend([10.0; 20]);
    let trace = play(&predicting(json!({}), 5, 8), &points);
    let moves = |trace: &Trace| {
        let moved = trace.decisions.iter().filter(|d| d.desired_before != d.desired_after);
        moved.map(|decision| (decision.t_s, decision.desired_after)).collect::<Vec<_>>()
    };
    assert_eq!(moves(&trace), [(35_700.0, 8), (36_000.0, 10), (36_900.0, 8)]);
    assert!(trace.decisions.last().expect("decisions").reason.contains("the forecast asks for 8"));
}

fn without_a_forecast_nothing_happens() {
    let mut scenario = predicting(json!({}), 5, 8);
    scenario["forecast"] = json!({});
    assert_eq!(play(&scenario, &[48.0; 610]).decisions, []);
}

fn predictive_refused(settings: Value, message: &str) {
    let faults = Scenario::from_value(&predicting(settings, 5, 8)).expect_err("wrong");
    let told = |fault: &headroom_model::scenario::Fault| {
        fault.message.contains("ValidationException") && fault.message.contains(message)
    };
    assert!(faults.iter().any(told), "{faults:?}");
}

#[test]
fn a_forecast_can_raise_the_maximum_for_good() {
    let increase =
        json!({"MaxCapacityBreachBehavior": "IncreaseMaxCapacity", "MaxCapacityBuffer": 10});
    let trace = play(&predicting(increase, 5, 50), &[48.0; 610]);
    let decision = &trace.decisions[0];
    assert_eq!(decision.desired_after, 50);
    assert!(decision.reason.contains("MaxCapacity is raised to 55"), "{}", decision.reason);
}

#[test]
fn a_suspended_schedule_does_nothing() {
    let mut scenario = acting(2, json!({"ScalableTargetAction": {"MinCapacity": 5}}));
    scenario["autoscaling"]["ScalableTarget"]["SuspendedState"] =
        json!({"ScheduledScalingSuspended": true});
    assert_eq!(outcomes(&play(&scenario, &[48.0])), [(60.0, Outcome::Suspended, 2)]);
}

#[test]
fn a_schedule_ends_with_its_window() {
    let schedule = Schedule::parse("rate(1 hour)", None).expect("right");
    let window = Window::new(0, None, Some(7200)).expect("right");
    let times: Vec<_> = schedule.occurrences(window, 0..=36_000).collect();
    assert_eq!(times, [0, 3600, 7200]);
}

#[test]
fn suspended_scale_out_does_not_hold_a_forecast() {
    let mut scenario = predicting(json!({}), 5, 8);
    scenario["autoscaling"]["ScalableTarget"]["SuspendedState"] =
        json!({"DynamicScalingOutSuspended": true});
    let trace = play(&scenario, &[48.0; 610]);
    assert_eq!(outcomes(&trace), [(35_700.0, Outcome::ScaledOut, 8)]);
}

#[test]
fn decisions_of_one_instant_have_the_same_counts() {
    let settings = json!({
        "Schedule": "at(2026-01-05T07:33:00)", "ScalableTargetAction": {"MinCapacity": 6},
    });
    let trace = play(&acting(4, settings), &[60.0; 3]);
    let counts = trace.decisions.iter().map(|d| (d.desired_before, d.desired_after, d.running));
    assert_eq!(counts.collect::<Vec<_>>(), [(4, 8, 4), (4, 8, 6)], "4 to 6 to 6 x 60 / 50");
}

#[test]
fn an_action_overrides_a_scale_out_that_is_not_fulfilled() {
    let settings = json!({
        "Schedule": "at(2026-01-05T07:34:00)", "ScalableTargetAction": {"MinCapacity": 8},
    });
    let mut scenario = acting(4, settings);
    scenario["service"]["startup"] = json!({"provision_s": 120});
    let mut points = vec![60.0; 3];
    points.extend([48.0; 5]);
    let trace = play(&scenario, &points);
    let expected = [(180.0, Outcome::ScaledOut, 5), (240.0, Outcome::ScaledOut, 8)];
    assert_eq!(outcomes(&trace), expected);
    assert!(trace.watches.iter().all(|watch| watch.scale_out_cooldown_until_s.is_none()));
}

#[test]
fn a_forecast_holds_what_the_bounds_of_the_moment_allow() {
    let mut scenario = predicting(json!({}), 5, 8);
    scenario["autoscaling"]["ScalableTarget"]["MaxCapacity"] = json!(6);
    scenario["events"] = json!([
        {"at_s": 35_760, "kind": "register_scalable_target", "MaxCapacity": 40},
        {"at_s": 35_765, "kind": "set_desired", "desired_count": 9},
    ]);
    let mut points = vec![48.0; 597];
    points.extend([10.0; 15]);
    let trace = play(&scenario, &points);
    let expected = [(35_700.0, Outcome::ScaledOut, 6), (36_720.0, Outcome::ScaledIn, 8)];
    assert_eq!(outcomes(&trace), expected);
}

#[test]
fn a_forecast_above_the_maximum_is_told_from_one_that_is_met() {
    let at =
        |count, capacity| outcomes(&play(&predicting(json!({}), count, capacity), &[48.0; 600]));
    assert_eq!(at(40, 50), [(35_700.0, Outcome::AtMax, 40)]);
    assert_eq!(at(40, 30), [(35_700.0, Outcome::NoChange, 40)]);
}

#[test]
fn the_forecast_in_force_at_the_start_acts_then() {
    let mut scenario = predicting(json!({"SchedulingBufferTime": 600}), 3, 0);
    scenario["forecast"] = json!({"ahead": [[0, 20], [600, 5]]});
    assert_eq!(outcomes(&play(&scenario, &[48.0])), [(0.0, Outcome::ScaledOut, 5)]);
}

#[test]
fn an_alarm_calls_its_policy_while_there_are_no_tasks() {
    let trace = play(&scenario(0, 50.0, json!({"MinCapacity": 0})), &[10.0; 16]);
    assert_eq!(outcomes(&trace), [(900.0, Outcome::NoChange, 0), (960.0, Outcome::NoChange, 0)]);
}
