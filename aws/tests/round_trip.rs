//! A scenario's `autoscaling`, to each form and back, is the same.

use headroom_aws::{Form, check, convert};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Texts that a form could stumble over.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("a"),
        Just("Z9"),
        Just(" "),
        Just("'"),
        Just("\""),
        Just("\\"),
        Just("$x"),
        Just("${y}"),
        Just("${!z}"),
        Just("$(date)"),
        Just("`id`"),
        Just("%{if}"),
        Just("#"),
        Just(": "),
        Just("- "),
        Just("ü"),
        Just("\u{1f680}"),
        Just("{"),
        Just("]"),
        Just("yes"),
        Just("1e3"),
        Just("!Ref a"),
        Just("<<"),
        Just("~"),
        Just(","),
        Just("="),
        Just("\u{85}"),
        Just("\u{2028}"),
        Just("*"),
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

/// A name of a policy or an alarm: no control characters.
fn name() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.chars().filter(|c| !c.is_control()).chain(['n']).collect())
}

/// Numbers as JSON writes them, whole and not.
fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        (1_i64..1_000_000).prop_map(Value::from),
        (1_u32..10_000).prop_map(|n| Value::from(f64::from(n) / 16.0)),
        prop_oneof![Just(1e-7), Just(2.5e17), Just(70.0), Just(0.1)].prop_map(Value::from),
    ]
}

/// An object of which some fields may be left out.
fn object(
    always: Vec<(&'static str, BoxedStrategy<Value>)>,
    maybe: Vec<(&'static str, BoxedStrategy<Value>)>,
) -> BoxedStrategy<Value> {
    let always: Vec<_> = always
        .into_iter()
        .map(|(name, value)| value.prop_map(move |value| Some((name, value))).boxed())
        .collect();
    let maybe: Vec<_> = maybe
        .into_iter()
        .map(|(name, value)| {
            prop::option::of(value).prop_map(move |value| value.map(|value| (name, value))).boxed()
        })
        .collect();
    (always, maybe)
        .prop_map(|(always, maybe)| {
            let fields = always.into_iter().chain(maybe).flatten();
            Value::Object(fields.map(|(name, value)| (name.to_owned(), value)).collect())
        })
        .boxed()
}

fn string(strategy: impl Strategy<Value = String> + 'static) -> BoxedStrategy<Value> {
    strategy.prop_map(Value::from).boxed()
}

fn one_of(choices: &'static [&'static str]) -> BoxedStrategy<Value> {
    prop::sample::select(choices).prop_map(Value::from).boxed()
}

fn whole(range: std::ops::Range<i64>) -> BoxedStrategy<Value> {
    range.prop_map(Value::from).boxed()
}

fn flag() -> BoxedStrategy<Value> {
    any::<bool>().prop_map(Value::from).boxed()
}

fn dimensions() -> BoxedStrategy<Value> {
    prop::collection::btree_map(name(), name(), 1..3)
        .prop_map(|pairs| {
            pairs.into_iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect()
        })
        .boxed()
}

/// Queries of which the last is an expression over the others.
fn queries(period: bool) -> BoxedStrategy<Value> {
    let metric = object(
        vec![
            ("Namespace", string(name().prop_map(|name| format!("N{name}")))),
            ("MetricName", string(name())),
        ],
        vec![("Dimensions", dimensions())],
    );
    (prop::collection::vec(metric, 1..3), prop::option::of(text()), any::<bool>())
        .prop_map(move |(metrics, label, said)| {
            let mut queries: Vec<Value> = metrics
                .into_iter()
                .enumerate()
                .map(|(i, metric)| {
                    let mut stat = json!({ "Metric": metric, "Stat": "Sum" });
                    if period {
                        stat["Period"] = 60.into();
                    }
                    json!({ "Id": format!("m{i}"), "MetricStat": stat, "ReturnData": false })
                })
                .collect();
            let mut last = json!({ "Id": "e", "Expression": "m0 / 2" });
            if let Some(label) = label {
                last["Label"] =
                    label.chars().filter(|c| !c.is_control()).collect::<String>().into();
            }
            if said {
                last["ReturnData"] = true.into();
            }
            queries.push(last);
            Value::from(queries)
        })
        .boxed()
}

const IDENTITY: [&str; 3] = ["ServiceNamespace", "ResourceId", "ScalableDimension"];

/// Which of the three fields of its identity a request has: all, none, or some.
fn identify(request: &mut Value, which: u8) {
    let values = ["ecs", "service/shop/orders", "ecs:service:DesiredCount"];
    for (i, field) in IDENTITY.into_iter().enumerate() {
        if which & (1 << i) != 0 {
            request[field] = values[i].into();
        }
    }
}

fn target() -> BoxedStrategy<Value> {
    let suspended = object(
        vec![],
        vec![
            ("DynamicScalingInSuspended", flag()),
            ("DynamicScalingOutSuspended", flag()),
            ("ScheduledScalingSuspended", flag()),
        ],
    );
    let fields = object(
        vec![("MinCapacity", whole(0..10)), ("MaxCapacity", whole(10..100))],
        vec![("SuspendedState", suspended), ("RoleARN", string(name()))],
    );
    (fields, 0_u8..8)
        .prop_map(|(mut target, which)| {
            identify(&mut target, which);
            target
        })
        .boxed()
}

fn tracking() -> BoxedStrategy<Value> {
    let predefined = prop_oneof![
        Just(json!({"PredefinedMetricType": "ECSServiceAverageCPUUtilization"})),
        Just(json!({"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"})),
        Just(
            json!({"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": "app/a/1/targetgroup/b/2"})
        ),
    ];
    let single = object(
        vec![
            ("MetricName", string(name())),
            ("Namespace", string(name())),
            ("Statistic", one_of(&["Average", "Sum"])),
        ],
        vec![("Dimensions", dimensions()), ("Unit", string(name()))],
    );
    let customized =
        prop_oneof![single, queries(false).prop_map(|queries| json!({ "Metrics": queries }))];
    let metric = prop_oneof![
        predefined.prop_map(|metric| ("PredefinedMetricSpecification", metric)),
        customized.prop_map(|metric| ("CustomizedMetricSpecification", metric)),
    ];
    let rest = object(
        vec![("TargetValue", number().boxed())],
        vec![
            ("ScaleOutCooldown", whole(0..4000)),
            ("ScaleInCooldown", whole(0..4000)),
            ("DisableScaleIn", flag()),
        ],
    );
    (metric, rest)
        .prop_map(|((name, metric), mut rest)| {
            rest[name] = metric;
            json!({ "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": rest })
        })
        .boxed()
}

fn step() -> BoxedStrategy<Value> {
    let steps = (prop::collection::btree_set(1_u32..1000, 0..4), any::<bool>(), -5_i64..50).prop_map(|(bounds, below, change)| {
        let mut bounds: Vec<f64> = bounds.into_iter().map(|bound| f64::from(bound) / 4.0).collect();
        bounds.insert(0, 0.0);
        let mut steps: Vec<Value> = (0..bounds.len())
            .map(|i| {
                let mut step = json!({ "MetricIntervalLowerBound": bounds[i], "ScalingAdjustment": change });
                if let Some(upper) = bounds.get(i + 1) {
                    step["MetricIntervalUpperBound"] = (*upper).into();
                }
                step
            })
            .collect();
        if below {
            steps.push(json!({ "MetricIntervalUpperBound": 0, "ScalingAdjustment": -1 }));
        }
        Value::from(steps)
    });
    let configuration = object(
        vec![("StepAdjustments", steps.boxed())],
        vec![
            ("Cooldown", whole(0..4000)),
            ("MetricAggregationType", one_of(&["Average", "Minimum", "Maximum"])),
        ],
    );
    (configuration, prop::option::of(1_i64..9))
        .prop_map(|(mut configuration, magnitude)| {
            configuration["AdjustmentType"] = "ChangeInCapacity".into();
            if let Some(magnitude) = magnitude {
                configuration["AdjustmentType"] = "PercentChangeInCapacity".into();
                configuration["MinAdjustmentMagnitude"] = magnitude.into();
            }
            json!({ "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": configuration })
        })
        .boxed()
}

fn predictive() -> BoxedStrategy<Value> {
    let specification = prop_oneof![
        Just(
            json!({"PredefinedMetricPairSpecification": {"PredefinedMetricType": "ECSServiceCPUUtilization"}})
        ),
        (queries(false), queries(false)).prop_map(|(load, scaling)| json!({
            "CustomizedLoadMetricSpecification": { "MetricDataQueries": load },
            "CustomizedScalingMetricSpecification": { "MetricDataQueries": scaling },
        })),
    ];
    let rest = object(
        vec![],
        vec![
            ("Mode", one_of(&["ForecastOnly", "ForecastAndScale"])),
            ("SchedulingBufferTime", whole(0..3601)),
        ],
    );
    (specification, number(), rest, prop::option::of(0_i64..101))
        .prop_map(|(mut specification, value, mut rest, buffer)| {
            specification["TargetValue"] = value;
            rest["MetricSpecifications"] = json!([specification]);
            if let Some(buffer) = buffer {
                rest["MaxCapacityBreachBehavior"] = "IncreaseMaxCapacity".into();
                rest["MaxCapacityBuffer"] = buffer.into();
            }
            json!({ "PolicyType": "PredictiveScaling", "PredictiveScalingPolicyConfiguration": rest })
        })
        .boxed()
}

fn alarm() -> BoxedStrategy<Value> {
    let single = object(
        vec![
            ("Namespace", one_of(&["AWS/ECS", "AWS/SQS"])),
            ("MetricName", one_of(&["CPUUtilization", "Other"])),
            ("Period", whole(1..20).prop_map(|n| json!(n.as_i64().unwrap_or(1) * 60)).boxed()),
            ("Statistic", one_of(&["Average", "Maximum"])),
        ],
        vec![("Dimensions", dimensions()), ("Unit", one_of(&["Percent", "Count/Second"]))],
    );
    let metric =
        prop_oneof![single, queries(true).prop_map(|queries| json!({ "Metrics": queries }))];
    let rest = object(
        vec![
            ("Threshold", number().boxed()),
            ("EvaluationPeriods", whole(2..9)),
            ("ComparisonOperator", one_of(&["GreaterThanThreshold", "LessThanOrEqualToThreshold"])),
        ],
        vec![
            ("DatapointsToAlarm", whole(1..3)),
            ("AlarmDescription", string(text())),
            ("ActionsEnabled", flag()),
            ("TreatMissingData", one_of(&["missing", "ignore", "breaching", "notBreaching"])),
            ("OKActions", Just(json!([])).boxed()),
        ],
    );
    (metric, rest)
        .prop_map(|(metric, mut rest)| {
            for (name, value) in metric.as_object().into_iter().flatten() {
                rest[name.as_str()] = value.clone();
            }
            rest
        })
        .boxed()
}

fn action() -> BoxedStrategy<Value> {
    let schedule = prop_oneof![
        Just("cron(0 8 ? * MON-FRI *)"),
        Just("rate(5 minutes)"),
        Just("at(2026-03-29T01:30:00)"),
        Just("cron(0/15 9-17 L * ? 2026)"),
    ];
    let bounds = prop_oneof![
        Just(json!({"MinCapacity": 4})),
        Just(json!({"MaxCapacity": 9})),
        Just(json!({"MinCapacity": 0, "MaxCapacity": 9})),
    ];
    object(
        vec![
            ("Schedule", schedule.prop_map(Value::from).boxed()),
            ("ScalableTargetAction", bounds.boxed()),
        ],
        vec![
            ("Timezone", one_of(&["Europe/Berlin", "America/New_York", "UTC"])),
            ("StartTime", one_of(&["2026-01-05T07:30:00Z", "2026-01-05T07:30:00+01:00"])),
            ("EndTime", one_of(&["2027-01-05T07:30:00Z"])),
        ],
    )
}

/// Names that differ, and actions that call policies of the same list.
fn autoscaling() -> impl Strategy<Value = Value> {
    let policy = prop_oneof![step(), predictive(), tracking()];
    let named = |strategy| prop::collection::vec((name(), strategy), 0..4);
    // Of a template's actions nobody can tell whether they named their target,
    // unless there are policies that did.
    let which = prop_oneof![Just(0_u8), Just(7_u8), Just(2_u8)];
    (target(), named(policy.boxed()), named(alarm()), named(action()), any::<prop::sample::Index>(), which)
        .prop_map(|(mut target, policies, alarms, actions, called, which)| {
            let which = if policies.is_empty() { 0 } else { which };
            identify(&mut target, which);
            let mut lists = [policies, alarms, actions].map(|list| list.into_iter().enumerate());
            let with = |list: &mut dyn Iterator<Item = (usize, (String, Value))>, field: &str| -> Vec<Value> {
                list.map(|(i, (name, mut value))| {
                    value[field] = format!("{name}{i}").into();
                    if field != "AlarmName" {
                        identify(&mut value, which);
                    }
                    value
                })
                .collect()
            };
            let mut policies = with(&mut lists[0], "PolicyName");
            // AWS tracks each metric once.
            let mut tracked = Vec::new();
            policies.retain(|policy| {
                let specification = &policy["TargetTrackingScalingPolicyConfiguration"];
                let metric = (specification["PredefinedMetricSpecification"].clone(), specification["CustomizedMetricSpecification"].clone());
                let fresh = specification.is_null() || !tracked.contains(&metric);
                tracked.push(metric);
                fresh
            });
            let mut alarms = with(&mut lists[1], "AlarmName");
            if !policies.is_empty() {
                for alarm in &mut alarms {
                    alarm["AlarmActions"] = json!([called.get(&policies)["PolicyName"], "arn:aws:sns:eu-west-1:1:topic"]);
                }
            }
            let actions = with(&mut lists[2], "ScheduledActionName")
                .into_iter()
                .map(|mut action| {
                    let name = action["ScheduledActionName"].as_str().unwrap_or_default();
                    let name: String = name.chars().filter(|c| !":/|".contains(*c)).collect();
                    action["ScheduledActionName"] = name.trim().into();
                    action
                })
                .collect::<Vec<_>>();
            json!({ "ScalableTarget": target, "ScalingPolicies": policies, "Alarms": alarms, "ScheduledActions": actions })
        })
}

const FORMS: [(Form, &str); 3] =
    [(Form::Script, "a.sh"), (Form::CloudFormation, "a.yaml"), (Form::Terraform, "a.tf")];

fn there_and_back(autoscaling: &Value, path: &[(Form, &str)]) {
    let scenario = json!({ "traffic": { "shape": "steady", "rps": 1 }, "service": {}, "autoscaling": autoscaling });
    let mut text = scenario.to_string();
    let mut name = "a.json";
    for (form, next) in path.iter().chain([&(Form::Scenario, "a.json")]) {
        let converted = convert(text.as_bytes(), name, *form)
            .unwrap_or_else(|faults| panic!("{faults:?} in {text}"));
        if *form != Form::Scenario {
            assert_eq!(check(converted.text.as_bytes(), next), [], "{}", converted.text);
        }
        (text, name) = (converted.text, next);
    }
    let back: Value = serde_json::from_str(&text).expect("JSON");
    for (list, before) in autoscaling.as_object().into_iter().flatten() {
        assert_eq!(back["autoscaling"][list], *before, "{list} by way of {path:?}");
    }
    assert_eq!(back["autoscaling"], *autoscaling, "by way of {path:?}");
}

proptest! {
    #[test]
    fn to_each_form_and_back_is_the_same(autoscaling in autoscaling()) {
        for form in FORMS {
            there_and_back(&autoscaling, &[form]);
        }
    }

    #[test]
    fn through_all_forms_and_back_is_the_same(autoscaling in autoscaling()) {
        there_and_back(&autoscaling, &FORMS);
        there_and_back(&autoscaling, &[FORMS[2], FORMS[1], FORMS[0]]);
    }
}
