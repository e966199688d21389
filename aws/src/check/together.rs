//! Resources of one document together: names that are taken, metrics that are
//! tracked already, targets that are not there, too many of a kind.

use std::collections::BTreeMap;

use headroom_model::scenario::Fault;

use crate::document::{Document, Form, Resource, Target};
use crate::node::Value;
use crate::schema::ResourceKind;
use crate::schema::target::IDENTITY;

/// Scaling policies of a target (Application Auto Scaling quotas).
const MAX_POLICIES: usize = 50;
/// Scheduled actions of a target (Application Auto Scaling quotas).
const MAX_ACTIONS: usize = 200;

pub(super) fn check(document: &Document, faults: &mut Vec<Fault>) {
    for kind in ResourceKind::ALL {
        names(document, kind, faults);
    }
    for (kind, limit, what) in [
        (ResourceKind::ScalingPolicy, MAX_POLICIES, "scaling policies"),
        (ResourceKind::ScheduledAction, MAX_ACTIONS, "scheduled actions"),
    ] {
        for of_target in by_target(document, kind).values() {
            if let Some(first) = of_target.get(limit) {
                faults.push(first.fault(format!(
                    "LimitExceededException: {} {what} of one scalable target; at most {limit} are allowed",
                    of_target.len()
                )));
            }
        }
    }
    // More than that are refused as a whole.
    let targets = by_target(document, ResourceKind::ScalingPolicy);
    for of_target in targets.values().filter(|of_target| of_target.len() <= MAX_POLICIES) {
        tracked_twice(document, of_target, faults);
    }
    unregistered(document, faults);
}

/// What names the target of a policy or an action, for comparing.
fn target_of(document: &Document, resource: &Resource) -> String {
    match &resource.target {
        Target::Own(index) => format!("#{index}"),
        _ => {
            let fields = document.evaluate(resource.kind.shape(), &resource.fields);
            IDENTITY.map(|name| format!("{:?}", fields.get(name).map(|node| &node.value))).join(" ")
        }
    }
}

fn by_target(document: &Document, kind: ResourceKind) -> BTreeMap<String, Vec<&Resource>> {
    let mut targets: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for resource in document.resources.iter().filter(|resource| resource.kind == kind) {
        targets.entry(target_of(document, resource)).or_default().push(resource);
    }
    targets
}

fn names(document: &Document, kind: ResourceKind, faults: &mut Vec<Fault>) {
    let mut taken = std::collections::BTreeSet::new();
    for resource in document.resources.iter().filter(|resource| resource.kind == kind) {
        let fields = document.evaluate(kind.shape(), &resource.fields);
        let Some(name) = fields.str(kind.name_field()).map(str::to_owned) else { continue };
        let of = match kind {
            ResourceKind::MetricAlarm => String::new(),
            ResourceKind::ScalableTarget => target_of(document, resource),
            _ => target_of(document, resource),
        };
        if !taken.insert((of, name.clone())) {
            let message = match kind {
                ResourceKind::ScalableTarget => format!(
                    "\"{name}\" is registered by another resource of this document; leave one"
                ),
                ResourceKind::MetricAlarm => {
                    format!("the name \"{name}\" is taken by another alarm; give each its own")
                }
                ResourceKind::ScheduledAction => format!(
                    "the name \"{name}\" is taken by another scheduled action of this target"
                ),
                ResourceKind::ScalingPolicy => {
                    format!("the name \"{name}\" is taken by another policy of this target")
                }
            };
            faults.push(
                resource.field_fault(kind.name_field(), format!("{}: {message}", kind.exception())),
            );
        }
    }
}

/// The metric that a target tracking policy follows.
fn tracked(document: &Document, policy: &Resource) -> Option<(Value, String)> {
    let fields = document.evaluate(policy.kind.shape(), &policy.fields);
    let configuration = fields.get("TargetTrackingScalingPolicyConfiguration")?.as_map()?;
    if let Some(predefined) = configuration.get("PredefinedMetricSpecification") {
        let metric = predefined.as_map()?.str("PredefinedMetricType")?.to_owned();
        // The high-resolution form is the same metric.
        let name = metric.trim_end_matches("HighResolution").to_owned();
        let label = predefined.as_map()?.get("ResourceLabel").map(|node| node.value.clone());
        let metric = crate::node::Node::text(name.clone());
        let label = crate::node::Node::new(label.unwrap_or(Value::Null));
        return Some((Value::List(vec![metric, label]), name));
    }
    let customized = configuration.get("CustomizedMetricSpecification")?;
    let json = customized.to_json()?;
    let name = customized.as_map()?.str("MetricName").unwrap_or("the same expression").to_owned();
    // Without places, so that equal ones compare equal.
    Some((crate::node::Node::from_json(&json).value, name))
}

fn tracked_twice(document: &Document, policies: &[&Resource], faults: &mut Vec<Fault>) {
    let mut seen: Vec<Value> = Vec::new();
    for policy in policies {
        let Some((metric, name)) = tracked(document, policy) else { continue };
        if seen.contains(&metric) {
            faults.push(policy.fault(format!(
                "ValidationException: Only one TargetTrackingScaling policy for a given metric \
                 specification is allowed; another policy tracks {name} already"
            )));
        } else {
            seen.push(metric);
        }
    }
}

/// A document that stands for itself registers the targets that it scales; a
/// single request, and a scenario, may leave that to others.
fn unregistered(document: &Document, faults: &mut Vec<Fault>) {
    let registers =
        document.resources.iter().any(|resource| resource.kind == ResourceKind::ScalableTarget);
    let whole = match document.form {
        Form::Script | Form::CloudFormation | Form::Terraform => true,
        Form::Json => registers,
        Form::Scenario => false,
    };
    if !whole {
        return;
    }
    for resource in &document.resources {
        let scales =
            matches!(resource.kind, ResourceKind::ScalingPolicy | ResourceKind::ScheduledAction);
        if !scales || !matches!(resource.target, Target::Named | Target::Id(_)) {
            continue;
        }
        let fields = document.evaluate(resource.kind.shape(), &resource.fields);
        let id = match &resource.target {
            Target::Id(id) => id.clone(),
            _ => fields.str("ResourceId").unwrap_or("the resource").to_owned(),
        };
        faults.push(resource.fault(format!(
            "ObjectNotFoundException: No scalable target registered for {id}, which {} belongs to; register it before",
            resource.describe()
        )));
    }
}
