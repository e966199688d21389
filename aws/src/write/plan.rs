//! What every form needs before it can be written: names for what is referred
//! to, complete identities, and the list of what is not carried.

use std::collections::BTreeMap;

use headroom_model::scenario::Fault;

use crate::document::{Document, Form, Resource, Target};
use crate::names::{Taken, pascal, screaming, snake};
use crate::node::{Entry, Fields, Foreign, Node, Reference, Text, Value};
use crate::schema::target::IDENTITY;
use crate::schema::{Kind, ResourceKind, Shape};

/// A variable of the new document.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) default: Option<Value>,
    /// Whether a number is wanted where it stands.
    pub(super) numeric: bool,
}

/// How a reference is written.
pub(super) enum Spelled {
    /// A variable of the new document.
    Variable(String),
    /// As the source wrote it, since the form is the same.
    Verbatim(Foreign),
    /// The ARN of the document's own policy.
    Policy(usize),
}

/// A document on its way into another form.
pub(super) struct Plan<'a> {
    pub(super) document: &'a Document,
    to: Form,
    pub(super) losses: Vec<Fault>,
    /// The resources, complete.
    pub(super) resources: Vec<Resource>,
    pub(super) variables: Vec<Variable>,
    /// The new names of the source's references.
    names: BTreeMap<String, String>,
    taken: Taken,
}

/// The identity of a target that a document leaves open: that of an ECS service.
const SERVICE: [&str; 3] = ["ecs", "", "ecs:service:DesiredCount"];

impl<'a> Plan<'a> {
    pub(super) fn new(document: &'a Document, to: Form) -> Self {
        let mut plan = Self {
            document,
            to,
            losses: document.others.iter().map(not_carried).collect(),
            resources: Vec::new(),
            variables: Vec::new(),
            names: BTreeMap::new(),
            taken: Taken::default(),
        };
        for resource in &document.resources {
            let mut resource = resource.clone();
            let printed = resource.kind.shape().printed;
            for name in printed {
                if resource.fields.has(name) {
                    let fault =
                        resource.field_fault(name, format!("`{name}`, which AWS itself sets"));
                    plan.losses.push(not_carried(&fault));
                }
            }
            resource
                .fields
                .0
                .retain(|entry| !printed.contains(&entry.name.as_str()) && !entry.node.is_null());
            if to != Form::Scenario && to != Form::Json {
                complete(&mut resource, document.form == Form::Scenario);
            }
            plan.resources.push(resource);
        }
        if to == Form::CloudFormation {
            // Parameters and resources share their names.
            for id in plan.ids() {
                plan.take(&id);
            }
        }
        plan
    }

    /// A name that nothing else in the new document has.
    pub(super) fn take(&mut self, wish: &str) -> String {
        self.taken.take(wish)
    }

    /// Lists something that is not carried.
    pub(super) fn lose(&mut self, resource: &Resource, name: &str, what: impl Into<String>) {
        self.losses.push(not_carried(&resource.field_fault(name, what)));
    }

    /// Lists what somebody has to look at.
    pub(super) fn note(&mut self, path: impl Into<String>, message: impl Into<String>) {
        let note = Fault { path: path.into(), message: message.into() };
        if !self.losses.contains(&note) {
            self.losses.push(note);
        }
    }

    /// How a reference is written in the new form.
    pub(super) fn spell(&mut self, reference: &Reference, numeric: bool) -> Spelled {
        let same = self.document.form == self.to;
        let (key, wish, default) = match reference {
            Reference::Policy(index) => return Spelled::Policy(*index),
            Reference::Foreign(foreign) if same => return Spelled::Verbatim(foreign.clone()),
            Reference::Parameter(name) => {
                let known = self.document.parameter(name);
                let default =
                    known.map_or_else(|| default_of(name), |parameter| parameter.default.clone());
                (format!("p:{name}"), name.clone(), default)
            }
            Reference::Foreign(foreign) => {
                let name = if foreign.path.is_empty() {
                    shorten(&foreign.source)
                } else {
                    foreign.path.join("_")
                };
                (format!("f:{}", foreign.source), name, None)
            }
        };
        if let Some(name) = self.names.get(&key) {
            let name = name.clone();
            if let Some(variable) = self.variables.iter_mut().find(|variable| variable.name == name)
            {
                variable.numeric |= numeric;
            }
            return Spelled::Variable(name);
        }
        let name = if same { wish } else { self.spelling(&wish) };
        let name = self.take(&name);
        if let Reference::Foreign(foreign) = reference {
            self.note(
                place_of(self.document, &Reference::Foreign(foreign.clone())).unwrap_or_default(),
                format!(
                    "not carried: the expression {}; the variable {name} stands for it",
                    foreign.source
                ),
            );
        }
        if matches!(self.document.form, Form::Scenario | Form::Json) && default.is_none() {
            let path = if name.to_ascii_lowercase().starts_with("resource") {
                "its ResourceId"
            } else {
                "its name"
            };
            self.note("", format!("the service is not named; give the variable {name} {path}"));
        }
        self.names.insert(key, name.clone());
        self.variables.push(Variable { name: name.clone(), default, numeric });
        Spelled::Variable(name)
    }

    /// A name as the form spells names.
    fn spelling(&self, name: &str) -> String {
        match self.to {
            Form::Script => screaming(name),
            Form::CloudFormation => pascal(name),
            _ => identifier(name),
        }
    }

    /// The names of all resources in the new document.
    pub(super) fn ids(&self) -> Vec<String> {
        let mut taken = Taken::default();
        let same = self.document.form == self.to;
        let id = |resource: &Resource| {
            if same && !resource.id.is_empty() {
                return resource.id.clone();
            }
            let name = match resource.kind {
                ResourceKind::ScalableTarget => None,
                kind => resource.fields.str(kind.name_field()),
            };
            let base = if resource.id.is_empty() { name } else { Some(resource.id.as_str()) };
            match (self.to, resource.kind) {
                (Form::Terraform, ResourceKind::ScalableTarget) => {
                    identifier(base.unwrap_or("service"))
                }
                (Form::Terraform, _) => identifier(base.unwrap_or("this")),
                (_, ResourceKind::ScalableTarget) => pascal(base.unwrap_or("scalable-target")),
                (_, kind) => {
                    let suffix = if kind == ResourceKind::MetricAlarm { "Alarm" } else { "Policy" };
                    let name = pascal(base.unwrap_or_default());
                    if name.ends_with(suffix) { name } else { name + suffix }
                }
            }
        };
        self.resources.iter().map(|resource| taken.take(&id(resource))).collect()
    }

    /// The target of a policy or an action.
    pub(super) fn target_of(&self, resource: &Resource) -> Option<usize> {
        if let Target::Own(index) = resource.target { Some(index) } else { None }
    }

    /// Takes the fields out whose value is open as a whole although a structure
    /// is wanted: the other form has no word for it.
    pub(super) fn drop_open_structures(&mut self, resource: &mut Resource) {
        let whole = resource.clone();
        let mut lost = Vec::new();
        open_structures(resource.kind.shape(), &mut resource.fields, &mut lost);
        for name in lost {
            self.lose(&whole, &name, format!("`{name}`, which is an expression"));
        }
    }
}

/// Where a reference stands first.
fn place_of(document: &Document, reference: &Reference) -> Option<String> {
    fn inside(node: &Node, reference: &Reference) -> Option<Option<crate::text::Place>> {
        match &node.value {
            Value::Text(text) => text
                .0
                .contains(&crate::node::Piece::Reference(reference.clone()))
                .then_some(node.at),
            Value::List(elements) => elements.iter().find_map(|node| inside(node, reference)),
            Value::Map(fields) => fields.0.iter().find_map(|entry| inside(&entry.node, reference)),
            _ => None,
        }
    }
    document.resources.iter().find_map(|resource| {
        let entry = resource
            .fields
            .0
            .iter()
            .find_map(|entry| Some((entry, inside(&entry.node, reference)?)));
        let (entry, at) = entry?;
        Some(at.map_or_else(|| resource.field_fault(&entry.name, "").path, |at| at.to_string()))
    })
}

fn open_structures(shape: &Shape, fields: &mut Fields, lost: &mut Vec<String>) {
    fields.0.retain(|entry| {
        let structured = shape.field(&entry.name).is_some_and(|field| {
            matches!(field.kind, Kind::Structure(_) | Kind::List(..) | Kind::Texts)
        });
        let keep = !(structured && entry.node.is_open());
        if !keep {
            lost.push(entry.name.clone());
        }
        keep
    });
    for entry in &mut fields.0 {
        let Some(inner) = shape.field(&entry.name).and_then(crate::schema::Field::shape) else {
            continue;
        };
        match &mut entry.node.value {
            Value::Map(fields) => open_structures(inner, fields, lost),
            Value::List(elements) => {
                for node in elements {
                    if let Value::Map(fields) = &mut node.value {
                        open_structures(inner, fields, lost);
                    }
                }
            }
            _ => {}
        }
    }
}

fn not_carried(fault: &Fault) -> Fault {
    Fault { path: fault.path.clone(), message: format!("not carried: {}", fault.message) }
}

/// An expression as a part of a name.
fn shorten(source: &str) -> String {
    let words: Vec<_> = source
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let name: String = words.join("_").chars().take(40).collect();
    if name.is_empty() { "value".to_owned() } else { name }
}

/// A name of Terraform's: letters, digits and `_`.
fn identifier(name: &str) -> String {
    let name: String =
        snake(name).chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("_{name}") }
}

/// Gives a request the fields that a scenario may leave out and AWS needs: which
/// target is meant, and what an alarm on the service's own metric looks at.
/// Variables stand for them, so that they are gone again on the way back.
fn complete(resource: &mut Resource, scenario: bool) {
    match resource.kind {
        ResourceKind::MetricAlarm if scenario => dimensions(&mut resource.fields),
        ResourceKind::MetricAlarm => {}
        ResourceKind::ScalableTarget => identity(&mut resource.fields),
        _ => {
            let named = IDENTITY.iter().any(|name| resource.fields.get(name).is_some());
            if named || !matches!(resource.target, Target::Own(_)) {
                identity(&mut resource.fields);
            }
        }
    }
}

fn variable(name: &str) -> Text {
    Text::reference(Reference::Parameter(name.to_owned()))
}

fn identity(fields: &mut Fields) {
    let given = IDENTITY.map(|name| fields.get(name).is_some());
    let none = !given.contains(&true);
    for (i, name) in IDENTITY.into_iter().enumerate() {
        if given[i] {
            continue;
        }
        let text = match (i, none) {
            (1, true) => {
                let mut id = Text::literal("service/");
                id.push(variable("Cluster"));
                id.push_str("/");
                id.push(variable("Service"));
                id
            }
            (_, true) => Text::literal(SERVICE[i]),
            (_, false) => variable(name),
        };
        fields.0.insert(i.min(fields.0.len()), Entry::new(name, Node::new(Value::Text(text))));
    }
}

fn dimensions(fields: &mut Fields) {
    let service = fields.str("Namespace") == Some("AWS/ECS")
        && matches!(fields.str("MetricName"), Some("CPUUtilization" | "MemoryUtilization"));
    if !service || fields.get("Dimensions").is_some() {
        return;
    }
    let dimension = |name: &str, value: &str| {
        Node::new(Value::Map(Fields(vec![
            Entry::new("Name", Node::text(name)),
            Entry::new("Value", Node::new(Value::Text(variable(value)))),
        ])))
    };
    let list = vec![dimension("ClusterName", "Cluster"), dimension("ServiceName", "Service")];
    fields.set("Dimensions", Node::new(Value::List(list)));
}

/// The defaults of the variables that [`identity`] makes.
fn default_of(name: &str) -> Option<Value> {
    let i = IDENTITY.iter().position(|field| *field == name)?;
    (!SERVICE[i].is_empty()).then(|| Value::Text(Text::literal(SERVICE[i])))
}
