//! The table of shapes against AWS's own API models, reduced to names, types,
//! limits and choices (`tests/api/model.json`).

use std::collections::{BTreeMap, BTreeSet};

use headroom_aws::schema::{Field, Kind, ResourceKind, Shape};
use serde_json::Value;

/// Fields that the API model leaves optional, since a later request may leave
/// them out; a new resource needs them (API reference of each operation).
const NEEDED_WHEN_NEW: &[&str] = &[
    "RegisterScalableTargetRequest.MinCapacity",
    "RegisterScalableTargetRequest.MaxCapacity",
    "PutScalingPolicyRequest.PolicyType",
    "StepScalingPolicyConfiguration.AdjustmentType",
    "StepScalingPolicyConfiguration.StepAdjustments",
    "PutScheduledActionRequest.Schedule",
    "PutScheduledActionRequest.ScalableTargetAction",
    // An alarm on a PromQL query has neither, and is not in the table.
    "PutMetricAlarmInput.EvaluationPeriods",
    "PutMetricAlarmInput.ComparisonOperator",
];

/// What belongs to alarms on PromQL queries and to newer notifications.
const LEFT_OUT: &[&str] = &[
    "PutMetricAlarmInput.EvaluationWindow",
    "PutMetricAlarmInput.WarmUpConfiguration",
    "PutMetricAlarmInput.EvaluationCriteria",
    "PutMetricAlarmInput.EvaluationInterval",
    "PutMetricAlarmInput.ActionConfiguration",
];

fn model() -> Value {
    serde_json::from_str(include_str!("api/model.json")).expect("JSON")
}

fn shapes() -> BTreeMap<&'static str, &'static Shape> {
    fn visit(shape: &'static Shape, into: &mut BTreeMap<&'static str, &'static Shape>) {
        if into.insert(shape.name, shape).is_some() {
            return;
        }
        for field in shape.fields {
            match field.kind {
                Kind::Structure(inner) | Kind::List(&Kind::Structure(inner), _) => {
                    visit(inner, into);
                }
                _ => {}
            }
        }
    }
    let mut shapes = BTreeMap::new();
    for kind in ResourceKind::ALL {
        visit(kind.shape(), &mut shapes);
    }
    shapes
}

fn choices(kind: &Kind) -> Option<BTreeSet<&'static str>> {
    if let Kind::Choice(choices) = kind { Some(choices.iter().copied().collect()) } else { None }
}

fn same_type(kind: &Kind, member: &Value) -> bool {
    match (kind, member["type"].as_str().unwrap_or_default()) {
        (Kind::Integer(min, max), "integer") => {
            let limit = |name: &str| member[name].as_i64();
            limit("min").is_none_or(|limit| limit == *min)
                && limit("max").is_none_or(|limit| limit == *max)
        }
        (Kind::Number, "double")
        | (Kind::Flag, "boolean")
        | (Kind::Instant, "timestamp")
        | (Kind::Texts, "map") => true,
        (Kind::Choice(_), "string") => {
            // Two fields of an alarm are free texts in the model, with their
            // choices in the documentation.
            member["enum"].as_array().is_none_or(|allowed| {
                let allowed: BTreeSet<&str> = allowed.iter().filter_map(Value::as_str).collect();
                choices(kind) == Some(allowed)
            })
        }
        (Kind::Text(min, max, _), "string") => {
            let limit = |name: &str| member[name].as_u64().map(|limit| limit as usize);
            limit("min").unwrap_or(0) == *min && limit("max").unwrap_or(usize::MAX) == *max
        }
        (Kind::Structure(_), "structure") => true,
        (Kind::List(element, max), "list") => {
            let limit = member["max"].as_u64().map_or(usize::MAX, |limit| limit as usize);
            limit == *max && same_type(element, &member["of"])
        }
        _ => false,
    }
}

#[test]
fn the_table_has_every_field_of_the_api_with_its_type_and_limits() {
    let model = model();
    for (name, shape) in shapes() {
        let members = model["shapes"][name]["members"].as_object();
        let members = members.unwrap_or_else(|| panic!("the API has no {name}"));
        let ours: BTreeSet<&str> = shape.fields.iter().map(|field| field.name).collect();
        let theirs: BTreeSet<&str> = members.keys().map(String::as_str).collect();
        let missing: Vec<String> =
            theirs.difference(&ours).map(|field| format!("{name}.{field}")).collect();
        assert!(
            missing.iter().all(|field| LEFT_OUT.contains(&field.as_str())),
            "not in the table: {missing:?}"
        );
        for field in shape.fields {
            let member = members
                .get(field.name)
                .unwrap_or_else(|| panic!("the API has no {name}.{}", field.name));
            // The model states no limit where the text does: a capacity of ECS
            // is 0 or more, a cooldown too.
            assert!(
                same_type(&field.kind, member),
                "{name}.{}: {:?} is not {member}",
                field.name,
                field.kind
            );
        }
    }
}

#[test]
fn what_the_api_requires_is_required() {
    let model = model();
    for (name, shape) in shapes() {
        let theirs: BTreeSet<&str> = model["shapes"][name]["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let required = |field: &&Field| field.required;
        for field in shape.fields.iter().filter(required) {
            let path = format!("{name}.{}", field.name);
            assert!(
                theirs.contains(field.name) || NEEDED_WHEN_NEW.contains(&path.as_str()),
                "{path} is optional"
            );
        }
        for field in theirs {
            assert!(
                shape.field(field).is_some_and(|field| field.required),
                "{name}.{field} is required"
            );
        }
    }
}

#[test]
fn what_aws_prints_and_nobody_sets_is_known() {
    let model = model();
    for (printed, kind) in [
        ("ScalableTarget", ResourceKind::ScalableTarget),
        ("ScalingPolicy", ResourceKind::ScalingPolicy),
        ("ScheduledAction", ResourceKind::ScheduledAction),
        ("MetricAlarm", ResourceKind::MetricAlarm),
    ] {
        let shape = kind.shape();
        for member in model["shapes"][printed]["members"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            let left_out = LEFT_OUT.contains(&format!("{}.{member}", shape.name).as_str());
            assert!(
                left_out || shape.field(member).is_some() || shape.printed.contains(&member),
                "{printed}.{member} is printed and not known"
            );
        }
    }
}
