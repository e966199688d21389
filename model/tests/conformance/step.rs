//! Step scaling and alarms of one's own.

use headroom_model::autoscaling::{aggregate, step_of};
use headroom_model::scenario::{Aggregation, Metric, Policy, Scenario};
use headroom_model::time::Micros;
use headroom_model::trace::{AlarmState, Outcome, Trace};
use serde_json::{Value, json};

use super::{outcomes, play, play_all, rejected, scenario};

pub(crate) const CASES: &[(&str, fn())] = &[
    ("32", requests_per_target_are_a_sum),
    ("35", || in_cooldown(&[70.0, 70.0], 12, Outcome::InCooldown)),
    ("36", || in_cooldown(&[70.0, 80.0], 13, Outcome::ScaledOut)),
    ("37", || in_cooldown(&[70.0, 80.0, 80.0], 13, Outcome::InCooldown)),
    ("39", || in_cooldown(&[80.0, 60.0], 13, Outcome::InCooldown)),
    ("50", the_cooldown_is_300_s_by_default),
    ("58", a_step_policy_needs_no_agreement),
    ("73", || documented("out", 10, 60.0, 11)),
    ("74", || documented("out", 11, 70.0, 14)),
    ("76", || documented("in", 13, 30.0, 10)),
    ("77", || {
        for (metric, expected) in [(59.99, 100), (60.0, 110), (69.99, 110), (70.0, 130)] {
            documented("out", 100, metric, expected);
        }
    }),
    ("78", || {
        for (metric, expected) in [(40.01, 100), (40.0, 90), (30.01, 90), (30.0, 70)] {
            documented("in", 100, metric, expected);
        }
    }),
    ("80", || {
        adjusts(
            4,
            json!({"AdjustmentType": "PercentChangeInCapacity", "MinAdjustmentMagnitude": 2}),
            25,
            6,
        );
    }),
    ("82", || {
        adjusts(3, json!({"AdjustmentType": "ChangeInCapacity"}), 5, 8);
        adjusts(3, json!({"AdjustmentType": "ExactCapacity"}), 5, 5);
    }),
    ("83", || adjusts(3, json!({"AdjustmentType": "ExactCapacity"}), 0, 0)),
    ("84", || adjusts(3, json!({"AdjustmentType": "PercentChangeInCapacity"}), 10, 4)),
    ("85", several_datapoints_make_one_value),
    ("86", the_mean_is_taken_by_default),
    ("146", || {
        refused(
            json!({"StepAdjustments": [{"ScalingAdjustment": 1}]}),
            "cannot be left unspecified",
        );
    }),
    ("148", || {
        let steps =
            [(0, Some(50)), (50, Some(100)), (100, Some(150)), (150, Some(200)), (250, None)];
        let steps = steps.map(|(from, to)| step(Some(from), to, 1));
        refused(json!({"StepAdjustments": steps}), "a gap between the steps from 200 to 250");
    }),
    ("150", || {
        let steps = [step(Some(-10), Some(0), -1), step(Some(0), None, 1)];
        refused(json!({"StepAdjustments": steps}), "must have no lower bound");
    }),
    ("152", || {
        let exact = json!({"AdjustmentType": "ExactCapacity", "StepAdjustments": [step(Some(0), None, -1)]});
        refused(exact, "is not negative");
    }),
    ("153", || refused(json!({"MinAdjustmentMagnitude": 2}), "goes with PercentChangeInCapacity")),
    ("154", || refused(json!({"MetricAggregationType": "Sum"}), "Average, Minimum, Maximum")),
    ("158", at_most_fifty_policies_and_200_actions),
    ("162", fine_metrics_need_a_fine_service),
    ("163", || {
        let mut scenario = scenario(4, 50.0, json!({}));
        scenario["metrics"] = json!({"resolution_s": 30});
        let faults = Scenario::from_value(&scenario).expect_err("wrong");
        assert!(faults[0].message.contains("use 20 or 60"), "{faults:?}");
    }),
    ("171", || {
        for (period, periods) in [(15, 1), (60, 1441)] {
            let mut scenario = steps(4, json!({}), &[alarm("high", "GreaterThanThreshold", 50.0)]);
            scenario["autoscaling"]["Alarms"][0]["Period"] = json!(period);
            scenario["autoscaling"]["Alarms"][0]["EvaluationPeriods"] = json!(periods);
            let faults = Scenario::from_value(&scenario).expect_err("wrong");
            assert!(faults[0].message.starts_with("ValidationException"), "{faults:?}");
        }
    }),
];

fn step(lower: Option<i32>, upper: Option<i32>, adjustment: i32) -> Value {
    let mut step = json!({"ScalingAdjustment": adjustment});
    for (name, bound) in [("MetricIntervalLowerBound", lower), ("MetricIntervalUpperBound", upper)]
    {
        if let Some(bound) = bound {
            step[name] = json!(bound);
        }
    }
    step
}

/// An alarm on the first datapoint beyond a threshold, which calls the policy "steps".
pub(crate) fn alarm(name: &str, comparison: &str, threshold: f64) -> Value {
    json!({
        "AlarmName": name, "Namespace": "AWS/ECS", "MetricName": "CPUUtilization",
        "Statistic": "Average", "Period": 60, "EvaluationPeriods": 1, "Threshold": threshold,
        "ComparisonOperator": comparison, "AlarmActions": ["steps"],
    })
}

/// A service of `count` tasks that start at once, with one step policy: one
/// task more from 60 %, two from 70 %, three from 80 %, unless settings say else.
pub(crate) fn steps(count: u32, settings: Value, alarms: &[Value]) -> Value {
    let mut scenario = scenario(count, 50.0, json!({"MinCapacity": 0}));
    let mut policy = json!({
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [
            step(Some(10), Some(20), 1), step(Some(20), Some(30), 2), step(Some(30), None, 3),
        ],
    });
    super::merge(&mut policy, settings);
    scenario["autoscaling"]["ScalingPolicies"] = json!([{
        "PolicyName": "steps", "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": policy,
    }]);
    scenario["autoscaling"]["Alarms"] = json!(alarms);
    scenario
}

fn high(count: u32, settings: Value) -> Value {
    steps(count, settings, &[alarm("high", "GreaterThanThreshold", 50.0)])
}

/// From ten tasks, minute by minute: what the last minute's decision is.
fn in_cooldown(points: &[f64], expected: u32, outcome: Outcome) {
    let trace = play(&high(10, json!({})), points);
    let last = trace.decisions.last().expect("decisions");
    assert_eq!((last.desired_after, last.outcome), (expected, outcome), "{}", last.reason);
    assert_eq!(trace.decisions.len(), points.len(), "called every minute");
}

fn the_cooldown_is_300_s_by_default() {
    let scenario = Scenario::from_value(&high(4, json!({}))).expect("right");
    let policies = scenario.autoscaling.expect("a scalable target").policies;
    let [Policy::StepScaling(policy)] = &policies[..] else { panic!("one step policy") };
    assert_eq!(policy.cooldown, Micros::from_whole_s(300));
}

/// Target tracking is between its alarms; the step policy takes two away.
fn a_step_policy_needs_no_agreement() {
    let settings = json!({"StepAdjustments": [step(None, Some(0), -2)]});
    let mut scenario = steps(6, settings, &[alarm("low", "LessThanThreshold", 50.0)]);
    let tracking = super::policy("cpu", "ECSServiceAverageCPUUtilization", 50.0);
    scenario["autoscaling"]["ScalingPolicies"].as_array_mut().expect("a list").push(tracking);
    let trace = play(&scenario, &[48.0]);
    assert_eq!(outcomes(&trace), [(60.0, Outcome::ScaledIn, 4)]);
}

/// The two policies of AWS's worked example, on a threshold of 50.
fn documented(direction: &str, count: u32, metric: f64, expected: u32) {
    let (steps_of, comparison) = if direction == "out" {
        let steps =
            [step(Some(0), Some(10), 0), step(Some(10), Some(20), 10), step(Some(20), None, 30)];
        (steps, "GreaterThanOrEqualToThreshold")
    } else {
        let steps = [
            step(Some(-10), Some(0), 0),
            step(Some(-20), Some(-10), -10),
            step(None, Some(-20), -30),
        ];
        (steps, "LessThanOrEqualToThreshold")
    };
    let settings =
        json!({"AdjustmentType": "PercentChangeInCapacity", "StepAdjustments": steps_of});
    let trace = play(&steps(count, settings, &[alarm("it", comparison, 50.0)]), &[metric]);
    let [decision] = &trace.decisions[..] else { panic!("one decision") };
    assert_eq!(decision.desired_after, expected, "{metric}: {}", decision.reason);
}

fn adjusts(count: u32, mut settings: Value, adjustment: i32, expected: u32) {
    settings["StepAdjustments"] = json!([step(Some(0), None, adjustment)]);
    let trace = play(&high(count, settings), &[60.0]);
    assert_eq!(trace.decisions[0].desired_after, expected, "{}", trace.decisions[0].reason);
}

/// Two datapoints in the alarm, on a threshold of 50: breaches of 25, 10, 40.
fn several_datapoints_make_one_value() {
    let breach =
        |aggregation| aggregate(aggregation, [60.0, 90.0].into_iter()).map(|value| value - 50.0);
    assert_eq!(breach(Aggregation::Average), Some(25.0));
    assert_eq!(breach(Aggregation::Minimum), Some(10.0));
    assert_eq!(breach(Aggregation::Maximum), Some(40.0));
    for (aggregation, expected) in [("Average", 12), ("Minimum", 11), ("Maximum", 13)] {
        let trace = two_datapoints(json!({"MetricAggregationType": aggregation}));
        assert_eq!(trace.decisions[0].desired_after, expected, "{aggregation}");
    }
}

fn the_mean_is_taken_by_default() {
    assert_eq!(two_datapoints(json!({})).decisions[0].metric, Some(75.0));
}

fn two_datapoints(settings: Value) -> Trace {
    let mut alarm = alarm("high", "GreaterThanThreshold", 50.0);
    alarm["EvaluationPeriods"] = json!(2);
    play(&steps(10, settings, &[alarm]), &[60.0, 90.0])
}

fn refused(settings: Value, message: &str) {
    let mut config = json!({
        "AdjustmentType": "ChangeInCapacity", "StepAdjustments": [step(Some(0), None, 1)],
    });
    super::merge(&mut config, settings);
    rejected(
        "/ScalingPolicies",
        json!([{"PolicyName": "steps", "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": config}]),
        message,
    );
}

fn at_most_fifty_policies_and_200_actions() {
    let mut scenario = high(4, json!({}));
    let listed = &mut scenario["autoscaling"];
    let policy = listed["ScalingPolicies"][0].clone();
    let policies = (0..51).map(|number| {
        let mut policy = policy.clone();
        policy["PolicyName"] =
            json!(if number == 0 { "steps".to_owned() } else { format!("steps-{number}") });
        policy
    });
    listed["ScalingPolicies"] = policies.collect();
    let actions = (0..201).map(|number| {
        json!({
            "ScheduledActionName": format!("action-{number}"), "Schedule": "rate(1 day)",
            "ScalableTargetAction": {"MinCapacity": 1},
        })
    });
    listed["ScheduledActions"] = actions.collect();
    let faults = Scenario::from_value(&scenario).expect_err("wrong");
    let told: Vec<_> = faults.iter().map(|fault| fault.message.as_str()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|message| message.starts_with("LimitExceededException")), "{told:?}");
}

fn fine_metrics_need_a_fine_service() {
    let mut scenario = scenario(4, 50.0, json!({}));
    super::settings(&mut scenario)["PredefinedMetricSpecification"] =
        json!({"PredefinedMetricType": "ECSServiceAverageCPUUtilizationHighResolution"});
    let faults = Scenario::from_value(&scenario).expect_err("wrong");
    assert!(faults[0].message.contains("every 20"), "{faults:?}");
    scenario["metrics"] = json!({"resolution_s": 20});
    assert!(Scenario::from_value(&scenario).is_ok());
}

/// The load balancer's metric has one valid statistic; with another one there
/// is nothing to read.
fn requests_per_target_are_a_sum() {
    let reads = |statistic: &str| {
        let mut alarm = alarm("high", "GreaterThanThreshold", 50.0);
        alarm["Namespace"] = json!("AWS/ApplicationELB");
        alarm["MetricName"] = json!("RequestCountPerTarget");
        alarm["Statistic"] = json!(statistic);
        let scenario = Scenario::from_value(&steps(4, json!({}), &[alarm])).expect("right");
        scenario.autoscaling.expect("a scalable target").metrics()
    };
    assert_eq!(reads("Sum"), [Metric::RequestsPerTarget]);
    assert!(matches!(&reads("Average")[..], [Metric::Named { .. }]));
}

#[test]
fn one_policy_can_have_steps_for_both_directions() {
    let settings = json!({"StepAdjustments": [step(None, Some(0), -1), step(Some(0), None, 1)]});
    let alarms =
        [alarm("high", "GreaterThanThreshold", 70.0), alarm("low", "LessThanThreshold", 30.0)];
    let trace = play(&steps(4, settings, &alarms), &[80.0, 50.0, 20.0, 25.0]);
    let expected = [
        (60.0, Outcome::ScaledOut, 5),
        (180.0, Outcome::ScaledIn, 4),
        (240.0, Outcome::InCooldown, 4),
    ];
    assert_eq!(outcomes(&trace), expected);
}

#[test]
fn a_breach_that_no_step_covers_changes_nothing() {
    let trace = play(&high(4, json!({})), &[55.0]);
    assert_eq!(outcomes(&trace), [(60.0, Outcome::NoChange, 4)]);
    assert_eq!(trace.decisions[0].reason, "55.0 - 50.0 falls into no step");
}

#[test]
fn at_the_threshold_the_side_of_the_alarm_decides() {
    let scenario =
        high(4, json!({"StepAdjustments": [step(None, Some(0), -1), step(Some(0), None, 1)]}));
    let scenario = Scenario::from_value(&scenario).expect("right");
    let policies = scenario.autoscaling.expect("a scalable target").policies;
    let [Policy::StepScaling(policy)] = &policies[..] else { panic!("one step policy") };
    let at = |above| step_of(&policy.steps, 0.0, above).map(|step| step.adjustment);
    assert_eq!((at(true), at(false)), (Some(1), Some(-1)));
}

#[test]
fn a_period_of_five_minutes_slides_by_the_minute() {
    let mut alarm = alarm("high", "GreaterThanThreshold", 50.0);
    alarm["Period"] = json!(300);
    let settings = json!({"StepAdjustments": [step(Some(0), None, 1)]});
    let trace = play(&steps(4, settings, &[alarm]), &[0.0, 0.0, 60.0, 60.0, 90.0, 90.0, 90.0]);
    let went_off = trace.alarms.iter().find(|change| change.state == AlarmState::Alarm);
    assert_eq!(went_off.map(|change| change.t_s), Some(360.0), "(0 + 60 + 60 + 90 + 90) / 5 = 60");
    assert_eq!(trace.decisions[0].metric, Some(60.0));
}

#[test]
fn metric_math_gives_the_backlog_of_a_task() {
    let stat = |namespace: &str, name: &str, stat: &str| {
        json!({
            "Metric": {"Namespace": namespace, "MetricName": name}, "Stat": stat,
        })
    };
    let mut scenario = scenario(10, 100.0, json!({}));
    let settings = super::settings(&mut scenario);
    settings.as_object_mut().expect("an object").remove("PredefinedMetricSpecification");
    settings["CustomizedMetricSpecification"] = json!({"Metrics": [
        {"Id": "m1", "ReturnData": false, "MetricStat": stat("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Sum")},
        {"Id": "m2", "ReturnData": false, "MetricStat": stat("ECS/ContainerInsights", "RunningTaskCount", "Average")},
        {"Id": "backlog", "Expression": "m1 / m2"},
    ]});
    let (messages, tasks): (&[f64], &[f64]) = (&[1500.0; 3], &[10.0; 3]);
    let trace = play_all(
        &scenario,
        &[
            (Metric::named("m1", Micros::MINUTE), messages),
            (Metric::named("m2", Micros::MINUTE), tasks),
        ],
    );
    assert_eq!(outcomes(&trace), [(180.0, Outcome::ScaledOut, 15)]);
    assert_eq!(trace.decisions[0].metric, Some(150.0));
}

#[test]
fn an_exact_capacity_is_not_credited() {
    let mut scenario = high(10, json!({}));
    let exact = json!({
        "PolicyName": "exact", "PolicyType": "StepScaling",
        "StepScalingPolicyConfiguration": {
            "AdjustmentType": "ExactCapacity", "StepAdjustments": [step(Some(0), None, 14)],
        },
    });
    let listed = &mut scenario["autoscaling"];
    listed["ScalingPolicies"].as_array_mut().expect("a list").push(exact);
    let mut alarm = alarm("higher", "GreaterThanThreshold", 80.0);
    alarm["AlarmActions"] = json!(["exact"]);
    listed["Alarms"].as_array_mut().expect("a list").push(alarm);
    let moves: Vec<_> = play(&scenario, &[70.0, 90.0]).decisions.into_iter().collect();
    let last = moves.last().expect("decisions");
    assert_eq!((last.policy.as_str(), last.desired_after), ("exact", 14), "{}", last.reason);
}

#[test]
fn a_service_whose_tasks_are_gone_does_not_shrink() {
    let settings = json!({"StepAdjustments": [step(None, Some(0), -1)]});
    let mut scenario = steps(3, settings, &[alarm("low", "LessThanThreshold", 30.0)]);
    scenario["service"]["startup"] = json!({"provision_s": 600});
    scenario["events"] = json!([{"at_s": 1, "kind": "task_crash", "count": 3}]);
    let trace = play(&scenario, &[0.0]);
    assert_eq!(outcomes(&trace), [(60.0, Outcome::NoChange, 3)]);
}

/// One policy scales in with a cooldown of ten minutes, another, with one of a
/// minute, has to wait for it.
#[test]
fn a_cooldown_lasts_as_long_as_the_policy_that_began_it_says() {
    let settings = json!({"Cooldown": 600, "StepAdjustments": [step(None, Some(0), -1)]});
    let mut scenario = steps(10, settings, &[alarm("low", "LessThanThreshold", 30.0)]);
    let short = json!({
        "PolicyName": "short", "PolicyType": "StepScaling",
        "StepScalingPolicyConfiguration": {
            "AdjustmentType": "ChangeInCapacity", "Cooldown": 60,
            "StepAdjustments": [step(None, Some(0), -2)],
        },
    });
    let listed = &mut scenario["autoscaling"];
    listed["ScalingPolicies"].as_array_mut().expect("a list").push(short);
    let mut lower = alarm("lower", "LessThanThreshold", 20.0);
    lower["AlarmActions"] = json!(["short"]);
    listed["Alarms"].as_array_mut().expect("a list").push(lower);
    let trace = play(&scenario, &[25.0, 10.0, 10.0, 10.0, 10.0]);
    assert_eq!(trace.decisions[0].outcome, Outcome::ScaledIn);
    let short: Vec<_> = trace.decisions.iter().filter(|d| d.policy == "short").collect();
    assert_eq!(short.len(), 4);
    assert!(short.iter().all(|decision| decision.outcome == Outcome::InCooldown));
}

#[test]
fn policies_on_one_name_may_track_different_metrics() {
    let queue = |policy: &str, queue: &str| {
        json!({
            "PolicyName": policy, "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 5,
                "CustomizedMetricSpecification": {
                    "Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible",
                    "Statistic": "Average", "Dimensions": [{"Name": "QueueName", "Value": queue}],
                },
            },
        })
    };
    let mut scenario = high(4, json!({}));
    scenario["autoscaling"]["Alarms"] = json!([]);
    scenario["autoscaling"]["ScalingPolicies"] = json!([queue("a", "one"), queue("b", "two")]);
    assert!(Scenario::from_value(&scenario).is_ok());
    scenario["autoscaling"]["ScalingPolicies"] = json!([queue("a", "one"), queue("b", "one")]);
    let faults = Scenario::from_value(&scenario).expect_err("the same twice");
    assert!(faults[0].message.contains("Only one TargetTrackingScaling"), "{faults:?}");
}

#[test]
fn a_wrong_period_is_one_fault() {
    let mut scenario = high(4, json!({}));
    scenario["autoscaling"]["Alarms"][0]["Period"] = json!(90);
    let faults = Scenario::from_value(&scenario).expect_err("wrong");
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].path, "/autoscaling/Alarms/0/Period");
}

#[test]
fn policies_that_other_states_would_call_are_refused() {
    let mut scenario = high(4, json!({}));
    scenario["autoscaling"]["Alarms"][0]["OKActions"] = json!(["arn:aws:sns:::x", "steps"]);
    let faults = Scenario::from_value(&scenario).expect_err("wrong");
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].path, "/autoscaling/Alarms/0/OKActions/1");
}

#[test]
fn reasons_tell_the_least_adjustment_and_the_credit() {
    let settings = json!({
        "AdjustmentType": "PercentChangeInCapacity", "MinAdjustmentMagnitude": 3,
        "StepAdjustments": [step(Some(0), None, 10)],
    });
    let trace = play(&high(10, settings), &[60.0]);
    let told = "60.0 - 50.0 = 10.0, step 0 to inf: 10 running + 10% (3 at least) = 13";
    assert_eq!(trace.decisions[0].reason, told);
    let mut tracking = scenario(10, 50.0, json!({"MaxCapacity": 20}));
    super::settings(&mut tracking)["ScaleOutCooldown"] = json!(600);
    let trace = play(&tracking, &[60.0, 60.0, 60.0, 200.0]);
    let told = "12 running x 200.0 / 50.0 = 48; less the 2 that the scale-out cooldown counts as \
                added, 46; held to MaxCapacity 20";
    assert_eq!(trace.decisions[1].reason, told);
}
