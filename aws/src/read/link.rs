//! What of a document belongs together: policies and actions with their
//! scalable target, alarms with the policies that they call.

use crate::document::{Document, Form, Resource, Target};
use crate::node::{Fields, Foreign, Node, Piece, Reference, Text, Value};
use crate::schema::ResourceKind;
use crate::schema::target::IDENTITY;

/// The fields of an alarm that name what it calls.
pub(crate) const ACTIONS: [&str; 3] = ["AlarmActions", "OKActions", "InsufficientDataActions"];

/// Finds what belongs together.
pub(super) fn link(document: &mut Document) {
    targets(document);
    if document.form == Form::CloudFormation {
        name_as_policies(document);
    }
    let policies = policies(document);
    let form = document.form;
    for resource in &mut document.resources {
        if resource.kind != ResourceKind::MetricAlarm {
            continue;
        }
        for entry in
            resource.fields.0.iter_mut().filter(|entry| ACTIONS.contains(&entry.name.as_str()))
        {
            let Value::List(actions) = &mut entry.node.value else { continue };
            for action in actions {
                if let Some(policy) = policies.iter().find(|policy| policy.is_meant(action, form)) {
                    action.value = Value::Text(Text::reference(Reference::Policy(policy.index)));
                }
            }
        }
    }
}

/// A scheduled action stands within its target in a template, and cannot name
/// it. Where the policies name theirs although they need not, so does the action.
fn name_as_policies(document: &mut Document) {
    for i in 0..document.resources.len() {
        let Resource { kind: ResourceKind::ScheduledAction, target: Target::Own(target), .. } =
            document.resources[i]
        else {
            continue;
        };
        let named = document.resources.iter().find(|other| {
            other.kind == ResourceKind::ScalingPolicy
                && other.target == Target::Own(target)
                && other.fields.get("ResourceId").is_some()
        });
        let identity = named.map(|policy| {
            let entries =
                policy.fields.0.iter().filter(|entry| IDENTITY.contains(&entry.name.as_str()));
            entries.cloned().collect::<Vec<_>>()
        });
        document.resources[i].fields.0.splice(0..0, identity.unwrap_or_default());
    }
}

/// How a policy can be named.
struct Policy {
    index: usize,
    id: String,
    name: Option<String>,
    arn: Option<String>,
}

fn policies(document: &Document) -> Vec<Policy> {
    let all = document.resources.iter().enumerate();
    all.filter(|(_, resource)| resource.kind == ResourceKind::ScalingPolicy)
        .map(|(index, resource)| Policy {
            index,
            id: resource.id.clone(),
            name: resource.fields.str("PolicyName").map(str::to_owned),
            arn: resource.fields.str("PolicyARN").map(str::to_owned),
        })
        .collect()
}

impl Policy {
    /// Whether an alarm's action means this policy.
    fn is_meant(&self, action: &Node, form: Form) -> bool {
        let Some(text) = action.as_text() else { return false };
        if let Some(literal) = text.as_literal() {
            return !literal.is_empty()
                && (Some(&literal) == self.arn.as_ref() || Some(&literal) == self.name.as_ref());
        }
        let Some(Reference::Foreign(Foreign { path, .. })) = text.as_reference() else {
            return false;
        };
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match form {
            Form::CloudFormation => path == [&self.id] || path == [self.id.as_str(), "Arn"],
            Form::Terraform => path == [ResourceKind::ScalingPolicy.terraform(), &self.id, "arn"],
            _ => false,
        }
    }
}

/// The target's identity, and the rest of what is known of it.
struct Known {
    index: usize,
    id: String,
    identity: [Option<Value>; 3],
}

fn identity(document: &Document, resource: &Resource) -> [Option<Value>; 3] {
    let fields = document.evaluate(resource.kind.shape(), &resource.fields);
    IDENTITY.map(|name| fields.get(name).map(|node| node.value.clone()))
}

fn targets(document: &mut Document) {
    let all = document.resources.iter().enumerate();
    let known: Vec<Known> = all
        .filter(|(_, resource)| resource.kind == ResourceKind::ScalableTarget)
        .map(|(index, resource)| Known {
            index,
            id: resource.id.clone(),
            identity: identity(document, resource),
        })
        .collect();
    for i in 0..document.resources.len() {
        let resource = &document.resources[i];
        if !matches!(resource.kind, ResourceKind::ScalingPolicy | ResourceKind::ScheduledAction) {
            continue;
        }
        let named = identity(document, resource);
        let found = match (&resource.target, document.form) {
            (Target::Own(_) | Target::Elsewhere, _) => continue,
            (Target::Id(id), _) => known.iter().find(|target| target.id == *id),
            // A scenario has one target, and naming it is optional.
            (_, Form::Scenario) => known.iter().find(|target| {
                let pairs = named.iter().zip(&target.identity);
                pairs.into_iter().all(|(a, b)| a.is_none() || b.is_none() || a == b)
            }),
            _ => known.iter().find(|target| target.is(&named, &resource.fields)),
        };
        let by_reference = resource.fields.get("ResourceId").is_some_and(is_open);
        let open = |value: &Option<Value>| matches!(value, Some(Value::Text(text)) if text.as_literal().is_none());
        let unknown = open(&named[1]) || known.iter().any(|target| open(&target.identity[1]));
        let target = match found {
            Some(target) => Target::Own(target.index),
            None if document.form == Form::Terraform && open(&named[1]) => Target::Elsewhere,
            None if !known.is_empty() && unknown => Target::Elsewhere,
            None => continue,
        };
        let resource = &mut document.resources[i];
        // Named through a reference, it is the document's target, whatever that is.
        if by_reference && matches!(target, Target::Own(_)) {
            resource.fields.0.retain(|entry| !IDENTITY.contains(&entry.name.as_str()));
        }
        resource.target = target;
    }
}

fn is_open(node: &Node) -> bool {
    node.is_open()
}

impl Known {
    /// Whether the fields of a policy or an action name this target.
    fn is(&self, named: &[Option<Value>; 3], fields: &Fields) -> bool {
        let by_resource = |node: &Node| {
            matches!(
                node.as_text().map(|text| text.0.as_slice()),
                Some([Piece::Reference(Reference::Foreign(Foreign { path, .. }))])
                    if path.len() == 3 && path[0] == ResourceKind::ScalableTarget.terraform() && path[1] == self.id
            )
        };
        fields.get("ResourceId").is_some_and(by_resource) || *named == self.identity
    }
}
