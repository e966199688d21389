//! A shell script of `aws` commands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::plan::{Plan, Spelled};
use crate::document::{Resource, scalar};
use crate::names::{kebab, screaming};
use crate::node::{Fields, Node, Piece, Reference, Text, Value};
use crate::schema::target::IDENTITY;
use crate::schema::{Field, Kind, ResourceKind, Shape};

/// Commands, and the names that they use for what they make.
struct Script<'p, 'a> {
    plan: &'p mut Plan<'a>,
    /// The variable of each target's `ResourceId`.
    targets: BTreeMap<usize, String>,
    /// The variable of the ARN of each policy that an alarm calls.
    arns: BTreeMap<usize, String>,
    commands: String,
}

pub(super) fn write(plan: &mut Plan<'_>) -> String {
    let called = called(&plan.resources);
    let mut arns = BTreeMap::new();
    for index in called {
        let name = screaming(plan.resources[index].fields.str("PolicyName").unwrap_or("policy"));
        arns.insert(index, plan.take(&format!("{name}_ARN")));
    }
    let mut script = Script { plan, targets: BTreeMap::new(), arns, commands: String::new() };
    for kind in ResourceKind::ALL {
        for index in 0..script.plan.resources.len() {
            if script.plan.resources[index].kind == kind {
                script.command(index);
            }
        }
    }
    let commands = std::mem::take(&mut script.commands);
    let mut text = "#!/usr/bin/env bash\nset -euo pipefail\n\n".to_owned();
    for variable in &plan.variables {
        let name = &variable.name;
        // Writing to a string does not fail.
        match variable.default.as_ref().and_then(scalar) {
            Some(value) => writeln!(text, "{name}={}", literal(&value)).ok(),
            None => writeln!(text, ": \"${{{name}:?set it to what this account calls it}}\"").ok(),
        };
    }
    if !plan.variables.is_empty() {
        text.push('\n');
    }
    text + commands.trim_end() + "\n"
}

/// The policies that alarms call.
fn called(resources: &[Resource]) -> BTreeSet<usize> {
    let mut called = BTreeSet::new();
    for resource in resources {
        for entry in &resource.fields.0 {
            for action in entry.node.as_list().unwrap_or_default() {
                if let Some(Reference::Policy(index)) =
                    action.as_text().and_then(Text::as_reference)
                {
                    called.insert(*index);
                }
            }
        }
    }
    called
}

impl Script<'_, '_> {
    fn command(&mut self, index: usize) {
        let mut resource = self.plan.resources[index].clone();
        self.plan.drop_open_structures(&mut resource);
        let kind = resource.kind;
        if kind == ResourceKind::ScalableTarget {
            self.name_target(index, &resource);
        }
        let mut options: Vec<String> = Vec::new();
        let target = self.plan.target_of(&resource);
        let named = IDENTITY.iter().any(|name| resource.fields.get(name).is_some());
        let identity = if kind == ResourceKind::ScalableTarget {
            Some(index)
        } else {
            target.filter(|_| !named)
        };
        if let Some(target) = identity {
            options.extend(self.identity(target));
        }
        for field in kind.shape().fields {
            if identity.is_some() && IDENTITY.contains(&field.name) {
                continue;
            }
            if let Some(node) = resource.fields.get(field.name) {
                options.push(self.option(field, node));
            }
        }
        let [service, operation] = kind.command();
        let arn = self.arns.get(&index).filter(|_| kind == ResourceKind::ScalingPolicy).cloned();
        if arn.is_some() {
            options.push("--query PolicyARN --output text".to_owned());
        }
        let command = format!("aws {service} {operation} \\\n  {}", options.join(" \\\n  "));
        match arn {
            Some(name) => writeln!(self.commands, "{name}=$({command})\n").ok(),
            None => writeln!(self.commands, "{command}\n").ok(),
        };
    }

    /// A variable for the target's `ResourceId`, by which its policies name it.
    fn name_target(&mut self, index: usize, target: &Resource) {
        let Some(id) = target.fields.get("ResourceId").and_then(Node::as_text) else { return };
        if let Some(reference @ Reference::Parameter(_)) = id.as_reference()
            && let Spelled::Variable(name) = self.plan.spell(reference, false)
        {
            self.targets.insert(index, name);
            return;
        }
        let name = self.plan.take("RESOURCE_ID");
        let value = self.word(id, false);
        writeln!(self.commands, "{name}={value}\n").ok();
        self.targets.insert(index, name);
    }

    /// The three options that name a target.
    fn identity(&mut self, target: usize) -> Vec<String> {
        let fields = self.plan.resources[target].fields.clone();
        let mut options = Vec::new();
        for name in IDENTITY {
            let value = match (name, self.targets.get(&target)) {
                ("ResourceId", Some(name)) => format!("\"${name}\""),
                _ => match fields.get(name).and_then(Node::as_text) {
                    Some(text) => self.word(text, false),
                    None => continue,
                },
            };
            options.push(format!("--{} {value}", kebab(name)));
        }
        options
    }

    fn option(&mut self, field: &Field, node: &Node) -> String {
        let name = kebab(field.name);
        let value = match (&field.kind, &node.value) {
            (Kind::Flag, Value::Bool(true)) => return format!("--{name}"),
            (Kind::Flag, Value::Bool(false)) => return format!("--no-{name}"),
            (Kind::Structure(shape), Value::Map(fields)) => match shorthand(shape, fields) {
                Some(text) => text,
                None => self.json(&field.kind, node),
            },
            (Kind::List(Kind::Text(..), _), Value::List(elements)) => {
                let words: Option<Vec<String>> = elements
                    .iter()
                    .map(|node| {
                        let text = node.as_text()?;
                        let plain = node.as_str().is_none_or(|text| !text.starts_with(['[', '-']));
                        plain.then(|| self.word(text, false))
                    })
                    .collect();
                match words {
                    Some(words) if !words.is_empty() => words.join(" "),
                    _ => self.json(&field.kind, node),
                }
            }
            (_, Value::Map(_) | Value::List(_)) => self.json(&field.kind, node),
            (kind, Value::Text(text)) => self.word(text, numeric(kind)),
            (kind, other) => literal(&spelled(kind, other)),
        };
        // So that the value is not taken for an option.
        let separator =
            if value.trim_start_matches(['\'', '"']).starts_with('-') { '=' } else { ' ' };
        format!("--{name}{separator}{value}")
    }

    /// A text as a word.
    fn word(&mut self, text: &Text, numeric: bool) -> String {
        if let Some(text) = text.as_literal() {
            return literal(&text);
        }
        let mut word = "\"".to_owned();
        for piece in &text.0 {
            match piece {
                Piece::Literal(text) => word.push_str(&in_double(text)),
                Piece::Reference(reference) => word.push_str(&self.reference(reference, numeric)),
            }
        }
        word + "\""
    }

    fn reference(&mut self, reference: &Reference, numeric: bool) -> String {
        match self.plan.spell(reference, numeric) {
            Spelled::Variable(name) => format!("${{{name}}}"),
            Spelled::Policy(index) => {
                format!("${{{}}}", self.arns.get(&index).map_or("", String::as_str))
            }
            Spelled::Verbatim(foreign) => foreign.source,
        }
    }

    /// A structure as JSON between single quotes, open where variables stand.
    fn json(&mut self, kind: &Kind, node: &Node) -> String {
        let mut word = "'".to_owned();
        self.json_into(kind, node, 2, &mut word);
        word + "'"
    }

    fn json_into(&mut self, kind: &Kind, node: &Node, indent: usize, word: &mut String) {
        let line = |word: &mut String, indent: usize| {
            word.push('\n');
            word.push_str(&" ".repeat(indent));
        };
        match &node.value {
            Value::Map(fields) if fields.0.is_empty() => word.push_str("{}"),
            Value::List(elements) if elements.is_empty() => word.push_str("[]"),
            Value::Map(fields) => {
                word.push('{');
                for (i, entry) in fields.0.iter().filter(|entry| !entry.node.is_null()).enumerate()
                {
                    if i > 0 {
                        word.push(',');
                    }
                    line(word, indent + 2);
                    word.push_str(&in_single(&json_text(&entry.name)));
                    word.push_str(": ");
                    let inner = match kind {
                        Kind::Structure(shape) => {
                            shape.field(&entry.name).map_or(Kind::Texts, |field| field.kind)
                        }
                        _ => crate::schema::TEXT,
                    };
                    self.json_into(&inner, &entry.node, indent + 2, word);
                }
                line(word, indent);
                word.push('}');
            }
            Value::List(elements) => {
                word.push('[');
                let inner = if let Kind::List(inner, _) = kind { inner } else { &Kind::Texts };
                for (i, node) in elements.iter().enumerate() {
                    if i > 0 {
                        word.push(',');
                    }
                    line(word, indent + 2);
                    self.json_into(inner, node, indent + 2, word);
                }
                line(word, indent);
                word.push(']');
            }
            Value::Text(text) => {
                let bare = numeric(kind) && text.as_reference().is_some();
                let quote = if bare { "" } else { "\"" };
                word.push_str(quote);
                for piece in &text.0 {
                    match piece {
                        Piece::Literal(text) => {
                            let json = json_text(text);
                            word.push_str(&in_single(&json[1..json.len() - 1]));
                        }
                        Piece::Reference(reference) => {
                            let reference = self.reference(reference, numeric(kind));
                            write!(word, "'\"{reference}\"'").ok();
                        }
                    }
                }
                word.push_str(quote);
            }
            other => word.push_str(&spelled(kind, other)),
        }
    }
}

/// Whether the field wants something else than a text.
pub(super) fn numeric(kind: &Kind) -> bool {
    matches!(kind, Kind::Integer(..) | Kind::Number | Kind::Flag)
}

/// A number or flag; whole numbers without a fraction.
pub(super) fn spelled(kind: &Kind, value: &Value) -> String {
    if let (Kind::Integer(..), Value::Number(number)) = (kind, value)
        && let Some(whole) =
            number.as_f64().filter(|number| number.trunc() == *number && number.abs() < 1e15)
    {
        return format!("{whole:.0}");
    }
    match value {
        Value::Null => "null".to_owned(),
        other => scalar(other).unwrap_or_default(),
    }
}

/// A structure of numbers and flags in shorthand.
fn shorthand(shape: &Shape, fields: &Fields) -> Option<String> {
    let pair = |entry: &crate::node::Entry| {
        let kind = &shape.field(&entry.name)?.kind;
        let plain = matches!(entry.node.value, Value::Number(_) | Value::Bool(_));
        plain.then(|| format!("{}={}", entry.name, spelled(kind, &entry.node.value)))
    };
    let pairs: Vec<String> = fields.0.iter().map(pair).collect::<Option<_>>()?;
    (!pairs.is_empty()).then(|| pairs.join(","))
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Characters inside of single quotes.
fn in_single(text: &str) -> String {
    text.replace('\'', "'\\''")
}

/// Characters inside of double quotes.
fn in_double(text: &str) -> String {
    let mut new = String::new();
    for c in text.chars() {
        if "\\\"$`".contains(c) {
            new.push('\\');
        }
        new.push(c);
    }
    new
}

/// A text as a word without expansions.
fn literal(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", in_single(text))
    }
}
