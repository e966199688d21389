//! A scenario: AWS's JSON beside the traffic and the service of the example.

use headroom_model::scenario::Scenario;
use serde_json::{Map, Value as Json, json};

use super::plan::Plan;
use crate::document::Resource;
use crate::node::{Fields, Node, Reference, Text, Value};
use crate::schema::target::IDENTITY;
use crate::schema::{ResourceKind, Shape};

/// The bounds of the example, where a document leaves them open.
const BOUNDS: [(&str, u32); 2] = [("MinCapacity", 2), ("MaxCapacity", 20)];

pub(super) fn write(plan: &mut Plan<'_>) -> String {
    let autoscaling = autoscaling(plan);
    let bound = |name: &str| autoscaling["ScalableTarget"][name].as_f64().unwrap_or(4.0);
    let desired = 4.0_f64.max(bound("MinCapacity")).min(bound("MaxCapacity")) as u32;
    let scenario = json!({
        "version": 1,
        "name": "converted",
        "traffic": {
            "shape": "spike", "base_rps": 100, "peak_rps": 320, "start_s": 1800,
            "rise_s": 60, "hold_s": 900, "fall_s": 300, "arrivals": "poisson"
        },
        "service": { "desired_count": desired },
        "autoscaling": autoscaling,
    });
    for fault in Scenario::from_value(&scenario).err().unwrap_or_default() {
        plan.note(
            fault.path,
            format!("is carried, but this version cannot play it: {}", fault.message),
        );
    }
    format!("{scenario:#}\n")
}

/// The same without the scenario around it.
pub(super) fn autoscaling_text(plan: &mut Plan<'_>) -> String {
    format!("{:#}\n", autoscaling(plan))
}

fn autoscaling(plan: &mut Plan<'_>) -> Json {
    let resources = plan.resources.clone();
    let target =
        resources.iter().position(|resource| resource.kind == ResourceKind::ScalableTarget);
    let mut lists: [Vec<Json>; 3] = Default::default();
    let mut bounds = Json::Object(Map::new());
    for (index, resource) in resources.iter().enumerate() {
        let of = plan.target_of(resource);
        let elsewhere = match resource.kind {
            ResourceKind::ScalableTarget => Some(index) != target,
            ResourceKind::MetricAlarm => false,
            _ => of.is_some() && of != target,
        };
        if elsewhere {
            let what =
                format!("{}: a scenario has one scalable target, the first", resource.describe());
            plan.lose(resource, resource.kind.name_field(), what);
            continue;
        }
        let json = fields(plan, resource);
        match resource.kind {
            ResourceKind::ScalableTarget => bounds = json,
            ResourceKind::ScalingPolicy => lists[0].push(json),
            ResourceKind::MetricAlarm => lists[1].push(json),
            ResourceKind::ScheduledAction => lists[2].push(json),
        }
    }
    for (name, value) in BOUNDS {
        if bounds[name].is_null() {
            bounds[name] = value.into();
            plan.note(
                format!("/autoscaling/ScalableTarget/{name}"),
                format!("the document leaves it open; {value} stands for it"),
            );
        }
    }
    let [policies, alarms, actions] = lists;
    json!({
        "ScalableTarget": bounds,
        "ScalingPolicies": policies,
        "Alarms": alarms,
        "ScheduledActions": actions,
    })
}

/// The fields of a request with all that is known; what stays open is listed.
fn fields(plan: &mut Plan<'_>, resource: &Resource) -> Json {
    let mut resource = resource.clone();
    let name = resource.kind.name_field();
    if resource.kind != ResourceKind::ScalableTarget
        && let Some(stand_in) = stand_in(plan, &resource)
    {
        plan.note(
            path(&resource, name),
            format!("`{name}` is not known here; \"{stand_in}\" stands for it"),
        );
        resource.fields.set(name, Node::text(stand_in));
    }
    name_policies(plan, &mut resource.fields);
    let shape = resource.kind.shape();
    let source = resource.fields.clone();
    resource.fields = plan.document.evaluate(shape, &source);
    identity(plan, &mut resource, &source);
    object(plan, &resource, shape, &resource.fields)
}

fn object(plan: &mut Plan<'_>, resource: &Resource, shape: &Shape, fields: &Fields) -> Json {
    let mut json = Map::new();
    for entry in fields.0.iter().filter(|entry| !entry.node.is_null()) {
        if entry.name == "Dimensions" && entry.node.to_json().is_none() {
            // A part of the dimensions would be another metric's.
            lose(plan, resource, &entry.name, &entry.node);
            continue;
        }
        let inner = shape.field(&entry.name).and_then(crate::schema::Field::shape);
        let value = match (&entry.node.value, inner) {
            (Value::Map(fields), Some(shape)) => Some(object(plan, resource, shape, fields)),
            (Value::List(elements), inner) => {
                let mut list = Vec::new();
                for node in elements {
                    match (&node.value, inner) {
                        (Value::Map(fields), Some(shape)) => {
                            list.push(object(plan, resource, shape, fields));
                        }
                        _ => match node.to_json() {
                            Some(json) => list.push(json),
                            None => lose(plan, resource, &entry.name, node),
                        },
                    }
                }
                Some(Json::Array(list))
            }
            _ => entry.node.to_json(),
        };
        match value {
            Some(value) => {
                json.insert(entry.name.clone(), value);
            }
            None => lose(plan, resource, &entry.name, &entry.node),
        }
    }
    Json::Object(json)
}

/// Where a field stands.
fn path(resource: &Resource, name: &str) -> String {
    resource.field_fault(name, "").path
}

fn lose(plan: &mut Plan<'_>, resource: &Resource, name: &str, node: &Node) {
    let path = node.at.map_or_else(|| path(resource, name), |at| at.to_string());
    plan.note(
        path,
        format!("not carried: `{name}` of {}, whose value is not known here", resource.describe()),
    );
}

/// A name for what a document names by an expression, if it does: the one that
/// the document itself calls it by.
fn stand_in(plan: &Plan<'_>, resource: &Resource) -> Option<String> {
    let name = resource.fields.get(resource.kind.name_field())?.as_text()?;
    plan.document
        .evaluate_text(name)
        .as_literal()
        .is_none()
        .then(|| if resource.id.is_empty() { "unnamed".to_owned() } else { resource.id.clone() })
}

/// A scenario calls a policy by its name.
fn name_policies(plan: &Plan<'_>, fields: &mut Fields) {
    for entry in &mut fields.0 {
        let Value::List(elements) = &mut entry.node.value else { continue };
        for node in elements {
            let Some(Reference::Policy(index)) = node.as_text().and_then(Text::as_reference) else {
                continue;
            };
            let policy = &plan.resources[*index];
            if let Some(name) = stand_in(plan, policy) {
                node.value = Value::Text(Text::literal(name));
            } else if let Some(name) = policy.fields.get("PolicyName").and_then(Node::as_text) {
                node.value = Value::Text(plan.document.evaluate_text(name));
            }
        }
    }
}

/// Which service is scaled need not be said in a scenario. An identity that is
/// known is carried; one that is not was left open on purpose, or is listed.
fn identity(plan: &mut Plan<'_>, resource: &mut Resource, source: &Fields) {
    let Some(id) = resource.fields.get("ResourceId").cloned() else { return };
    let open = id.is_open();
    if open {
        resource.fields.remove("ResourceId");
        lose(plan, resource, "ResourceId", &id);
    }
    let several = id.as_text().is_some_and(|text| text.as_reference().is_none());
    for name in [IDENTITY[0], IDENTITY[2]] {
        let by_reference = source.get(name).is_some_and(Node::is_open);
        if (open && several) || by_reference {
            resource.fields.remove(name);
        }
    }
}
