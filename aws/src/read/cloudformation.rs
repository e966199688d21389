//! CloudFormation templates, from JSON or YAML alike: parameters, resources,
//! intrinsic functions.

use headroom_model::scenario::Fault;

use crate::document::{Document, Form, MAX_RESOURCES, Parameter, Resource, Target, pointer};
use crate::evaluate::{settle, settle_fields};
use crate::node::{Entry, Fields, Foreign, Node, Piece, Reference, Text, Value};
use crate::schema::{ANY_NUMBER, ResourceKind, TEXT};
use crate::text::Place;

/// Whether an object is a template: it has resources, or is nothing but
/// resources.
pub(super) fn is_template(fields: &Fields) -> bool {
    fields.has("Resources") || fields.has("AWSTemplateFormatVersion") || is_bare(fields)
}

/// Whether an object is a bare map of resources.
fn is_bare(fields: &Fields) -> bool {
    let resource = |entry: &Entry| {
        let kind = entry.node.as_map().and_then(|fields| fields.str("Type"));
        kind.is_some_and(|kind| kind.contains("::"))
    };
    !fields.0.is_empty() && fields.0.iter().all(resource)
}

/// Reads a template.
pub(super) fn read(root: &Fields, faults: &mut Vec<Fault>) -> Document {
    let mut document = Document::new(Form::CloudFormation);
    let nothing = Fields::default();
    let (at, resources) = if is_bare(root) {
        (String::new(), root)
    } else {
        for entry in &root.0 {
            match (entry.name.as_str(), &entry.node.value) {
                ("Resources" | "AWSTemplateFormatVersion", _) => {}
                ("Parameters", Value::Map(parameters)) => {
                    self::parameters(parameters, &mut document);
                }
                (name, _) => {
                    document.others.push(fault(&pointer("", name), entry, format!("`{name}`")));
                }
            }
        }
        let resources = match root.get("Resources") {
            Some(Node { value: Value::Map(resources), .. }) => resources,
            found => {
                let what = found.map_or("nothing".to_owned(), Node::found);
                let at = found.and_then(|node| node.at);
                let path = at.map_or_else(|| "/Resources".to_owned(), |at| at.to_string());
                faults.push(Fault {
                    path,
                    message: format!(
                        "expected an object with the template's resources, found {what}"
                    ),
                });
                &nothing
            }
        };
        ("/Resources".to_owned(), resources)
    };
    if resources.0.len() > MAX_RESOURCES {
        let message = format!("the template has more than {MAX_RESOURCES} resources; split it");
        faults.push(Place::START.fault(message));
        return document;
    }
    for entry in &resources.0 {
        let path = pointer(&at, &entry.name);
        match entry.node.as_map() {
            Some(fields) => resource(entry, fields, &path, resources, &mut document, faults),
            None => faults.push(fault(
                &path,
                entry,
                format!(
                    "expected a resource with Type and Properties, found {}",
                    entry.node.found()
                ),
            )),
        }
    }
    document
}

fn fault(path: &str, entry: &Entry, message: String) -> Fault {
    let at = entry.at.or(entry.node.at);
    Fault { path: at.map_or_else(|| path.to_owned(), |at| at.to_string()), message }
}

fn parameters(parameters: &Fields, document: &mut Document) {
    for entry in &parameters.0 {
        let Some(fields) = entry.node.as_map() else { continue };
        let kind = fields.str("Type").unwrap_or("String");
        let mut default = fields.get("Default").cloned();
        if let Some(node) = &mut default {
            settle(if kind == "Number" { &ANY_NUMBER } else { &TEXT }, node);
        }
        // Of a parameter in Systems Manager the template knows the name alone.
        let default = default.filter(|_| !kind.starts_with("AWS::SSM::")).map(|node| node.value);
        document.parameters.push(Parameter { name: entry.name.clone(), default });
    }
}

fn resource(
    entry: &Entry,
    fields: &Fields,
    path: &str,
    all: &Fields,
    document: &mut Document,
    faults: &mut Vec<Fault>,
) {
    let name = fields.str("Type").unwrap_or_default();
    let Some(kind) = ResourceKind::ALL.into_iter().find(|kind| kind.cloudformation() == Some(name))
    else {
        if name.is_empty() {
            faults.push(fault(
                path,
                entry,
                "a resource needs a Type, such as AWS::ApplicationAutoScaling::ScalableTarget"
                    .to_owned(),
            ));
        } else {
            document.others.push(fault(
                path,
                entry,
                format!("the resource {} of type {name}", entry.name),
            ));
        }
        return;
    };
    for attribute in
        fields.0.iter().filter(|entry| !["Type", "Properties"].contains(&entry.name.as_str()))
    {
        let what = format!("`{}` of {}", attribute.name, entry.name);
        document.others.push(fault(&pointer(path, &attribute.name), attribute, what));
    }
    let properties = match fields.get("Properties") {
        Some(Node { value: Value::Map(properties), .. }) => properties.clone(),
        None => Fields::default(),
        Some(other) => {
            faults.push(fault(
                &pointer(path, "Properties"),
                entry,
                format!("expected an object, found {}", other.found()),
            ));
            return;
        }
    };
    let mut properties = intrinsics_of(&properties, document);
    let mut new = Resource::new(kind, entry.name.clone(), Fields::default());
    new.pointer = pointer(path, "Properties");
    new.at = entry.at;
    if let Some(id) =
        properties.remove("ScalingTargetId").filter(|_| kind == ResourceKind::ScalingPolicy)
    {
        new.target = target(&id.node);
        if let Target::Id(id) = &new.target
            && !all.has(id)
        {
            faults.push(new.fault(format!(
                "ValidationError: Template format error: Unresolved resource dependencies [{id}] in the \
                 Resources block of the template; ScalingTargetId must !Ref a scalable target of it"
            )));
            new.target = Target::Elsewhere;
        }
    }
    let actions =
        properties.remove("ScheduledActions").filter(|_| kind == ResourceKind::ScalableTarget);
    if kind == ResourceKind::MetricAlarm && properties.get("AlarmName").is_none() {
        // AWS makes a name from the logical ID.
        properties.set("AlarmName", Node { at: entry.at, ..Node::text(&entry.name) });
    }
    settle_fields(kind.shape(), &mut properties);
    let pointer_of = new.pointer.clone();
    new.fields = properties;
    document.resources.push(new);
    if let Some(actions) = actions {
        scheduled(&actions, &pointer(&pointer_of, "ScheduledActions"), document, faults);
    }
}

/// The scheduled actions that stand in the target that was read last.
fn scheduled(actions: &Entry, path: &str, document: &mut Document, faults: &mut Vec<Fault>) {
    let target = document.resources.len() - 1;
    let Value::List(elements) = &actions.node.value else {
        if !actions.node.is_open() {
            faults.push(fault(
                path,
                actions,
                format!("expected a list, found {}", actions.node.found()),
            ));
        }
        return;
    };
    for (i, node) in elements.iter().enumerate() {
        let path = format!("{path}/{i}");
        let Some(fields) = node.as_map() else {
            let path = node.at.map_or(path, |at| at.to_string());
            faults.push(Fault {
                path,
                message: format!("expected an object, found {}", node.found()),
            });
            continue;
        };
        let mut resource = Resource::new(ResourceKind::ScheduledAction, "", fields.clone());
        settle_fields(resource.kind.shape(), &mut resource.fields);
        resource.pointer = path;
        resource.at = node.at;
        resource.target = Target::Own(target);
        document.resources.push(resource);
    }
}

/// The resource that a policy's `ScalingTargetId` refers to.
fn target(id: &Node) -> Target {
    match id.as_text().and_then(Text::as_reference) {
        Some(Reference::Foreign(Foreign { path, .. })) if path.len() == 1 => {
            Target::Id(path[0].clone())
        }
        _ => Target::Elsewhere,
    }
}

/// Fields with their intrinsic functions as references.
fn intrinsics_of(fields: &Fields, document: &Document) -> Fields {
    let read = |entry: &Entry| Entry { node: intrinsics(&entry.node, document), ..entry.clone() };
    Fields(fields.0.iter().map(read).collect())
}

fn intrinsics(node: &Node, document: &Document) -> Node {
    let value = match &node.value {
        Value::List(elements) => {
            Value::List(elements.iter().map(|node| intrinsics(node, document)).collect())
        }
        Value::Map(fields) => match fields.0.as_slice() {
            [Entry { name, node: argument, .. }] if name == "Ref" || name.starts_with("Fn::") => {
                function(name, argument, node, document)
            }
            _ => Value::Map(intrinsics_of(fields, document)),
        },
        other => other.clone(),
    };
    Node { at: node.at, value }
}

/// What a function stands for.
fn function(name: &str, argument: &Node, whole: &Node, document: &Document) -> Value {
    let text = match name {
        "Ref" => match argument.as_str() {
            Some("AWS::NoValue") => return Value::Null,
            Some(name) => Some(Text::reference(named(&[name], document))),
            None => None,
        },
        "Fn::GetAtt" => attribute(argument).map(|path| {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            Text::reference(named(&path, document))
        }),
        "Fn::Sub" => substitute(argument, document),
        "Fn::Join" => join(argument, document),
        _ => None,
    };
    Value::Text(text.unwrap_or_else(|| {
        let source = whole.to_json().map(|json| json.to_string()).unwrap_or_default();
        Text::reference(Reference::Foreign(Foreign { path: Vec::new(), source }))
    }))
}

fn attribute(argument: &Node) -> Option<Vec<String>> {
    match &argument.value {
        Value::Text(text) => {
            let text = text.as_literal()?;
            let (resource, attribute) = text.split_once('.')?;
            Some(vec![resource.to_owned(), attribute.to_owned()])
        }
        Value::List(parts) => parts.iter().map(|part| part.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// A parameter, a resource or an attribute of one.
fn named(path: &[&str], document: &Document) -> Reference {
    if let [name] = path
        && document.parameter(name).is_some()
    {
        return Reference::Parameter((*name).to_owned());
    }
    let json = match path {
        [name] => serde_json::json!({ "Ref": name }),
        _ => serde_json::json!({ "Fn::GetAtt": path }),
    };
    let path = path.iter().map(|part| (*part).to_owned()).collect();
    Reference::Foreign(Foreign { path, source: json.to_string() })
}

/// `Fn::Sub`: a text with `${…}`, and values for some of them.
fn substitute(argument: &Node, document: &Document) -> Option<Text> {
    let nothing = Fields::default();
    let (text, values) = match &argument.value {
        Value::List(parts) => match parts.as_slice() {
            [text, values] => (text.as_str()?, values.as_map()?),
            _ => return None,
        },
        _ => (argument.as_str()?, &nothing),
    };
    let mut new = Text::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        new.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            new.push_str("${");
            new.push_str(after);
            return Some(new);
        };
        rest = after;
        if let Some(literal) = name.strip_prefix('!') {
            new.push_str(&format!("${{{literal}}}"));
            continue;
        }
        let name = name.trim();
        match values.get(name) {
            Some(node) => match intrinsics(node, document).value {
                Value::Text(text) => new.push(text),
                other => new.push_str(&crate::document::scalar(&other)?),
            },
            None => {
                let path: Vec<&str> = name.split_once('.').map_or(vec![name], |(a, b)| vec![a, b]);
                new.0.push(Piece::Reference(named(&path, document)));
            }
        }
    }
    new.push_str(rest);
    Some(new)
}

/// `Fn::Join` of a list that stands in the template.
fn join(argument: &Node, document: &Document) -> Option<Text> {
    let [delimiter, list] = argument.as_list()? else { return None };
    let delimiter = delimiter.as_str()?;
    let mut new = Text::default();
    for (i, node) in list.as_list()?.iter().enumerate() {
        if i > 0 {
            new.push_str(delimiter);
        }
        match intrinsics(node, document).value {
            Value::Text(text) => new.push(text),
            other => new.push_str(&crate::document::scalar(&other)?),
        }
    }
    Some(new)
}
