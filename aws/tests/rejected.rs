//! Configurations that AWS refuses, each with the name that AWS gives the
//! fault and with its place. A row that stands in the conformance list carries
//! its number there.

use headroom_aws::check;
use serde_json::{Value, json};

/// Checks a value as a JSON file.
fn faults(value: &Value) -> Vec<String> {
    check(value.to_string().as_bytes(), "x.json").iter().map(ToString::to_string).collect()
}

/// The one fault of a value.
fn only(value: &Value) -> String {
    let mut faults = faults(value);
    assert_eq!(faults.len(), 1, "{faults:?} of {value}");
    faults.remove(0)
}

fn merged(mut base: Value, changes: &Value) -> Value {
    for (pointer, value) in changes.as_object().expect("changes") {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = base.pointer_mut(parent).expect("a parent");
        if value == "gone" {
            parent.as_object_mut().expect("an object").remove(name);
        } else {
            parent[name] = value.clone();
        }
    }
    base
}

fn target(changes: &Value) -> Value {
    merged(
        json!({
            "ServiceNamespace": "ecs", "ResourceId": "service/c/s", "ScalableDimension": "ecs:service:DesiredCount",
            "MinCapacity": 2, "MaxCapacity": 20
        }),
        changes,
    )
}

fn tracking(changes: &Value) -> Value {
    merged(
        json!({
            "ServiceNamespace": "ecs", "ResourceId": "service/c/s", "ScalableDimension": "ecs:service:DesiredCount",
            "PolicyName": "p", "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 70.0,
                "PredefinedMetricSpecification": { "PredefinedMetricType": "ECSServiceAverageCPUUtilization" }
            }
        }),
        changes,
    )
}

fn step(kind: &str, steps: &Value) -> Value {
    json!({
        "ServiceNamespace": "ecs", "ResourceId": "service/c/s", "ScalableDimension": "ecs:service:DesiredCount",
        "PolicyName": "p", "PolicyType": "StepScaling",
        "StepScalingPolicyConfiguration": { "AdjustmentType": kind, "StepAdjustments": steps }
    })
}

fn bounds(lower: Option<f64>, upper: Option<f64>) -> Value {
    let mut step = json!({ "ScalingAdjustment": 1 });
    if let Some(lower) = lower {
        step["MetricIntervalLowerBound"] = lower.into();
    }
    if let Some(upper) = upper {
        step["MetricIntervalUpperBound"] = upper.into();
    }
    step
}

fn predictive(changes: &Value) -> Value {
    merged(
        json!({
            "ServiceNamespace": "ecs", "ResourceId": "service/c/s", "ScalableDimension": "ecs:service:DesiredCount",
            "PolicyName": "p", "PolicyType": "PredictiveScaling",
            "PredictiveScalingPolicyConfiguration": {
                "MetricSpecifications": [{
                    "TargetValue": 40,
                    "PredefinedMetricPairSpecification": { "PredefinedMetricType": "ECSServiceCPUUtilization" }
                }],
                "Mode": "ForecastAndScale"
            }
        }),
        changes,
    )
}

fn action(changes: &Value) -> Value {
    merged(
        json!({
            "ServiceNamespace": "ecs", "ResourceId": "service/c/s", "ScalableDimension": "ecs:service:DesiredCount",
            "ScheduledActionName": "a", "Schedule": "cron(10 8 ? * MON-FRI *)",
            "ScalableTargetAction": { "MinCapacity": 3 }
        }),
        changes,
    )
}

fn alarm(changes: &Value) -> Value {
    merged(
        json!({
            "AlarmName": "a", "Namespace": "AWS/ECS", "MetricName": "CPUUtilization", "Statistic": "Average",
            "Period": 60, "EvaluationPeriods": 3, "Threshold": 70, "ComparisonOperator": "GreaterThanThreshold"
        }),
        changes,
    )
}

#[test]
fn the_bases_are_right() {
    let none = json!({});
    let steps = json!([bounds(Some(0.0), None)]);
    for value in [
        target(&none),
        tracking(&none),
        step("ChangeInCapacity", &steps),
        predictive(&none),
        action(&none),
        alarm(&none),
    ] {
        assert_eq!(faults(&value), Vec::<String>::new(), "{value}");
    }
}

/// A wrong document with the place and the start of its only fault.
fn rejected(row: &str, value: &Value, place: &str, message: &str) {
    let fault = only(value);
    let expected = format!("{place}: {message}");
    assert!(fault.starts_with(&expected), "row {row}: {fault}\nexpected {expected}");
}

#[test]
fn targets() {
    rejected(
        "138",
        &target(&json!({"/MinCapacity": 21})),
        "/MaxCapacity",
        "ValidationException: Maximum capacity cannot be less than minimum capacity",
    );
    rejected(
        "139",
        &target(&json!({"/MinCapacity": "gone"})),
        "/MinCapacity",
        "ValidationException: MinCapacity is required",
    );
    rejected(
        "140",
        &target(&json!({"/MinCapacity": -1})),
        "/MinCapacity",
        "ValidationException: MinCapacity must be a whole number from 0 on, found -1",
    );
    rejected(
        "",
        &target(&json!({"/MinCapacity": "2"})),
        "/MinCapacity",
        "ValidationException: MinCapacity must be a whole number",
    );
    rejected(
        "",
        &target(&json!({"/ServiceNamespace": "eks"})),
        "/ServiceNamespace",
        "ValidationException: ServiceNamespace must be one of ecs",
    );
    rejected(
        "",
        &target(&json!({"/ResourceId": "cluster/s"})),
        "/ResourceId",
        "ValidationException: Unsupported service namespace",
    );
    rejected(
        "",
        &target(&json!({"/ScalableDimension": "lambda:function:ProvisionedConcurrency"})),
        "/ScalableDimension",
        "ValidationException: Unsupported service namespace",
    );
    rejected(
        "",
        &target(&json!({"/Colour": 1})),
        "/Colour",
        "ParamValidation: Unknown parameter in input: \"Colour\", must be one of: ServiceNamespace",
    );
}

#[test]
fn target_tracking() {
    const AT: &str = "/TargetTrackingScalingPolicyConfiguration";
    let with = |name: &str, value: Value| tracking(&json!({ format!("{AT}/{name}"): value }));
    for value in [json!(-1.0), json!(0), json!(3e108), json!(-3e108)] {
        rejected(
            "141, 142",
            &with("TargetValue", value),
            &format!("{AT}/TargetValue"),
            "ValidationException: expected a number above 0",
        );
    }
    rejected(
        "",
        &with("TargetValue", json!("gone")),
        &format!("{AT}/TargetValue"),
        "ValidationException: TargetValue is required",
    );
    let metric = |value| with("PredefinedMetricSpecification", value);
    rejected(
        "143",
        &metric(json!({"PredefinedMetricType": "ALBRequestCountPerTarget"})),
        &format!("{AT}/PredefinedMetricSpecification/ResourceLabel"),
        "ValidationException: ResourceLabel is required",
    );
    rejected(
        "143",
        &metric(
            json!({"PredefinedMetricType": "ECSServiceAverageCPUUtilization", "ResourceLabel": "app/a/1/targetgroup/b/2"}),
        ),
        &format!("{AT}/PredefinedMetricSpecification/ResourceLabel"),
        "ValidationException: ResourceLabel goes with ALB",
    );
    rejected(
        "",
        &metric(
            json!({"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": "app/a/1"}),
        ),
        &format!("{AT}/PredefinedMetricSpecification/ResourceLabel"),
        "ValidationException: ResourceLabel \"app/a/1\" is not of the form",
    );
    rejected(
        "",
        &metric(json!({"PredefinedMetricType": "DynamoDBReadCapacityUtilization"})),
        &format!("{AT}/PredefinedMetricSpecification/PredefinedMetricType"),
        "ValidationException: \"DynamoDBReadCapacityUtilization\" is not a metric of ECS services",
    );
    rejected(
        "",
        &metric(json!("gone")),
        AT,
        "ValidationException: PredefinedMetricSpecification or CustomizedMetricSpecification is required",
    );
    let customized = json!({"MetricName": "m", "Namespace": "n", "Statistic": "Average"});
    rejected(
        "144",
        &with("CustomizedMetricSpecification", customized),
        AT,
        "ValidationException: give either",
    );
    let other = faults(&tracking(&json!({"/PolicyType": "StepScaling"})));
    assert_eq!(other.len(), 2, "{other:?}");
    assert!(other[0].contains("does not go with PolicyType StepScaling"), "{other:?}");
    assert!(other[1].contains("needs StepScalingPolicyConfiguration"), "{other:?}");
}

#[test]
fn metric_math() {
    const AT: &str =
        "/TargetTrackingScalingPolicyConfiguration/CustomizedMetricSpecification/Metrics";
    let math = |queries: Value| {
        tracking(&json!({
            "/TargetTrackingScalingPolicyConfiguration/PredefinedMetricSpecification": "gone",
            "/TargetTrackingScalingPolicyConfiguration/CustomizedMetricSpecification": { "Metrics": queries },
        }))
    };
    let metric = json!({"Id": "m1", "ReturnData": false, "MetricStat": {"Metric": {"Namespace": "n", "MetricName": "m"}, "Stat": "Sum"}});
    assert_eq!(
        faults(&math(json!([metric, {"Id": "e1", "Expression": "m1 / 2"}]))),
        Vec::<String>::new()
    );
    rejected(
        "",
        &math(json!([metric])),
        AT,
        "ValidationException: exactly one metric query must return data, found 0",
    );
    rejected(
        "",
        &math(json!([metric, {"Id": "E1", "Expression": "m1"}])),
        &format!("{AT}/1/Id"),
        "ValidationException: Id \"E1\" must begin with a lowercase letter",
    );
    rejected(
        "",
        &math(json!([metric, {"Id": "m1", "Expression": "m1"}])),
        &format!("{AT}/1/Id"),
        "ValidationException: Id \"m1\" stands twice",
    );
    rejected(
        "",
        &math(json!([metric, {"Id": "e1"}])),
        &format!("{AT}/1"),
        "ValidationException: a metric query has either",
    );
    let long = "x".repeat(2049);
    rejected(
        "",
        &math(json!([metric, {"Id": "e1", "Expression": long}])),
        &format!("{AT}/1/Expression"),
        "ValidationException: Expression must be a text of 1 to 2048 characters",
    );
}

#[test]
fn step_scaling() {
    const AT: &str = "/StepScalingPolicyConfiguration";
    let steps = |steps: &[Value]| step("ChangeInCapacity", &json!(steps));
    rejected(
        "146",
        &steps(&[bounds(None, None)]),
        &format!("{AT}/StepAdjustments/0"),
        "ValidationException: Both lower and upper bounds of a step adjustment cannot be left unspecified",
    );
    rejected(
        "148",
        &steps(&[
            bounds(Some(0.0), Some(50.0)),
            bounds(Some(150.0), Some(200.0)),
            bounds(Some(200.0), None),
        ]),
        &format!("{AT}/StepAdjustments/1"),
        "ValidationException: StepAdjustment intervals can't have gaps",
    );
    rejected(
        "",
        &steps(&[bounds(Some(0.0), Some(50.0)), bounds(Some(40.0), None)]),
        &format!("{AT}/StepAdjustments/1"),
        "ValidationException: StepAdjustment intervals can't overlap",
    );
    rejected(
        "150",
        &steps(&[bounds(Some(-10.0), None)]),
        &format!("{AT}/StepAdjustments/0/MetricIntervalLowerBound"),
        "ValidationException: with a negative lower bound",
    );
    rejected(
        "",
        &steps(&[bounds(Some(0.0), Some(10.0))]),
        &format!("{AT}/StepAdjustments/0/MetricIntervalUpperBound"),
        "ValidationException: with a positive upper bound",
    );
    rejected(
        "",
        &steps(&[bounds(None, Some(0.0)), bounds(None, Some(1.0))]),
        &format!("{AT}/StepAdjustments"),
        "ValidationException: At most one StepAdjustment may have an unspecified MetricIntervalLowerBound",
    );
    rejected(
        "",
        &steps(&[bounds(Some(5.0), Some(5.0))]),
        &format!("{AT}/StepAdjustments/0/MetricIntervalUpperBound"),
        "ValidationException: MetricIntervalUpperBound 5 must be greater",
    );
    rejected(
        "",
        &steps(&[]),
        &format!("{AT}/StepAdjustments"),
        "ValidationException: At least one",
    );
    let many: Vec<Value> =
        (0..21).map(|i| bounds(Some(f64::from(i)), (i < 20).then(|| f64::from(i + 1)))).collect();
    rejected(
        "",
        &steps(&many),
        &format!("{AT}/StepAdjustments"),
        "LimitExceededException: 21 step adjustments",
    );
    assert_eq!(
        faults(&steps(&[bounds(None, Some(-5.0)), bounds(Some(-5.0), Some(0.0))])),
        Vec::<String>::new()
    );
    let mut exact = step("ExactCapacity", &json!([bounds(Some(0.0), None)]));
    exact["StepScalingPolicyConfiguration"]["StepAdjustments"][0]["ScalingAdjustment"] = json!(-1);
    rejected(
        "152",
        &exact,
        &format!("{AT}/StepAdjustments/0/ScalingAdjustment"),
        "ValidationException: ScalingAdjustment must not be negative",
    );
    let with = |name: &str, value: Value| {
        let mut step = steps(&[bounds(Some(0.0), None)]);
        step["StepScalingPolicyConfiguration"][name] = value;
        step
    };
    rejected(
        "153",
        &with("MinAdjustmentMagnitude", json!(2)),
        &format!("{AT}/MinAdjustmentMagnitude"),
        "ValidationException: MinAdjustmentMagnitude goes with",
    );
    rejected(
        "154",
        &with("MetricAggregationType", json!("Sum")),
        &format!("{AT}/MetricAggregationType"),
        "ValidationException: MetricAggregationType must be Average, Minimum or Maximum",
    );
}

#[test]
fn predictive_scaling() {
    const AT: &str = "/PredictiveScalingPolicyConfiguration";
    let with = |name: &str, value: Value| predictive(&json!({ format!("{AT}/{name}"): value }));
    rejected(
        "160",
        &with("SchedulingBufferTime", json!(3601)),
        &format!("{AT}/SchedulingBufferTime"),
        "ValidationException: SchedulingBufferTime must be a whole number from 0 to 3600",
    );
    let both = |buffer| {
        predictive(
            &json!({ format!("{AT}/MaxCapacityBreachBehavior"): "IncreaseMaxCapacity", format!("{AT}/MaxCapacityBuffer"): buffer }),
        )
    };
    assert_eq!(faults(&both(json!(10))), Vec::<String>::new());
    rejected(
        "160",
        &both(json!(101)),
        &format!("{AT}/MaxCapacityBuffer"),
        "ValidationException: MaxCapacityBuffer must be a whole number from 0 to 100",
    );
    rejected(
        "161",
        &with("MaxCapacityBuffer", json!(10)),
        &format!("{AT}/MaxCapacityBuffer"),
        "ValidationException: MaxCapacityBuffer goes with",
    );
    rejected(
        "161",
        &with("MaxCapacityBreachBehavior", json!("IncreaseMaxCapacity")),
        &format!("{AT}/MaxCapacityBuffer"),
        "ValidationException: MaxCapacityBuffer is required",
    );
    rejected(
        "",
        &with("MetricSpecifications", json!([])),
        &format!("{AT}/MetricSpecifications"),
        "ValidationException: MetricSpecifications must hold exactly one",
    );
    rejected(
        "",
        &with("MetricSpecifications", json!([{"TargetValue": 1}])),
        &format!("{AT}/MetricSpecifications/0"),
        "ValidationException: give either PredefinedMetricPairSpecification",
    );
}

#[test]
fn scheduled_actions() {
    rejected(
        "155",
        &action(&json!({"/ScalableTargetAction": {}})),
        "/ScalableTargetAction",
        "ValidationException: At least one of minimum capacity and maximum capacity should be provided",
    );
    rejected(
        "138",
        &action(&json!({"/ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 2}})),
        "/ScalableTargetAction/MaxCapacity",
        "ValidationException: Maximum capacity cannot be less",
    );
    for name in ["a/b", "a:b", " a", "a ", "a|b", &"a".repeat(257), ""] {
        rejected(
            "157",
            &action(&json!({"/ScheduledActionName": name})),
            "/ScheduledActionName",
            "ValidationException: ScheduledActionName must be a text of 1 to 256 characters, without",
        );
    }
    rejected(
        "172",
        &action(&json!({"/Schedule": "cron(10 8 ? * MON-FRI)"})),
        "/Schedule",
        "ValidationException: ",
    );
    for schedule in ["rate(0 minutes)", "at(tomorrow)", "every day", "cron(0 25 ? * * *)"] {
        rejected(
            "",
            &action(&json!({"/Schedule": schedule})),
            "/Schedule",
            "ValidationException: ",
        );
    }
    rejected(
        "",
        &action(&json!({"/Timezone": "Europe/Atlantis"})),
        "/Timezone",
        "ValidationException: ",
    );
    rejected(
        "",
        &action(&json!({"/StartTime": "soon"})),
        "/StartTime",
        "ValidationException: StartTime must be an instant",
    );
    rejected(
        "",
        &action(&json!({"/StartTime": "2026-02-01T00:00:00Z", "/EndTime": "2026-01-01T00:00:00Z"})),
        "/EndTime",
        "ValidationException: EndTime must be later",
    );
}

#[test]
fn alarms() {
    rejected(
        "171",
        &alarm(&json!({"/Period": 15})),
        "/Period",
        "ValidationError: Period 15 must be 10, 20, 30 or a multiple of 60",
    );
    rejected(
        "171",
        &alarm(&json!({"/EvaluationPeriods": 1441})),
        "/Period",
        "ValidationError: Metrics cannot be checked across more than one day",
    );
    rejected(
        "",
        &alarm(&json!({"/Period": 3600, "/EvaluationPeriods": 169})),
        "/Period",
        "ValidationError: Metrics cannot be checked across more than seven days",
    );
    assert_eq!(faults(&alarm(&json!({"/EvaluationPeriods": 1440}))), Vec::<String>::new());
    rejected(
        "",
        &alarm(&json!({"/DatapointsToAlarm": 4})),
        "/DatapointsToAlarm",
        "ValidationError: DatapointsToAlarm 4 must not be more than EvaluationPeriods 3",
    );
    rejected(
        "",
        &alarm(&json!({"/TreatMissingData": "zero"})),
        "/TreatMissingData",
        "ValidationError: TreatMissingData must be missing, ignore, breaching or notBreaching",
    );
    rejected(
        "",
        &alarm(&json!({"/Threshold": "gone"})),
        "/Threshold",
        "ValidationError: Threshold is required",
    );
    rejected(
        "",
        &alarm(&json!({"/Statistic": "gone"})),
        "/Statistic",
        "ValidationError: give either Statistic or ExtendedStatistic",
    );
    rejected(
        "",
        &alarm(&json!({"/AlarmActions": ["a", "b", "c", "d", "e", "f"]})),
        "/AlarmActions",
        "ValidationError: AlarmActions must be a list of at most 5, found a list of 6",
    );
}

fn described(policies: Vec<Value>, actions: Vec<Value>) -> Value {
    let mut lists = json!({ "ScalableTargets": [target(&json!({}))] });
    lists["ScalingPolicies"] = policies.into();
    lists["ScheduledActions"] = actions.into();
    lists
}

#[test]
fn too_many_and_twice() {
    let named = |i: usize| {
        let mut policy = step("ChangeInCapacity", &json!([bounds(Some(0.0), None)]));
        policy["PolicyName"] = format!("p{i}").into();
        policy
    };
    assert_eq!(faults(&described((0..50).map(named).collect(), Vec::new())), Vec::<String>::new());
    rejected(
        "158",
        &described((0..51).map(named).collect(), Vec::new()),
        "/ScalingPolicies/50",
        "LimitExceededException: 51 scaling policies",
    );
    let actions = |count: usize| {
        (0..count).map(|i| action(&json!({"/ScheduledActionName": format!("a{i}")}))).collect()
    };
    assert_eq!(faults(&described(Vec::new(), actions(200))), Vec::<String>::new());
    rejected(
        "158",
        &described(Vec::new(), actions(201)),
        "/ScheduledActions/200",
        "LimitExceededException: 201 scheduled actions",
    );
    let twice = vec![tracking(&json!({})), tracking(&json!({"/PolicyName": "q"}))];
    rejected(
        "145",
        &described(twice, Vec::new()),
        "/ScalingPolicies/1",
        "ValidationException: Only one TargetTrackingScaling policy for a given metric specification is allowed",
    );
    let twice = vec![named(1), named(1)];
    rejected(
        "",
        &described(twice, Vec::new()),
        "/ScalingPolicies/1/PolicyName",
        "ValidationException: the name \"p1\" is taken",
    );
}

#[test]
fn a_policy_needs_its_target() {
    let other = tracking(&json!({"/ResourceId": "service/c/other"}));
    rejected(
        "159",
        &described(vec![other], Vec::new()),
        "/ScalingPolicies/0",
        "ObjectNotFoundException: No scalable target registered for service/c/other",
    );
    // A single request, and a list without targets, leave that to others.
    assert_eq!(faults(&json!({"ScalingPolicies": [tracking(&json!({}))]})), Vec::<String>::new());
    let script = "aws application-autoscaling put-scheduled-action --service-namespace ecs \\\n \
        --resource-id service/c/s --scalable-dimension ecs:service:DesiredCount \
        --scheduled-action-name a --schedule 'rate(1 day)' --scalable-target-action MinCapacity=1";
    let faults = check(script.as_bytes(), "x.sh");
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].path, "1:1");
    assert!(faults[0].message.starts_with("ObjectNotFoundException: "), "{faults:?}");
}

#[test]
fn every_fault_is_told_at_once() {
    let value = tracking(&json!({
        "/PolicyName": "", "/ServiceNamespace": 1,
        "/TargetTrackingScalingPolicyConfiguration": {"TargetValue": "x", "ScaleInCooldown": -1, "Scale": 1}
    }));
    let faults = faults(&value);
    assert_eq!(faults.len(), 6, "{faults:?}");
}

#[test]
fn a_scenario_is_the_models_to_judge_and_the_rest_is_aws() {
    let scenario = json!({
        "traffic": {"shape": "spiky"}, "service": {},
        "autoscaling": {
            "ScalableTarget": {"MinCapacity": 3, "MaxCapacity": 2},
            "ScalingPolicies": [{"PolicyName": "", "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 70.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}}]
        }
    });
    let faults = faults(&scenario);
    assert_eq!(
        faults.iter().filter(|fault| fault.starts_with("/traffic/shape: ")).count(),
        1,
        "{faults:?}"
    );
    assert_eq!(
        faults.iter().filter(|fault| fault.contains("Maximum capacity cannot")).count(),
        1,
        "{faults:?}"
    );
    assert_eq!(
        faults.iter().filter(|fault| fault.contains("PolicyName must be a text of 1")).count(),
        1,
        "{faults:?}"
    );
}
