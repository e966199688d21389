//! A CloudFormation template in YAML.

use serde_json::{Map, Value as Json, json};

use super::plan::{Plan, Spelled, Variable};
use super::script::{numeric, spelled};
use super::yaml::{Yaml, quoted};
use crate::document::Resource;
use crate::node::{Fields, Node, Piece, Reference, Text, Value};
use crate::schema::{Kind, ResourceKind, Shape};

struct Template<'p, 'a> {
    plan: &'p mut Plan<'a>,
    ids: Vec<String>,
}

pub(super) fn write(plan: &mut Plan<'_>) -> String {
    let ids = plan.ids();
    let mut template = Template { plan, ids };
    let mut resources = Vec::new();
    for kind in ResourceKind::ALL {
        for index in 0..template.plan.resources.len() {
            if template.plan.resources[index].kind == kind {
                resources.extend(template.resource(index));
            }
        }
    }
    let mut root =
        vec![("AWSTemplateFormatVersion".to_owned(), Yaml::Plain("\"2010-09-09\"".to_owned()))];
    if !plan.variables.is_empty() {
        let parameters =
            plan.variables.iter().map(|variable| (variable.name.clone(), parameter(variable)));
        root.push(("Parameters".to_owned(), Yaml::Map(parameters.collect())));
    }
    root.push(("Resources".to_owned(), Yaml::Map(resources)));
    Yaml::Map(root).render()
}

fn parameter(variable: &Variable) -> Yaml {
    let number = variable.numeric || matches!(variable.default, Some(Value::Number(_)));
    let kind = if number { "Number" } else { "String" };
    let mut fields = vec![("Type".to_owned(), Yaml::text(kind))];
    if let Some(default) = variable.default.as_ref().and_then(crate::document::scalar) {
        fields.push((
            "Default".to_owned(),
            if number { Yaml::Plain(default) } else { Yaml::Plain(quoted(&default)) },
        ));
    }
    Yaml::Map(fields)
}

impl Template<'_, '_> {
    /// A resource of the template; a scheduled action stands in its target.
    fn resource(&mut self, index: usize) -> Option<(String, Yaml)> {
        let mut resource = self.plan.resources[index].clone();
        self.plan.drop_open_structures(&mut resource);
        let Some(kind) = resource.kind.cloudformation() else {
            if self.plan.target_of(&resource).is_none() {
                let what = format!(
                    "{}: a template has it within its scalable target, which is not here",
                    resource.describe()
                );
                self.plan.lose(&resource, "ScheduledActionName", what);
            }
            return None;
        };
        if resource.kind == ResourceKind::ScalableTarget && resource.fields.remove("Tags").is_some()
        {
            let whole = self.plan.resources[index].clone();
            self.plan.lose(
                &whole,
                "Tags",
                "`Tags` of a scalable target, which a template cannot set",
            );
        }
        let mut properties = self.fields(resource.kind.shape(), &resource.fields);
        if resource.kind == ResourceKind::ScalableTarget {
            let actions = self.actions(index);
            if !actions.is_empty() {
                properties.push(("ScheduledActions".to_owned(), Yaml::List(actions)));
            }
        }
        if let Some(target) =
            self.plan.target_of(&resource).filter(|_| resource.fields.get("ResourceId").is_none())
        {
            let reference = Yaml::Plain(format!("!Ref {}", self.ids[target]));
            properties.push(("ScalingTargetId".to_owned(), reference));
        }
        let fields = vec![
            ("Type".to_owned(), Yaml::text(kind)),
            ("Properties".to_owned(), Yaml::Map(properties)),
        ];
        Some((self.ids[index].clone(), Yaml::Map(fields)))
    }

    fn actions(&mut self, target: usize) -> Vec<Yaml> {
        let of_target = |plan: &Plan<'_>, resource: &Resource| {
            resource.kind == ResourceKind::ScheduledAction
                && plan.target_of(resource) == Some(target)
        };
        let actions: Vec<Resource> = self
            .plan
            .resources
            .iter()
            .filter(|resource| of_target(self.plan, resource))
            .cloned()
            .collect();
        actions
            .into_iter()
            .map(|mut action| {
                self.plan.drop_open_structures(&mut action);
                action.fields.0.retain(|entry| {
                    !crate::schema::target::IDENTITY.contains(&entry.name.as_str())
                });
                Yaml::Map(self.fields(action.kind.shape(), &action.fields))
            })
            .collect()
    }

    fn fields(&mut self, shape: &Shape, fields: &Fields) -> Vec<(String, Yaml)> {
        let mut written = Vec::new();
        for field in shape.fields {
            if let Some(node) = fields.get(field.name) {
                written.push((field.name.to_owned(), self.value(&field.kind, node)));
            }
        }
        written
    }

    fn value(&mut self, kind: &Kind, node: &Node) -> Yaml {
        match (&node.value, kind) {
            (Value::Map(fields), Kind::Structure(shape)) => Yaml::Map(self.fields(shape, fields)),
            (Value::Map(fields), _) => {
                let field = |entry: &crate::node::Entry| {
                    (entry.name.clone(), self.value(&crate::schema::TEXT, &entry.node))
                };
                Yaml::Map(fields.0.iter().map(field).collect())
            }
            (Value::List(elements), _) => {
                let inner = if let Kind::List(inner, _) = kind { inner } else { &Kind::Texts };
                Yaml::List(elements.iter().map(|node| self.value(inner, node)).collect())
            }
            (Value::Text(text), _) => Yaml::Plain(self.text(text, numeric(kind))),
            (other, _) => Yaml::Plain(spelled(kind, other)),
        }
    }

    fn text(&mut self, text: &Text, numeric: bool) -> String {
        if let Some(text) = text.as_literal() {
            return super::yaml::scalar(&text);
        }
        if let Some(reference) = text.as_reference() {
            return match self.name(reference, numeric) {
                Ok(name) => match name.split_once('.') {
                    Some((resource, attribute)) => format!("!GetAtt {resource}.{attribute}"),
                    None => format!("!Ref {}", super::yaml::scalar(&name)),
                },
                Err(expression) => expression.to_string(),
            };
        }
        let mut sub = String::new();
        let mut values = Map::new();
        for piece in &text.0 {
            match piece {
                Piece::Literal(text) => sub.push_str(&text.replace("${", "${!")),
                Piece::Reference(reference) => match self.name(reference, numeric) {
                    Ok(name) => sub.push_str(&format!("${{{name}}}")),
                    Err(expression) => {
                        let name = format!("Value{}", values.len() + 1);
                        sub.push_str(&format!("${{{name}}}"));
                        values.insert(name, expression);
                    }
                },
            }
        }
        if values.is_empty() {
            format!("!Sub {}", quoted(&sub))
        } else {
            json!({ "Fn::Sub": [sub, values] }).to_string()
        }
    }

    /// The name of what is referred to, or the expression itself.
    fn name(&mut self, reference: &Reference, numeric: bool) -> Result<String, Json> {
        match self.plan.spell(reference, numeric) {
            Spelled::Variable(name) => Ok(name),
            Spelled::Policy(index) => Ok(self.ids[index].clone()),
            Spelled::Verbatim(foreign) if !foreign.path.is_empty() => Ok(foreign.path.join(".")),
            Spelled::Verbatim(foreign) => {
                Err(serde_json::from_str(&foreign.source).unwrap_or(Json::Null))
            }
        }
    }
}
