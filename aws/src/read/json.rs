//! JSON as the AWS CLI takes it (one request) and prints it (lists), and a
//! scenario's `autoscaling`.

use headroom_model::scenario::Fault;

use crate::document::{Document, Form, MAX_RESOURCES, Resource, pointer};
use crate::node::{Fields, Node, Value};
use crate::schema::ResourceKind;

/// The field under which each kind is listed, in the order of the file.
const LISTS: [(&str, ResourceKind); 6] = [
    ("ScalableTarget", ResourceKind::ScalableTarget),
    ("ScalableTargets", ResourceKind::ScalableTarget),
    ("ScalingPolicies", ResourceKind::ScalingPolicy),
    ("ScheduledActions", ResourceKind::ScheduledAction),
    ("MetricAlarms", ResourceKind::MetricAlarm),
    ("Alarms", ResourceKind::MetricAlarm),
];

/// The kind of a request, from the fields that only it has.
fn kind_of(fields: &Fields) -> Option<ResourceKind> {
    let has = |names: &[&str]| names.iter().any(|name| fields.has(name));
    if has(&["ScheduledActionName", "ScalableTargetAction", "Schedule"]) {
        Some(ResourceKind::ScheduledAction)
    } else if has(&[
        "PolicyName",
        "PolicyType",
        "TargetTrackingScalingPolicyConfiguration",
        "StepScalingPolicyConfiguration",
        "PredictiveScalingPolicyConfiguration",
    ]) {
        Some(ResourceKind::ScalingPolicy)
    } else if has(&["AlarmName", "ComparisonOperator", "EvaluationPeriods"]) {
        Some(ResourceKind::MetricAlarm)
    } else if has(&["MinCapacity", "MaxCapacity", "ScalableDimension", "SuspendedState"]) {
        Some(ResourceKind::ScalableTarget)
    } else {
        None
    }
}

/// Whether an object is AWS CLI JSON.
pub(super) fn is_cli(fields: &Fields) -> bool {
    kind_of(fields).is_some() || LISTS.iter().any(|(name, _)| fields.has(name))
}

/// Whether an object is the configuration of a policy without the policy.
pub(super) fn is_configuration(fields: &Fields) -> Option<&'static str> {
    let has = |name| fields.has(name);
    if has("TargetValue") {
        Some("TargetTrackingScalingPolicyConfiguration")
    } else if has("StepAdjustments") || has("AdjustmentType") {
        Some("StepScalingPolicyConfiguration")
    } else if has("MetricSpecifications") {
        Some("PredictiveScalingPolicyConfiguration")
    } else {
        None
    }
}

/// Reads a request or lists of them.
pub(super) fn read(fields: &Fields, faults: &mut Vec<Fault>) -> Document {
    let mut document = Document::new(Form::Json);
    match kind_of(fields) {
        Some(kind) => document.resources.push(Resource::new(kind, "", fields.clone())),
        None => lists(fields, "", &mut document, faults),
    }
    document
}

/// Reads lists of requests that stand at a pointer.
pub(super) fn lists(fields: &Fields, at: &str, document: &mut Document, faults: &mut Vec<Fault>) {
    for (name, kind) in LISTS {
        let Some(node) = fields.get(name) else { continue };
        let path = pointer(at, name);
        match &node.value {
            Value::Map(fields) if name == "ScalableTarget" => {
                document.resources.push(resource(kind, fields, path));
            }
            Value::List(elements) if name != "ScalableTarget" => {
                // One more than are allowed, so that the caller sees it.
                for (i, element) in elements.iter().enumerate().take(MAX_RESOURCES + 1) {
                    let path = format!("{path}/{i}");
                    match &element.value {
                        Value::Map(fields) => document.resources.push(resource(kind, fields, path)),
                        _ => faults.push(expected(path, "an object", element)),
                    }
                }
            }
            _ => {
                let what = if name == "ScalableTarget" { "an object" } else { "a list" };
                faults.push(expected(path, what, node));
            }
        }
    }
    for entry in &fields.0 {
        let path = pointer(at, &entry.name);
        match entry.name.as_str() {
            name if LISTS.iter().any(|(list, _)| *list == name) => {}
            "CompositeAlarms" | "NextToken" => {
                document.others.push(Fault { path, message: format!("`{}`", entry.name) });
            }
            name => {
                let known = LISTS.map(|(name, _)| name).join(", ");
                faults.push(Fault {
                    path,
                    message: format!("unknown field `{name}`; known are {known}"),
                });
            }
        }
    }
}

fn resource(kind: ResourceKind, fields: &Fields, pointer: String) -> Resource {
    Resource { pointer, ..Resource::new(kind, "", fields.clone()) }
}

fn expected(path: String, what: &str, node: &Node) -> Fault {
    Fault { path, message: format!("expected {what}, found {}", node.found()) }
}
