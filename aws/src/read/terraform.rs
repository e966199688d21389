//! Terraform configurations: variables, the resources of auto scaling, and
//! their expressions as far as they are literal.

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator, UnaryOperator};
use hcl_edit::structure::{Block, Body, Structure};
use hcl_edit::template::{Element, Template};
use headroom_model::scenario::Fault;

use crate::check::MAX_FAULTS;
use crate::document::{Document, Form, Parameter, Resource};
use crate::evaluate::settle_fields;
use crate::node::{Entry, Fields, Foreign, Node, Piece, Reference, Text, Value};
use crate::schema::{Field, Kind, ResourceKind, Shape, Terraform};
use crate::text::{Place, Places};

/// Arguments that every resource takes, and that are not the API's.
const META: &[&str] = &["count", "for_each", "depends_on", "provider", "region", "id", "tags_all"];

/// Reads a configuration.
pub(super) fn read(text: &str, faults: &mut Vec<Fault>) -> Document {
    let places = Places::new(text);
    let mut document = Document::new(Form::Terraform);
    let body = match hcl_edit::parser::parse_body(text) {
        Ok(body) => body,
        Err(error) => {
            let at = places.of(error.location().offset());
            faults.push(at.fault(format!("this is not Terraform here: {}", error.message())));
            return document;
        }
    };
    let mut reader = Reader { text, places: &places, document: &mut document, faults };
    // Variables first: a reference may stand before what it refers to.
    for block in body.blocks() {
        reader.variables(block);
    }
    for structure in &body {
        match structure {
            Structure::Block(block) => reader.block(block),
            Structure::Attribute(attribute) => {
                reader.not_carried(attribute.span(), format!("`{}`", attribute.key.as_str()));
            }
        }
    }
    document
}

struct Reader<'a, 'd> {
    text: &'a str,
    places: &'a Places<'a>,
    document: &'d mut Document,
    faults: &'d mut Vec<Fault>,
}

type Range = Option<std::ops::Range<usize>>;

impl Reader<'_, '_> {
    fn place(&self, span: Range) -> Place {
        span.map_or(Place::START, |span| self.places.of(span.start))
    }

    fn not_carried(&mut self, span: Range, what: String) {
        let fault = self.place(span).fault(what);
        self.document.others.push(fault);
    }

    fn variables(&mut self, block: &Block) {
        match block.ident.as_str() {
            "variable" => {
                let Some(label) = block.labels.first() else { return };
                let default = block
                    .body
                    .get_attribute("default")
                    .map(|attribute| self.expression(&attribute.value).value);
                let default = default.filter(|value| crate::document::scalar(value).is_some());
                self.document
                    .parameters
                    .push(Parameter { name: label.as_str().to_owned(), default });
            }
            "locals" => {
                for attribute in block.body.attributes() {
                    let name = local(attribute.key.as_str());
                    let value = self.expression(&attribute.value).value;
                    let default =
                        Some(value).filter(|value| crate::document::scalar(value).is_some());
                    self.document.parameters.push(Parameter { name, default });
                }
            }
            _ => {}
        }
    }

    fn block(&mut self, block: &Block) {
        let labels: Vec<&str> =
            block.labels.iter().map(hcl_edit::structure::BlockLabel::as_str).collect();
        let kind = match (block.ident.as_str(), labels.as_slice()) {
            ("variable" | "locals", _) => return,
            ("resource", [name, _]) => {
                ResourceKind::ALL.into_iter().find(|kind| kind.terraform() == *name)
            }
            _ => None,
        };
        let Some(kind) = kind else {
            let labels: String = labels.iter().map(|label| format!(" \"{label}\"")).collect();
            self.not_carried(block.span(), format!("the block {}{labels}", block.ident.as_str()));
            return;
        };
        let mut fields = Fields::default();
        self.structure(kind.shape(), &block.body, &mut fields, true);
        if kind == ResourceKind::MetricAlarm {
            return_data(&mut fields);
        }
        if kind == ResourceKind::ScalingPolicy && !fields.has("PolicyType") {
            // Terraform's default.
            fields.set(
                "PolicyType",
                Node { at: Some(self.place(block.span())), ..Node::text("StepScaling") },
            );
        }
        settle_fields(kind.shape(), &mut fields);
        let mut resource = Resource::new(kind, labels[1], fields);
        resource.at = Some(self.place(block.span()));
        self.document.resources.push(resource);
    }

    /// The fields of a structure from the body of its block.
    fn structure(&mut self, shape: &'static Shape, body: &Body, fields: &mut Fields, top: bool) {
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let name = attribute.key.as_str();
                    let at = self.place(attribute.span());
                    match find(shape, name, &mut Vec::new()) {
                        Some((path, field)) => {
                            let node = self.argument(field, &attribute.value);
                            put(
                                fields,
                                &path,
                                Entry { name: field.name.to_owned(), at: Some(at), node },
                            );
                        }
                        None if top && META.contains(&name) => {
                            self.not_carried(attribute.span(), format!("`{name}`"));
                        }
                        None => self.unknown(shape, name, at),
                    }
                }
                Structure::Block(block) => self.inner_block(shape, block, fields, top),
            }
        }
    }

    fn inner_block(
        &mut self,
        shape: &'static Shape,
        block: &Block,
        fields: &mut Fields,
        top: bool,
    ) {
        let dynamic = block.ident.as_str() == "dynamic";
        let name = match block.labels.first() {
            Some(label) if dynamic => label.as_str(),
            _ => block.ident.as_str(),
        };
        let at = self.place(block.span());
        if top && ["lifecycle", "timeouts", "provisioner", "connection"].contains(&name) {
            self.not_carried(block.span(), format!("the block {name}"));
            return;
        }
        let Some((path, field)) = find(shape, name, &mut Vec::new()) else {
            self.unknown(shape, name, at);
            return;
        };
        let entry = |node| Entry { name: field.name.to_owned(), at: Some(at), node };
        let Some(inner) = field.shape() else {
            self.faults.push(at.fault(format!("`{name}` is an argument; write {name} = …")));
            return;
        };
        if dynamic {
            // How many blocks it makes is known when it is applied.
            self.not_carried(block.span(), format!("the block dynamic \"{name}\""));
            put(
                fields,
                &path,
                entry(Node {
                    at: Some(at),
                    value: Value::Text(self.foreign(block.span(), Vec::new())),
                }),
            );
            return;
        }
        let mut inner_fields = Fields::default();
        self.structure(inner, &block.body, &mut inner_fields, false);
        let node = Node { at: Some(at), value: Value::Map(inner_fields) };
        let into = nested(fields, &path, at);
        if matches!(field.kind, Kind::List(..)) {
            match into.0.iter_mut().find(|entry| entry.name == field.name) {
                Some(Entry { node: Node { value: Value::List(list), .. }, .. }) => list.push(node),
                Some(_) => {}
                None => into.0.push(entry(Node { at: Some(at), value: Value::List(vec![node]) })),
            }
        } else if into.has(field.name) {
            self.faults
                .push(at.fault(format!("Too many {name} blocks: no more than 1 is allowed")));
        } else {
            into.0.push(entry(node));
        }
    }

    fn unknown(&mut self, shape: &'static Shape, name: &str, at: Place) {
        if self.faults.len() > MAX_FAULTS {
            return;
        }
        let mut known = Vec::new();
        find(shape, "", &mut known);
        self.faults.push(at.fault(format!(
            "Unsupported argument: `{name}` is not expected here; known are {}",
            known.join(", ")
        )));
    }

    /// An argument's value, as its field holds it.
    fn argument(&mut self, field: &Field, expression: &Expression) -> Node {
        let node = self.expression(expression);
        let (Terraform::Map(_, key, value), Value::Map(fields)) = (field.terraform, &node.value)
        else {
            return node;
        };
        let pair = |entry: &Entry| Node {
            at: entry.at,
            value: Value::Map(Fields(vec![
                Entry {
                    at: entry.at,
                    ..Entry::new(key, Node { at: entry.at, ..Node::text(&entry.name) })
                },
                Entry { at: entry.node.at, ..Entry::new(value, entry.node.clone()) },
            ])),
        };
        Node { at: node.at, value: Value::List(fields.0.iter().map(pair).collect()) }
    }

    fn foreign(&self, span: Range, path: Vec<String>) -> Text {
        let source =
            span.and_then(|span| self.text.get(span)).unwrap_or_default().trim().to_owned();
        Text::reference(Reference::Foreign(Foreign { path, source }))
    }

    fn expression(&mut self, expression: &Expression) -> Node {
        let span = expression.span();
        let at = Some(self.place(span.clone()));
        let value = match expression {
            Expression::Null(_) => Value::Null,
            Expression::Bool(flag) => Value::Bool(**flag),
            Expression::String(text) => Value::Text(Text::literal(text.as_str())),
            Expression::Number(_) => self.number(span, ""),
            Expression::UnaryOp(op)
                if *op.operator == UnaryOperator::Neg
                    && matches!(op.expr, Expression::Number(_)) =>
            {
                self.number(op.expr.span(), "-")
            }
            Expression::Parenthesis(inner) => return self.expression(inner.inner()),
            Expression::Array(array) => {
                Value::List(array.iter().map(|element| self.expression(element)).collect())
            }
            Expression::Object(object) => {
                let mut fields = Fields::default();
                for (key, value) in object {
                    let node = self.expression(value.expr());
                    let name = match key {
                        ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
                        ObjectKey::Expression(Expression::Variable(name)) => {
                            Some(name.as_str().to_owned())
                        }
                        ObjectKey::Expression(key) => {
                            crate::document::scalar(&self.expression(key).value)
                        }
                    };
                    let Some(name) = name else {
                        return Node { at, value: Value::Text(self.foreign(span, Vec::new())) };
                    };
                    fields.0.push(Entry { name, at: node.at, node });
                }
                Value::Map(fields)
            }
            Expression::StringTemplate(template) => Value::Text(self.template(template.iter())),
            Expression::HeredocTemplate(heredoc) => Value::Text(self.heredoc(&heredoc.template)),
            Expression::Variable(_) | Expression::Traversal(_) => {
                Value::Text(self.reference(expression))
            }
            _ => Value::Text(self.foreign(span, Vec::new())),
        };
        Node { at, value }
    }

    fn number(&self, span: Range, sign: &str) -> Value {
        let source = span.clone().and_then(|span| self.text.get(span)).unwrap_or_default().trim();
        match crate::evaluate::number(&format!("{sign}{source}")) {
            Some(number) => Value::Number(number),
            None => Value::Text(self.foreign(span, Vec::new())),
        }
    }

    fn heredoc(&mut self, template: &Template) -> Text {
        self.template(template.iter())
    }

    fn template<'t>(&mut self, elements: impl Iterator<Item = &'t Element>) -> Text {
        let mut text = Text::default();
        for element in elements {
            match element {
                Element::Literal(literal) => text.push_str(literal.as_str()),
                Element::Interpolation(inner) => match self.expression(&inner.expr).value {
                    Value::Text(inner) => text.push(inner),
                    other => match crate::document::scalar(&other) {
                        Some(scalar) => text.push_str(&scalar),
                        None => text.push(self.foreign(inner.expr.span(), Vec::new())),
                    },
                },
                Element::Directive(_) => text.push(self.foreign(element.span(), Vec::new())),
            }
        }
        text
    }

    /// `var.name`, `local.name`, `type.label.attribute`.
    fn reference(&mut self, expression: &Expression) -> Text {
        let span = expression.span();
        let path = path(expression).unwrap_or_default();
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        let name = match parts.as_slice() {
            ["var", name] => (*name).to_owned(),
            ["local", name] => local(name),
            _ => return self.foreign(span, path),
        };
        if self.document.parameter(&name).is_none() {
            self.document.parameters.push(Parameter { name: name.clone(), default: None });
        }
        Text(vec![Piece::Reference(Reference::Parameter(name))])
    }
}

/// Where an alarm's query leaves `return_data` out, Terraform sends false and
/// the API alone would take true. So one that is left out is said to be false,
/// and the text "true", which is how the writer spells the API's default, is
/// left out.
fn return_data(alarm: &mut Fields) {
    let queries = alarm.0.iter_mut().filter(|entry| entry.name == "Metrics");
    for entry in queries {
        let Value::List(queries) = &mut entry.node.value else { continue };
        for query in queries {
            let Value::Map(fields) = &mut query.value else { continue };
            match fields.get("ReturnData").map(Node::as_str) {
                None => fields.set("ReturnData", Node { at: query.at, value: Value::Bool(false) }),
                Some(Some("true")) => {
                    fields.remove("ReturnData");
                }
                Some(_) => {}
            }
        }
    }
}

/// The name of a local value among the variables.
fn local(name: &str) -> String {
    format!("local_{name}")
}

/// The names of a path; the numbers of resources that were made by `count`
/// are left out.
fn path(expression: &Expression) -> Option<Vec<String>> {
    match expression {
        Expression::Variable(name) => Some(vec![name.as_str().to_owned()]),
        Expression::Traversal(traversal) => {
            let mut path = path(&traversal.expr)?;
            for operator in &traversal.operators {
                match operator.value() {
                    TraversalOperator::GetAttr(name) => path.push(name.as_str().to_owned()),
                    TraversalOperator::Index(Expression::Number(_))
                    | TraversalOperator::LegacyIndex(_) => {}
                    _ => return None,
                }
            }
            Some(path)
        }
        _ => None,
    }
}

/// The field behind an argument or block, and the structures that Terraform
/// leaves out on the way to it. `known` collects the names that were tried.
fn find(
    shape: &'static Shape,
    name: &str,
    known: &mut Vec<String>,
) -> Option<(Vec<&'static str>, &'static Field)> {
    for field in shape.fields {
        if field.terraform == Terraform::Flat {
            if let Some((mut path, found)) =
                field.shape().and_then(|inner| find(inner, name, known))
            {
                path.insert(0, field.name);
                return Some((path, found));
            }
            continue;
        }
        let argument = field.argument();
        if argument == name {
            return Some((Vec::new(), field));
        }
        known.push(argument);
    }
    None
}

/// The fields of the inner structure at a path, made if need be.
fn nested<'f>(fields: &'f mut Fields, path: &[&str], at: Place) -> &'f mut Fields {
    let Some((first, rest)) = path.split_first() else { return fields };
    let i = fields.0.iter().position(|entry| entry.name == *first).unwrap_or_else(|| {
        let node = Node { at: Some(at), value: Value::Map(Fields::default()) };
        fields.0.push(Entry { name: (*first).to_owned(), at: Some(at), node });
        fields.0.len() - 1
    });
    let value = &mut fields.0[i].node.value;
    if !matches!(value, Value::Map(_)) {
        *value = Value::Map(Fields::default());
    }
    match value {
        Value::Map(inner) => nested(inner, rest, at),
        _ => unreachable!("it was just made an object"),
    }
}

fn put(fields: &mut Fields, path: &[&str], entry: Entry) {
    let at = entry.at.unwrap_or(Place::START);
    nested(fields, path, at).0.push(entry);
}
