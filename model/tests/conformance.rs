//! The behaviour of AWS, case by case.
//!
//! `reference/aws_conformance.csv` lists what AWS documents, with sources. A
//! row is played here under its id, or stands in [`OF_DOCUMENTS`]; no row may
//! be in neither.

#[path = "conformance/alb.rs"]
mod alb;
#[path = "conformance/ecs.rs"]
mod ecs;
#[path = "conformance/missing.rs"]
mod missing;
#[path = "conformance/resolution.rs"]
mod resolution;
#[path = "conformance/step.rs"]
mod step;
#[path = "conformance/time.rs"]
mod time;

use std::collections::BTreeMap;

use headroom_model::cloudwatch::{Metrics, Series};
use headroom_model::scenario::{Metric, Scenario};
use headroom_model::time::Micros;
use headroom_model::trace::{AlarmState, Outcome, Station, Trace};
use headroom_model::{replay, simulate};
use serde_json::{Value, json};

/// Rows about documents alone; they are played where documents are read, in
/// `aws/tests/rejected.rs`.
const OF_DOCUMENTS: &[&str] = &["103", "159"];

const CASES: &[(&str, fn())] = &[
    ("1", || out(10, 150.0, 100.0, 15)),
    ("2", || out(3, 75.0, 50.0, 5)),
    ("4", || stays_low(4, 43.75, 50.0)),
    ("6", || out(10, 50.5, 50.0, 11)),
    ("8", || stays_low(2, 30.0, 50.0)),
    ("10", || stays_low(1, 10.0, 50.0)),
    ("11", || out(4, 100.0, 70.0, 6)),
    ("13", || out(10, 400.0, 50.0, 80)),
    ("14", || low(100, 44.0, 50.0, 88)),
    ("15", || out(25, 56.0, 50.0, 28)),
    ("17", running_is_the_base),
    ("18", a_stuck_scale_out_can_be_exceeded),
    ("19", one_datapoint_wakes_a_service_without_tasks),
    ("20", nothing_wakes_it_without_load),
    ("21", || low_with(json!({"MinCapacity": 0}), 5, 0.0, 50.0, 0)),
    ("22", || low(5, 0.0, 50.0, 1)),
    ("23", a_saturated_metric_grows_by_steps),
    ("24", the_alarms_of_target_tracking),
    ("26", || nothing_ever_happens(4, 50.0, 50.0, 60)),
    ("27", || nothing_ever_happens(4, 45.0, 50.0, 60)),
    ("28", || nothing_ever_happens(20, 46.0, 50.0, 600)),
    ("31", scale_in_can_be_disabled),
    ("33", a_metric_that_stops_is_no_evidence),
    ("34", the_policy_is_called_every_minute_in_alarm),
    ("40", || scale_in_cooldown(299, Outcome::InCooldown)),
    ("42", || scale_in_cooldown(300, Outcome::ScaledIn)),
    ("43", scale_out_does_not_wait_for_a_scale_in_cooldown),
    ("45", scale_in_does_not_wait_for_a_scale_out_cooldown),
    ("47", || credit(60.0, 6, Outcome::InCooldown)),
    ("48", || credit(100.0, 10, Outcome::ScaledOut)),
    ("49", both_cooldowns_are_300_s_by_default),
    ("52", the_cooldown_starts_at_completion),
    ("54", the_largest_capacity_wins),
    ("56", all_must_agree_to_scale_in),
    ("60", a_result_above_max_is_held),
    ("61", || low_with(json!({"MinCapacity": 2}), 3, 10.0, 50.0, 2)),
    ("63", || low_with(json!({"MinCapacity": 12, "MaxCapacity": 50}), 4, 10.0, 50.0, 4)),
    ("65", desired_above_max_is_not_raised),
    ("66", registering_pulls_the_count_inside_the_bounds),
    ("116", a_replacement_starts_first),
    ("124", one_passed_check_is_enough_for_a_new_target),
    ("125", a_target_fails_its_checks_and_recovers),
    ("126", a_target_fails_its_checks_and_recovers),
    ("128", without_targets_requests_are_refused),
    ("129", a_request_longer_than_the_delay_fails),
    ("130", a_target_without_requests_drains_for_the_whole_delay),
    ("138", || {
        rejected(
            "/ScalableTarget",
            json!({"MinCapacity": 5, "MaxCapacity": 2}),
            "Maximum capacity cannot be less than minimum capacity",
        );
    }),
    ("139", || rejected("/ScalableTarget", json!({"MinCapacity": 5}), "MaxCapacity is required")),
    ("140", || rejected("/ScalableTarget/MinCapacity", json!(-1), "less than 0")),
    ("141", || {
        rejected(
            "/ScalingPolicies/0/TargetTrackingScalingPolicyConfiguration/TargetValue",
            json!(1e200),
            "2^360",
        );
    }),
    ("142", || {
        rejected(
            "/ScalingPolicies/0/TargetTrackingScalingPolicyConfiguration/TargetValue",
            json!(0),
            "above 0",
        );
    }),
    ("143", resource_labels_go_with_load_balancer_metrics),
    ("144", || {
        rejected(
            "/ScalingPolicies/0/TargetTrackingScalingPolicyConfiguration/CustomizedMetricSpecification",
            json!({"MetricName": "x"}),
            "not both",
        );
    }),
    ("145", one_policy_for_a_metric),
];

#[test]
fn aws_is_followed_case_by_case() {
    let file = include_str!("reference/aws_conformance.csv");
    let mut reader = csv::Reader::from_reader(file.as_bytes());
    let mut rows: BTreeMap<String, String> = BTreeMap::new();
    for row in reader.records() {
        let row = row.expect("the reference file is CSV");
        rows.insert(row[0].to_owned(), format!("{}: {} {}", &row[1], &row[2], &row[3]));
    }
    let parts = [alb::CASES, ecs::CASES, missing::CASES, step::CASES, time::CASES];
    for (id, case) in CASES.iter().chain(parts.into_iter().flatten()) {
        let row = rows.remove(*id).unwrap_or_else(|| panic!("no row {id}"));
        println!("{id} {row}");
        case();
    }
    for id in OF_DOCUMENTS {
        assert!(rows.remove(*id).is_some(), "no row {id}, or it is played here");
    }
    assert!(rows.is_empty(), "not played: {rows:#?}");
}

// --- Playing a service on recorded metrics ---------------------------------

/// A service of `count` tasks that start at once, and one policy on CPU.
fn scenario(count: u32, target: f64, target_settings: Value) -> Value {
    let mut value = json!({
        "traffic": {"shape": "steady", "rps": 0},
        "service": {"desired_count": count, "startup": {}},
        "autoscaling": {
            "ScalableTarget": {"MinCapacity": 1, "MaxCapacity": 1000},
            "ScalingPolicies": [policy("cpu", "ECSServiceAverageCPUUtilization", target)],
        },
    });
    merge(&mut value["autoscaling"]["ScalableTarget"], target_settings);
    value
}

fn policy(name: &str, metric: &str, target: f64) -> Value {
    let mut specification = json!({"PredefinedMetricType": metric});
    if metric.starts_with("ALB") {
        specification["ResourceLabel"] = json!("app/lb/1/targetgroup/tg/2");
    }
    json!({
        "PolicyName": name, "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration":
            {"TargetValue": target, "PredefinedMetricSpecification": specification},
    })
}

fn settings(scenario: &mut Value) -> &mut Value {
    &mut scenario["autoscaling"]["ScalingPolicies"][0]["TargetTrackingScalingPolicyConfiguration"]
}

fn merge(into: &mut Value, with: Value) {
    if let (Value::Object(into), Value::Object(with)) = (into, with) {
        into.extend(with);
    }
}

/// Plays datapoints of periods 1, 2, …; NaN is a missing one.
fn play(scenario: &Value, cpu: &[f64]) -> Trace {
    play_all(scenario, &[(Metric::Cpu, cpu)])
}

fn play_all(scenario: &Value, metrics: &[(Metric, &[f64])]) -> Trace {
    let scenario = Scenario::from_value(scenario).expect("a right scenario");
    let mut all = Metrics::new();
    let mut end = Micros::ZERO;
    for (metric, values) in metrics {
        let series = all.entry(metric.clone()).or_insert_with(|| Series::new(metric.period()));
        for (number, value) in (1..).zip(*values) {
            end = Micros(number * metric.period().0);
            series.publish(end, (!value.is_nan()).then_some(*value));
        }
    }
    replay(&scenario, all, end)
}

fn desired_at_end(trace: &Trace, before: u32) -> u32 {
    trace.decisions.last().map_or(before, |decision| decision.desired_after)
}

fn out(count: u32, metric: f64, target: f64, expected: u32) {
    let trace = play(&scenario(count, target, json!({})), &[metric; 3]);
    assert_eq!(desired_at_end(&trace, count), expected);
    assert_eq!(trace.decisions.len(), 1, "two datapoints do not alarm");
}

fn low_with(bounds: Value, count: u32, metric: f64, target: f64, expected: u32) {
    let trace = play(&scenario(count, target, bounds), &[metric; 15]);
    assert_eq!(desired_at_end(&trace, count), expected);
    assert_eq!(trace.decisions.len(), 1, "fourteen datapoints do not alarm");
}

fn low(count: u32, metric: f64, target: f64, expected: u32) {
    low_with(json!({}), count, metric, target, expected);
}

fn stays_low(count: u32, metric: f64, target: f64) {
    low(count, metric, target, count);
}

fn nothing_ever_happens(count: u32, metric: f64, target: f64, minutes: usize) {
    let trace = play(&scenario(count, target, json!({})), &vec![metric; minutes]);
    assert_eq!(trace.decisions, []);
}

fn outcomes(trace: &Trace) -> Vec<(f64, Outcome, u32)> {
    trace.decisions.iter().map(|d| (d.t_s, d.outcome, d.desired_after)).collect()
}

// --- The cases ---------------------------------------------------------------

fn running_is_the_base() {
    let mut scenario = scenario(4, 50.0, json!({}));
    scenario["service"]["startup"] = json!({"provision_s": 600});
    let trace = play(&scenario, &[100.0; 4]);
    assert_eq!(outcomes(&trace), [(180.0, Outcome::ScaledOut, 8), (240.0, Outcome::NoChange, 8)]);
}

fn a_stuck_scale_out_can_be_exceeded() {
    let mut scenario = scenario(4, 50.0, json!({}));
    scenario["service"]["startup"] = json!({"provision_s": 600});
    let trace = play(&scenario, &[100.0, 100.0, 100.0, 120.0]);
    assert_eq!(desired_at_end(&trace, 4), 10);
}

fn one_datapoint_wakes_a_service_without_tasks() {
    let trace = play(&scenario(0, 50.0, json!({"MinCapacity": 0})), &[51.0]);
    assert_eq!(outcomes(&trace), [(60.0, Outcome::ScaledOut, 1)]);
}

fn nothing_wakes_it_without_load() {
    let trace = play(&scenario(0, 50.0, json!({"MinCapacity": 0})), &[50.0, f64::NAN, 0.0]);
    assert_eq!(trace.decisions, []);
}

/// A load that needs 40 tasks at the target, on a metric that ends at 100 %:
/// what each decision asks for, tasks running at once.
fn a_saturated_metric_grows_by_steps() {
    let steps = |target: f64| {
        let (mut count, mut steps) = (4, Vec::new());
        while count < 40 {
            let metric = (40.0 * target / f64::from(count)).min(100.0);
            let trace = play(&scenario(count, target, json!({})), &[metric; 3]);
            count = desired_at_end(&trace, count);
            steps.push(count);
        }
        steps
    };
    assert_eq!(steps(50.0), [8, 16, 32, 40]);
    assert_eq!(steps(70.0), [6, 9, 13, 19, 28, 40]);
    assert_eq!(steps(90.0).len(), 17);
}

fn the_alarms_of_target_tracking() {
    let changes = |metric: f64, minutes| {
        let trace = play(&scenario(4, 70.0, json!({})), &vec![metric; minutes]);
        let alarms = trace.alarms.into_iter().filter(|alarm| alarm.state == AlarmState::Alarm);
        alarms.map(|alarm| (alarm.t_s, alarm.name)).collect::<Vec<_>>()
    };
    let [(at, high)] = &changes(70.1, 3)[..] else { panic!("one alarm") };
    assert!(*at == 180.0 && high.contains("AlarmHigh"));
    assert_eq!(changes(70.0, 60), [], "above, not at, the target");
    let [(at, low)] = &changes(62.9, 15)[..] else { panic!("one alarm") };
    assert!(*at == 900.0 && low.contains("AlarmLow"));
    assert_eq!(changes(63.0, 60), [], "below, not at, 90 % of the target");
}

fn scale_in_can_be_disabled() {
    let mut scenario = scenario(4, 50.0, json!({}));
    settings(&mut scenario)["DisableScaleIn"] = json!(true);
    let trace = play(&scenario, &[1.0; 60]);
    assert_eq!(trace.decisions, []);
    assert!(trace.alarms.iter().all(|alarm| !alarm.name.contains("AlarmLow")));
}

fn a_metric_that_stops_is_no_evidence() {
    let mut points = vec![48.0; 15];
    points.extend([f64::NAN; 20]);
    let trace = play(&scenario(4, 50.0, json!({})), &points);
    assert_eq!(trace.decisions, []);
    let last = trace.watches.last().expect("watches");
    assert_eq!(last.high, AlarmState::InsufficientData);
    assert_eq!(last.low, Some(AlarmState::InsufficientData));
}

fn the_policy_is_called_every_minute_in_alarm() {
    let mut scenario = scenario(4, 50.0, json!({"MaxCapacity": 4}));
    scenario["service"]["desired_count"] = json!(4);
    let trace = play(&scenario, &[100.0; 7]);
    let times: Vec<_> = trace.decisions.iter().map(|decision| decision.t_s).collect();
    assert_eq!(times, [180.0, 240.0, 300.0, 360.0, 420.0]);
}

/// 10 → 9 at minute 15, then another scale-in is wanted every minute.
fn scale_in_cooldown(after_s: u32, expected: Outcome) {
    let trace = play(&scenario(10, 50.0, json!({})), &[44.0; 20]);
    assert_eq!(outcomes(&trace)[0], (900.0, Outcome::ScaledIn, 9));
    let minute = f64::from(900 + after_s / 60 * 60);
    let decision = trace.decisions.iter().find(|decision| decision.t_s == minute);
    assert_eq!(decision.expect("called every minute").outcome, expected);
}

fn scale_out_does_not_wait_for_a_scale_in_cooldown() {
    let mut points = vec![44.0; 15];
    points.extend([60.0; 3]);
    let trace = play(&scenario(10, 50.0, json!({})), &points);
    let expected = [(900.0, Outcome::ScaledIn, 9), (1080.0, Outcome::ScaledOut, 11)];
    assert_eq!(outcomes(&trace), expected);
    let last = trace.watches.last().expect("watches");
    assert_eq!(
        last.scale_in_cooldown_until_s,
        Some(1200.0),
        "it runs while the alarm is evaluated"
    );
}

fn scale_in_does_not_wait_for_a_scale_out_cooldown() {
    let mut scenario = scenario(10, 50.0, json!({}));
    settings(&mut scenario)["ScaleOutCooldown"] = json!(36_000);
    let mut points = vec![60.0; 3];
    points.extend([40.0; 15]);
    let trace = play(&scenario, &points);
    let expected = [(180.0, Outcome::ScaledOut, 12), (1080.0, Outcome::ScaledIn, 10)];
    assert_eq!(outcomes(&trace), expected);
}

/// 4 → 6, and a minute later, within the cooldown, `metric`.
fn credit(metric: f64, expected: u32, outcome: Outcome) {
    let trace = play(&scenario(4, 50.0, json!({})), &[75.0, 75.0, 75.0, metric]);
    assert_eq!(outcomes(&trace), [(180.0, Outcome::ScaledOut, 6), (240.0, outcome, expected)]);
}

fn both_cooldowns_are_300_s_by_default() {
    let scenario = Scenario::from_value(&scenario(4, 50.0, json!({}))).expect("a right scenario");
    let scaling = scenario.autoscaling.expect("a scalable target");
    let (_, policy) = scaling.first_tracking().expect("a target tracking policy");
    assert_eq!(policy.scale_out_cooldown, Micros::from_whole_s(300));
    assert_eq!(policy.scale_in_cooldown, Micros::from_whole_s(300));
}

fn the_cooldown_starts_at_completion() {
    let mut scenario = scenario(4, 50.0, json!({}));
    scenario["service"]["startup"] = json!({"provision_s": 90});
    let trace = play(&scenario, &[75.0; 6]);
    let until: Vec<_> =
        trace.watches.iter().map(|watch| watch.scale_out_cooldown_until_s).collect();
    assert_eq!(until[..5], [None; 5], "asked for at 180 s");
    assert_eq!(until[5..], [Some(570.0); 2], "complete at 270 s");
}

fn the_largest_capacity_wins() {
    let mut scenario = scenario(6, 50.0, json!({}));
    scenario["autoscaling"]["ScalingPolicies"] = json!([
        policy("cpu", "ECSServiceAverageCPUUtilization", 60.0),
        policy("alb", "ALBRequestCountPerTarget", 1000.0),
    ]);
    let cpu: &[f64] = &[80.0; 3];
    let trace =
        play_all(&scenario, &[(Metric::Cpu, cpu), (Metric::RequestsPerTarget, &[2000.0; 3])]);
    let proposed: Vec<_> = trace.decisions.iter().map(|d| (d.proposed, d.outcome)).collect();
    assert_eq!(proposed, [(8, Outcome::Outvoted), (12, Outcome::ScaledOut)]);
    assert!(trace.decisions.iter().all(|decision| decision.desired_after == 12));
}

fn all_must_agree_to_scale_in() {
    let mut scenario = scenario(6, 50.0, json!({}));
    scenario["autoscaling"]["ScalingPolicies"] = json!([
        policy("cpu", "ECSServiceAverageCPUUtilization", 60.0),
        policy("memory", "ECSServiceAverageMemoryUtilization", 60.0),
    ]);
    let cpu: &[f64] = &[10.0; 20];
    let trace = play_all(&scenario, &[(Metric::Cpu, cpu), (Metric::Memory, &[58.0; 20])]);
    assert_eq!(trace.decisions.len(), 6);
    assert!(trace.decisions.iter().all(|decision| decision.outcome == Outcome::Vetoed));
}

fn a_result_above_max_is_held() {
    let mut scenario = scenario(10, 50.0, json!({"MaxCapacity": 20}));
    settings(&mut scenario)["ScaleOutCooldown"] = json!(0);
    let trace = play(&scenario, &[150.0; 5]);
    let expected =
        [(180.0, Outcome::ScaledOut, 20), (240.0, Outcome::AtMax, 20), (300.0, Outcome::AtMax, 20)];
    assert_eq!(outcomes(&trace), expected);
}

fn desired_above_max_is_not_raised() {
    let trace = play(&scenario(60, 50.0, json!({"MaxCapacity": 50})), &[100.0; 3]);
    assert_eq!(outcomes(&trace), [(180.0, Outcome::AtMax, 60)]);
}

fn registering_pulls_the_count_inside_the_bounds() {
    let mut scenario = scenario(2, 50.0, json!({}));
    scenario["events"] = json!([{"at_s": 30, "kind": "register_scalable_target", "MinCapacity": 5, "MaxCapacity": 9}]);
    let trace = play(&scenario, &[48.0; 1]);
    assert_eq!(trace.tasks.len(), 5);
}

fn served(value: &Value) -> Trace {
    simulate(&Scenario::from_value(value).expect("a right scenario"), Station::Exact)
}

fn a_replacement_starts_first() {
    let trace = served(&json!({
        "duration_s": 1200,
        "traffic": {"shape": "steady", "rps": 1},
        "service": {"desired_count": 2},
        "events": [{"at_s": 1, "kind": "health_check_failure", "count": 1, "for_s": 1200}],
    }));
    let [old, _, new] = &trace.tasks[..] else {
        panic!("three tasks, found {}", trace.tasks.len())
    };
    assert_eq!(old.draining, new.serving, "the old one is stopped when the new one is healthy");
}

fn one_passed_check_is_enough_for_a_new_target() {
    let trace = served(&json!({
        "duration_s": 300,
        "traffic": {"shape": "steady", "rps": 1},
        "service": {"desired_count": 1, "startup": {"provision_s": 10}},
        "events": [{"at_s": 100, "kind": "set_desired", "desired_count": 2}],
    }));
    assert_eq!(trace.tasks[1].running, Some(Micros::from_whole_s(110)));
    assert_eq!(trace.tasks[1].serving, Some(Micros::from_whole_s(140)));
}

/// One of two targets answers no check from 1 s to 100 s. It fails those at 30
/// and 60 s and is unhealthy after the second; it passes those from 120 s on
/// and is healthy after the fifth, at 240 s. In between the other target takes
/// all requests.
fn a_target_fails_its_checks_and_recovers() {
    let trace = served(&json!({
        "duration_s": 420,
        "traffic": {"shape": "steady", "rps": 10, "arrivals": "deterministic"},
        "service": {"desired_count": 2, "target_group": {"health_check_grace_period_s": 1000}},
        "events": [{"at_s": 1, "kind": "health_check_failure", "count": 1, "for_s": 99}],
    }));
    let per_target: Vec<_> =
        trace.minutes.iter().map(|minute| minute.requests_per_target.map(rounded)).collect();
    let (both, one) = (Some(300.0), Some(600.0));
    assert_eq!(per_target, [both, one, one, one, both, both, both]);
}

fn rounded(x: f64) -> f64 {
    (x + 0.5).floor()
}

fn without_targets_requests_are_refused() {
    let trace = served(&json!({
        "duration_s": 60,
        "traffic": {"shape": "steady", "rps": 5},
        "service": {"desired_count": 0},
    }));
    assert!(trace.summary.requests > 0.0);
    assert_eq!(trace.summary.rejected, trace.summary.requests);
}

fn a_request_longer_than_the_delay_fails() {
    let trace = served(&json!({
        "duration_s": 600,
        "traffic": {"shape": "steps", "points": [[0, 1], [1, 0]], "arrivals": "deterministic"},
        "service": {"desired_count": 1, "task":
            {"service_time": {"law": "deterministic", "mean_ms": 400_000}, "cpu_ms_per_request": 1}},
        "events": [{"at_s": 2, "kind": "set_desired", "desired_count": 0}],
    }));
    assert_eq!((trace.summary.failed, trace.summary.completed), (1.0, 0.0));
    assert_eq!(trace.tasks[0].stopped, Some(Micros::from_whole_s(302)));
}

fn a_target_without_requests_drains_for_the_whole_delay() {
    let trace = served(&json!({
        "duration_s": 600,
        "traffic": {"shape": "steady", "rps": 0},
        "service": {"desired_count": 2},
        "events": [{"at_s": 60, "kind": "set_desired", "desired_count": 1}],
    }));
    assert_eq!(trace.tasks[1].draining, Some(Micros::from_whole_s(60)));
    assert_eq!(trace.tasks[1].stopped, Some(Micros::from_whole_s(360)));
    assert_eq!(trace.minutes[1].draining, 1);
}

fn rejected(pointer: &str, value: Value, message: &str) {
    let mut scenario = scenario(4, 50.0, json!({}));
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = scenario["autoscaling"].pointer_mut(parent).expect("a parent");
    parent[name] = value;
    let faults = Scenario::from_value(&scenario).expect_err("a wrong scenario");
    let told = faults.iter().any(|fault| {
        fault.message.contains("ValidationException") && fault.message.contains(message)
    });
    assert!(told, "{faults:?}");
}

fn resource_labels_go_with_load_balancer_metrics() {
    const SPECIFICATION: &str =
        "/ScalingPolicies/0/TargetTrackingScalingPolicyConfiguration/PredefinedMetricSpecification";
    rejected(
        SPECIFICATION,
        json!({"PredefinedMetricType": "ALBRequestCountPerTarget"}),
        "required",
    );
    rejected(
        SPECIFICATION,
        json!({"PredefinedMetricType": "ECSServiceAverageCPUUtilization", "ResourceLabel": "x"}),
        "goes with",
    );
}

fn one_policy_for_a_metric() {
    let mut scenario = scenario(4, 50.0, json!({}));
    let again = policy("again", "ECSServiceAverageCPUUtilization", 60.0);
    scenario["autoscaling"]["ScalingPolicies"].as_array_mut().expect("a list").push(again);
    let faults = Scenario::from_value(&scenario).expect_err("a wrong scenario");
    assert!(faults[0].message.contains("Only one TargetTrackingScaling policy"), "{faults:?}");
}
