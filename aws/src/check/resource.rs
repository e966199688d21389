//! One request: the table's types, limits and choices, then its own rules.

use headroom_model::scenario::Fault;

use super::{alarm, policy, rules};
use crate::document::{Document, Form, Resource, Target, pointer};
use crate::evaluate::number;
use crate::node::{Fields, Node, Value};
use crate::schema::target::IDENTITY;
use crate::schema::{Characters, Field, Kind, ResourceKind, Shape, Terraform};
use crate::text::Place;

/// Where a value stands in its file.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pointer: String,
    at: Option<Place>,
}

impl Spot {
    /// A field's spot; of one that is missing, the structure's.
    pub(super) fn field(&self, fields: &Fields, name: &str) -> Self {
        let entry = fields.0.iter().find(|entry| entry.name == name);
        Self {
            pointer: pointer(&self.pointer, name),
            at: entry.and_then(|entry| entry.node.at.or(entry.at)).or(self.at),
        }
    }

    pub(super) fn element(&self, i: usize, node: &Node) -> Self {
        Self { pointer: format!("{}/{i}", self.pointer), at: node.at.or(self.at) }
    }

    fn path(&self) -> String {
        self.at.map_or_else(|| self.pointer.clone(), |at| at.to_string())
    }
}

/// What is being judged, and what is wrong with it.
pub(super) struct Judge<'a> {
    faults: &'a mut Vec<Fault>,
    exception: &'static str,
    /// Fields at the top that need not be there.
    waived: &'a [&'a str],
}

impl Judge<'_> {
    /// A wrong input.
    pub(super) fn invalid(&mut self, spot: &Spot, message: impl AsRef<str>) {
        self.fault(spot, format!("{}: {}", self.exception, message.as_ref()));
    }

    /// A fault that AWS has another name for.
    pub(super) fn fault(&mut self, spot: &Spot, message: impl Into<String>) {
        if self.faults.len() > super::MAX_FAULTS {
            return;
        }
        self.faults.push(Fault { path: spot.path(), message: message.into() });
    }
}

/// Judges one resource of a document.
pub(super) fn check(document: &Document, resource: &Resource, faults: &mut Vec<Fault>) {
    let fields = document.evaluate(resource.kind.shape(), &resource.fields);
    let whole = Spot { pointer: resource.pointer.clone(), at: resource.at };
    let named = resource.target == Target::Named
        && document.form != Form::Scenario
        && resource.pointer.is_empty();
    let waived: &[&str] = if named { &[] } else { &IDENTITY };
    let mut judge = Judge { faults, exception: resource.kind.exception(), waived };
    judge.structure(resource.kind.shape(), &fields, &whole, true);
    match resource.kind {
        ResourceKind::ScalableTarget => rules::target(&mut judge, &fields, &whole),
        ResourceKind::ScheduledAction => rules::action(&mut judge, &fields, &whole),
        ResourceKind::ScalingPolicy => policy::check(&mut judge, &fields, &whole),
        ResourceKind::MetricAlarm => alarm::check(&mut judge, &fields, &whole),
    }
}

impl Judge<'_> {
    fn structure(&mut self, shape: &Shape, fields: &Fields, spot: &Spot, top: bool) {
        for field in shape.fields {
            let spot = spot.field(fields, field.name);
            match fields.get(field.name) {
                Some(node) => {
                    self.value(field.name, &field.kind, node, &spot);
                    if let Terraform::Map(_, key, _) = field.terraform {
                        self.unique(field.name, key, node, &spot);
                    }
                }
                None if field.required && !(top && self.waived.contains(&field.name)) => {
                    self.invalid(
                        &spot,
                        format!("{} is required: {}", field.name, describe(&field.kind)),
                    );
                }
                None => {}
            }
        }
        for entry in &fields.0 {
            let known = |name: &&Field| name.name == entry.name;
            if shape.fields.iter().any(|field| known(&field))
                || shape.printed.contains(&entry.name.as_str())
            {
                continue;
            }
            let names: Vec<_> = shape.fields.iter().map(|field| field.name).collect();
            let spot = Spot {
                at: entry.at.or(entry.node.at).or(spot.at),
                pointer: pointer(&spot.pointer, &entry.name),
            };
            self.fault(
                &spot,
                format!(
                    "ParamValidation: Unknown parameter in input: \"{}\", must be one of: {}",
                    entry.name,
                    names.join(", ")
                ),
            );
        }
    }

    /// Pairs of a name and a value: a metric has each dimension once, a resource
    /// each tag.
    fn unique(&mut self, name: &str, key: &str, node: &Node, spot: &Spot) {
        let mut taken = std::collections::BTreeSet::new();
        for (i, node) in node.as_list().unwrap_or_default().iter().enumerate() {
            let Some(text) = node.as_map().and_then(|fields| fields.str(key)) else { continue };
            if !taken.insert(text) {
                self.invalid(
                    &spot.element(i, node),
                    format!("{name} has the {key} \"{text}\" twice; leave one"),
                );
            }
        }
    }

    fn value(&mut self, name: &str, kind: &Kind, node: &Node, spot: &Spot) {
        if node.is_open() {
            return;
        }
        let right = match (kind, &node.value) {
            (Kind::Integer(min, max), Value::Number(number)) => {
                let whole = number.as_i64().map_or_else(
                    || number.as_f64().filter(|number| number.trunc() == *number),
                    |number| Some(number as f64),
                );
                whole.is_some_and(|number| *min as f64 <= number && number <= *max as f64)
            }
            (Kind::Number, Value::Number(number)) => number.as_f64().is_some_and(f64::is_finite),
            (Kind::Flag, Value::Bool(_)) => true,
            (Kind::Text(min, max, characters), Value::Text(text)) => {
                let text = text.as_literal().unwrap_or_default();
                let length = text.chars().count();
                *min <= length && length <= *max && allowed(&text, *characters)
            }
            (Kind::Choice(choices), Value::Text(text)) => {
                choices.contains(&text.as_literal().unwrap_or_default().as_str())
            }
            (Kind::Instant, Value::Number(number)) => number.as_f64().is_some_and(f64::is_finite),
            (Kind::Instant, Value::Text(text)) => {
                rules::is_instant(&text.as_literal().unwrap_or_default())
            }
            (Kind::Structure(shape), Value::Map(fields)) => {
                self.structure(shape, fields, spot, false);
                true
            }
            (Kind::List(element, max), Value::List(elements)) => {
                for (i, node) in elements.iter().enumerate() {
                    self.value(name, element, node, &spot.element(i, node));
                }
                elements.len() <= *max
            }
            (Kind::Texts, Value::Map(fields)) => {
                fields.0.iter().all(|entry| entry.node.as_text().is_some())
            }
            _ => false,
        };
        if !right {
            let hint = match (kind, &node.value) {
                (Kind::Integer(..) | Kind::Number, Value::Text(text))
                    if text.as_literal().is_some_and(|text| number(&text).is_some()) =>
                {
                    ", a text; leave the quotes out"
                }
                _ => "",
            };
            let found = match &node.value {
                Value::List(elements) => format!("a list of {}", elements.len()),
                _ => node.found(),
            };
            self.invalid(spot, format!("{name} must be {}, found {found}{hint}", describe(kind)));
        }
    }
}

fn allowed(text: &str, characters: Characters) -> bool {
    match characters {
        Characters::Any => true,
        Characters::Api => !text.chars().any(|c| c < ' ' && !"\r\n\t".contains(c)),
        Characters::Print => !text.chars().any(char::is_control),
        Characters::ActionName => {
            !text.starts_with(' ')
                && !text.ends_with(' ')
                && !text.chars().any(|c| c.is_control() || ":/|".contains(c))
        }
        Characters::Namespace => !text.starts_with(':'),
    }
}

/// What a field must hold, for a message.
fn describe(kind: &Kind) -> String {
    match kind {
        Kind::Integer(min, max) if *max == i64::from(i32::MAX) && *min > i64::from(i32::MIN) => {
            format!("a whole number from {min} on")
        }
        Kind::Integer(min, max) if *max == i64::from(i32::MAX) => {
            format!("a whole number, {min} or more")
        }
        Kind::Integer(min, max) => format!("a whole number from {min} to {max}"),
        Kind::Number => "a number".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Text(min, max, characters) => {
            let length = match (min, max) {
                (0, &usize::MAX) => "a text".to_owned(),
                (min, &usize::MAX) => format!("a text of {min} or more characters"),
                (min, max) => format!("a text of {min} to {max} characters"),
            };
            let of = match characters {
                Characters::Any => "",
                Characters::Api | Characters::Print => ", none of them a control character",
                Characters::ActionName => ", without : / | or a space at either end",
                Characters::Namespace => ", not beginning with a colon",
            };
            length + of
        }
        Kind::Choice(choices) => match choices {
            [all @ .., last] if choices.len() <= 8 => format!("{} or {last}", all.join(", ")),
            _ => format!("one of {}, …", choices[..5.min(choices.len())].join(", ")),
        },
        Kind::Instant => "an instant such as 2026-01-05T07:30:00Z".to_owned(),
        Kind::Structure(shape) => {
            let names: Vec<_> = shape.fields.iter().map(|field| field.name).collect();
            format!("an object with {}", names.join(", "))
        }
        Kind::List(_, usize::MAX) => "a list".to_owned(),
        Kind::List(_, max) => format!("a list of at most {max}"),
        Kind::Texts => "an object of texts".to_owned(),
    }
}
