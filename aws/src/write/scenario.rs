//! A scenario: AWS's JSON beside the traffic and the service of the example.

use headroom_model::scenario::Scenario;
use serde_json::json;

use super::plan::Plan;
use crate::document::Resource;
use crate::node::{Entry, Fields, Node, Reference, Text, Value};
use crate::schema::target::IDENTITY;
use crate::schema::{ResourceKind, Shape};

/// The label of a load balancer that a document does not know.
const LABEL: &str = "app/unknown/0/targetgroup/unknown/0";

/// The bounds of the example, where a document leaves them open.
const BOUNDS: [(&str, u32); 2] = [("MinCapacity", 2), ("MaxCapacity", 20)];

pub(super) fn write(plan: &mut Plan<'_>) -> String {
    let autoscaling = autoscaling(plan);
    let bound = |name: &str| {
        let target = autoscaling.as_map()?.get("ScalableTarget")?.as_map()?;
        target.get(name)?.as_f64()
    };
    let (min, max) = (bound("MinCapacity").unwrap_or(4.0), bound("MaxCapacity").unwrap_or(4.0));
    let desired = 4.0_f64.max(min).min(max) as u32;
    let traffic = json!({
        "shape": "spike", "base_rps": 100, "peak_rps": 320, "start_s": 1800,
        "rise_s": 60, "hold_s": 900, "fall_s": 300, "arrivals": "poisson"
    });
    let scenario = object([
        ("version", Node::from_json(&json!(1))),
        ("name", Node::text("converted")),
        ("traffic", Node::from_json(&traffic)),
        ("service", Node::from_json(&json!({ "desired_count": desired }))),
        ("autoscaling", autoscaling),
    ]);
    let json = scenario.to_json().unwrap_or_default();
    for fault in Scenario::from_value(&json).err().unwrap_or_default() {
        plan.note(
            fault.path,
            format!("is carried, but this version cannot play it: {}", fault.message),
        );
    }
    pretty(&scenario)
}

/// The same without the scenario around it.
pub(super) fn autoscaling_text(plan: &mut Plan<'_>) -> String {
    pretty(&autoscaling(plan))
}

fn pretty(node: &Node) -> String {
    // Writing to memory fails only for keys that are no texts.
    serde_json::to_string_pretty(node).unwrap_or_default() + "\n"
}

fn object<const N: usize>(fields: [(&str, Node); N]) -> Node {
    let entries = fields.map(|(name, node)| Entry::new(name, node));
    Node::new(Value::Map(Fields(entries.into())))
}

fn autoscaling(plan: &mut Plan<'_>) -> Node {
    let resources = plan.resources.clone();
    let target =
        resources.iter().position(|resource| resource.kind == ResourceKind::ScalableTarget);
    let mut lists: [Vec<Node>; 3] = Default::default();
    let mut bounds = Fields::default();
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
        let fields = known(plan, resource);
        let node = Node::new(Value::Map(fields.clone()));
        match resource.kind {
            ResourceKind::ScalableTarget => bounds = fields,
            ResourceKind::ScalingPolicy => lists[0].push(node),
            ResourceKind::MetricAlarm => lists[1].push(node),
            ResourceKind::ScheduledAction => lists[2].push(node),
        }
    }
    for (name, value) in BOUNDS {
        if bounds.get(name).is_none() {
            bounds.set(name, Node::from_json(&json!(value)));
            plan.note(
                format!("/autoscaling/ScalableTarget/{name}"),
                format!("the document leaves it open; {value} stands for it"),
            );
        }
    }
    let [policies, alarms, actions] = lists.map(|list| Node::new(Value::List(list)));
    object([
        ("ScalableTarget", Node::new(Value::Map(bounds))),
        ("ScalingPolicies", policies),
        ("Alarms", alarms),
        ("ScheduledActions", actions),
    ])
}

/// The fields of a request with all that is known; what stays open is listed.
fn known(plan: &mut Plan<'_>, resource: &Resource) -> Fields {
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
    known_of(plan, &resource, shape, &resource.fields)
}

/// The fields of a structure, in the order of the table.
fn known_of(plan: &mut Plan<'_>, resource: &Resource, shape: &Shape, fields: &Fields) -> Fields {
    let mut known = Fields::default();
    for field in shape.fields {
        let Some(node) = fields.get(field.name) else { continue };
        let value = match (&node.value, field.shape()) {
            // A part of the dimensions would be another metric's.
            (_, _) if field.name == "Dimensions" && node.to_json().is_none() => None,
            // The metric is the same behind every load balancer.
            (_, _) if field.name == "ResourceLabel" && node.is_open() => {
                let note = format!("`ResourceLabel` is not known here; {LABEL} stands for it");
                plan.note(place(resource, field.name, node), note);
                Some(Node::text(LABEL))
            }
            (Value::Map(inner), Some(shape)) => {
                Some(Node::new(Value::Map(known_of(plan, resource, shape, inner))))
            }
            (Value::List(elements), inner) => {
                let mut list = Vec::new();
                for node in elements {
                    match (&node.value, inner) {
                        (Value::Map(fields), Some(shape)) => {
                            let fields = known_of(plan, resource, shape, fields);
                            list.push(Node::new(Value::Map(fields)));
                        }
                        _ if node.to_json().is_some() => list.push(node.clone()),
                        _ => lose(plan, resource, field.name, node),
                    }
                }
                Some(Node::new(Value::List(list)))
            }
            _ => node.to_json().is_some().then(|| node.clone()),
        };
        match value {
            Some(value) => known.0.push(Entry::new(field.name, value)),
            None => lose(plan, resource, field.name, node),
        }
    }
    known
}

/// Where a field stands.
fn path(resource: &Resource, name: &str) -> String {
    resource.field_fault(name, "").path
}

/// Where a value of a field stands.
fn place(resource: &Resource, name: &str, node: &Node) -> String {
    node.at.map_or_else(|| path(resource, name), |at| at.to_string())
}

fn lose(plan: &mut Plan<'_>, resource: &Resource, name: &str, node: &Node) {
    let path = place(resource, name, node);
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
