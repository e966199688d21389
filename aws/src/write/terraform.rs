//! A Terraform configuration.

use super::plan::{Plan, Spelled, Variable};
use super::script::{numeric, spelled};
use crate::document::Resource;
use crate::names::snake;
use crate::node::{Entry, Fields, Node, Piece, Reference, Text, Value};
use crate::schema::target::IDENTITY;
use crate::schema::{Field, Kind, ResourceKind, Shape, Terraform};

struct Configuration<'p, 'a> {
    plan: &'p mut Plan<'a>,
    labels: Vec<String>,
}

/// A line of a block.
enum Item {
    Argument(String, String),
    Block(String, Vec<Item>),
}

pub(super) fn write(plan: &mut Plan<'_>) -> String {
    let labels = plan.ids();
    let mut configuration = Configuration { plan, labels };
    let mut blocks = Vec::new();
    for kind in ResourceKind::ALL {
        for index in 0..configuration.plan.resources.len() {
            if configuration.plan.resources[index].kind == kind {
                blocks.push(configuration.resource(index));
            }
        }
    }
    let variables = plan.variables.iter().map(variable);
    let mut texts = Vec::new();
    for block in variables.chain(blocks) {
        let mut text = String::new();
        render(&[block], 0, &mut text);
        texts.push(text);
    }
    texts.join("\n")
}

fn variable(variable: &Variable) -> Item {
    let item = match &variable.default {
        Some(Value::Text(text)) => {
            Item::Argument("default".to_owned(), quoted(&text.as_literal().unwrap_or_default()))
        }
        Some(other) => Item::Argument("default".to_owned(), spelled(&Kind::Texts, other)),
        None => Item::Argument(
            "type".to_owned(),
            if variable.numeric { "number" } else { "string" }.to_owned(),
        ),
    };
    Item::Block(format!("variable \"{}\"", variable.name), vec![item])
}

/// Lines with the signs of neighbouring arguments below one another, as
/// `terraform fmt` has them.
fn render(items: &[Item], indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    for (i, item) in items.iter().enumerate() {
        match item {
            Item::Argument(name, value) => {
                let width = run(items, i).iter().map(|(name, _)| name.len()).max().unwrap_or(0);
                out.push_str(&format!("{pad}{name:width$} = {value}\n"));
            }
            Item::Block(head, body) => {
                if i > 0 {
                    out.push('\n');
                }
                out.push_str(&format!("{pad}{head} {{\n"));
                render(body, indent + 2, out);
                out.push_str(&format!("{pad}}}\n"));
                if matches!(items.get(i + 1), Some(Item::Argument(..))) {
                    out.push('\n');
                }
            }
        }
    }
}

/// The arguments on one line each that stand together with the one at `i`.
fn run(items: &[Item], i: usize) -> Vec<(&str, &str)> {
    let argument =
        |item: &'_ Item| matches!(item, Item::Argument(_, value) if !value.contains('\n'));
    if !argument(&items[i]) {
        return Vec::new();
    }
    let start = items[..i].iter().rposition(|item| !argument(item)).map_or(0, |j| j + 1);
    let end = items[i..].iter().position(|item| !argument(item)).map_or(items.len(), |j| i + j);
    items[start..end]
        .iter()
        .filter_map(|item| {
            if let Item::Argument(name, value) = item {
                Some((name.as_str(), value.as_str()))
            } else {
                None
            }
        })
        .collect()
}

impl Configuration<'_, '_> {
    fn resource(&mut self, index: usize) -> Item {
        let mut resource: Resource = self.plan.resources[index].clone();
        self.plan.drop_open_structures(&mut resource);
        let kind = resource.kind;
        let mut items = Vec::new();
        let named = IDENTITY.iter().any(|name| resource.fields.get(name).is_some());
        if let Some(target) = self.plan.target_of(&resource).filter(|_| !named) {
            let of =
                format!("{}.{}", ResourceKind::ScalableTarget.terraform(), self.labels[target]);
            for name in IDENTITY.map(snake) {
                items.push(Item::Argument(name.clone(), format!("{of}.{name}")));
            }
        }
        self.fields(kind.shape(), &resource.fields, &mut items);
        // Arguments first, blocks below.
        items.sort_by_key(|item| matches!(item, Item::Block(..)));
        Item::Block(format!("resource \"{}\" \"{}\"", kind.terraform(), self.labels[index]), items)
    }

    fn fields(&mut self, shape: &Shape, fields: &Fields, items: &mut Vec<Item>) {
        for field in shape.fields {
            match fields.get(field.name) {
                Some(node) => self.field(field, node, items),
                // Terraform's default is another than the API's; see the reader.
                None if shape.name == "MetricDataQuery" && field.name == "ReturnData" => {
                    items.push(Item::Argument(field.argument(), "\"true\"".to_owned()));
                }
                None => {}
            }
        }
    }

    fn field(&mut self, field: &Field, node: &Node, items: &mut Vec<Item>) {
        let name = field.argument();
        match (field.terraform, &field.kind, &node.value) {
            (Terraform::Flat, Kind::Structure(shape), Value::Map(fields)) => {
                self.fields(shape, fields, items);
            }
            (Terraform::Map(_, key, value), _, Value::List(elements)) => {
                let map = self.pairs(elements, key, value);
                items.push(Item::Argument(name, map));
            }
            (_, Kind::Structure(shape), Value::Map(fields)) => {
                let block = self.block(name, shape, fields);
                items.push(block);
            }
            (_, Kind::List(Kind::Structure(shape), _), Value::List(elements)) => {
                for fields in elements.iter().filter_map(Node::as_map) {
                    let block = self.block(name.clone(), shape, fields);
                    items.push(block);
                }
            }
            (_, kind, _) => {
                let value = self.value(kind, node);
                items.push(Item::Argument(name, value));
            }
        }
    }

    fn block(&mut self, name: String, shape: &Shape, fields: &Fields) -> Item {
        let mut items = Vec::new();
        self.fields(shape, fields, &mut items);
        items.sort_by_key(|item| matches!(item, Item::Block(..)));
        Item::Block(name, items)
    }

    /// A list of structures of two fields as an object.
    fn pairs(&mut self, elements: &[Node], key: &str, value: &str) -> String {
        let pairs: Vec<String> = elements
            .iter()
            .filter_map(Node::as_map)
            .filter_map(|fields| {
                let name = self.value(&crate::schema::TEXT, fields.get(key)?);
                let name = if fields.str(key)?.chars().all(|c| c.is_ascii_alphabetic()) {
                    fields.str(key)?.to_owned()
                } else {
                    name
                };
                Some(format!("{name} = {}", self.value(&crate::schema::TEXT, fields.get(value)?)))
            })
            .collect();
        if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
    }

    fn value(&mut self, kind: &Kind, node: &Node) -> String {
        match &node.value {
            Value::Text(text) => self.text(text, numeric(kind)),
            Value::List(elements) => {
                let inner =
                    if let Kind::List(inner, _) = kind { inner } else { &crate::schema::TEXT };
                let elements: Vec<_> =
                    elements.iter().map(|node| self.value(inner, node)).collect();
                format!("[{}]", elements.join(", "))
            }
            Value::Map(fields) => {
                let pair = |entry: &Entry| {
                    format!(
                        "{} = {}",
                        quoted(&entry.name),
                        self.value(&crate::schema::TEXT, &entry.node)
                    )
                };
                let pairs: Vec<_> = fields.0.iter().map(pair).collect();
                if pairs.is_empty() {
                    "{}".to_owned()
                } else {
                    format!("{{ {} }}", pairs.join(", "))
                }
            }
            other => spelled(kind, other),
        }
    }

    fn text(&mut self, text: &Text, numeric: bool) -> String {
        if let Some(text) = text.as_literal() {
            return quoted(&text);
        }
        if let Some(reference) = text.as_reference() {
            return self.reference(reference, numeric);
        }
        let mut template = "\"".to_owned();
        for piece in &text.0 {
            match piece {
                Piece::Literal(text) => template.push_str(&escaped(text)),
                Piece::Reference(reference) => {
                    let reference = self.reference(reference, numeric);
                    template.push_str(&format!("${{{reference}}}"));
                }
            }
        }
        template + "\""
    }

    fn reference(&mut self, reference: &Reference, numeric: bool) -> String {
        match self.plan.spell(reference, numeric) {
            Spelled::Variable(name) => format!("var.{name}"),
            Spelled::Policy(index) => {
                format!("{}.{}.arn", ResourceKind::ScalingPolicy.terraform(), self.labels[index])
            }
            Spelled::Verbatim(foreign) => foreign.source,
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Characters inside of a quoted template.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    // A sign of a template stands for itself when it is doubled.
    out.replace("${", "$${").replace("%{", "%%{")
}
