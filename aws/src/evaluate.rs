//! Values as their fields want them: variables by their values, and texts that
//! stand for numbers as numbers.

use serde_json::Number;

use crate::document::{Document, scalar};
use crate::node::{Entry, Fields, Node, Piece, Reference, Text, Value};
use crate::schema::{Kind, Shape};

impl Document {
    /// The value of a variable, if the document gives one.
    fn value_of(&self, reference: &Reference) -> Option<&Value> {
        let Reference::Parameter(name) = reference else { return None };
        self.parameter(name)?.default.as_ref()
    }

    /// A text with the values of the variables that have one.
    pub(crate) fn evaluate_text(&self, text: &Text) -> Text {
        let mut new = Text::default();
        for piece in &text.0 {
            match piece {
                Piece::Literal(text) => new.push_str(text),
                Piece::Reference(reference) => match self.value_of(reference).and_then(scalar) {
                    Some(text) => new.push_str(&text),
                    None => new.0.push(piece.clone()),
                },
            }
        }
        new
    }

    /// The fields of a structure with the values of the variables that have
    /// one; other references stay open.
    pub(crate) fn evaluate(&self, shape: &Shape, fields: &Fields) -> Fields {
        let evaluate = |entry: &Entry| {
            let kind = shape.field(&entry.name).map_or(&Kind::Texts, |field| &field.kind);
            Entry { node: self.evaluate_node(kind, &entry.node), ..entry.clone() }
        };
        Fields(fields.0.iter().map(evaluate).collect())
    }

    fn evaluate_node(&self, kind: &Kind, node: &Node) -> Node {
        let value = match (&node.value, kind) {
            (Value::Text(text), _) if text.as_literal().is_none() => {
                let whole = text.as_reference().and_then(|reference| self.value_of(reference));
                let value = whole.cloned().unwrap_or_else(|| Value::Text(self.evaluate_text(text)));
                let mut new = Node { at: node.at, value };
                settle(kind, &mut new);
                return new;
            }
            (Value::List(elements), Kind::List(element, _)) => {
                Value::List(elements.iter().map(|node| self.evaluate_node(element, node)).collect())
            }
            (Value::Map(fields), Kind::Structure(shape)) => {
                Value::Map(self.evaluate(shape, fields))
            }
            (Value::Map(fields), _) => Value::Map(Fields(
                fields
                    .0
                    .iter()
                    .map(|entry| Entry {
                        node: self.evaluate_node(&crate::schema::TEXT, &entry.node),
                        ..entry.clone()
                    })
                    .collect(),
            )),
            (other, _) => other.clone(),
        };
        Node { at: node.at, value }
    }
}

/// Turns texts into the numbers and flags that the field holds, and the other
/// way round, for forms that do not tell them apart: options of the AWS CLI,
/// templates, Terraform. What does not fit stays as it is.
pub(crate) fn settle(kind: &Kind, node: &mut Node) {
    match (kind, &mut node.value) {
        (Kind::Integer(..) | Kind::Number, Value::Text(text)) => {
            match text.as_literal().as_deref().map(str::trim) {
                Some("") => node.value = Value::Null,
                Some(text) => {
                    if let Some(number) = number(text) {
                        node.value = Value::Number(number);
                    }
                }
                None => {}
            }
        }
        (Kind::Flag, Value::Text(text)) => {
            let literal = text.as_literal().unwrap_or_default().to_ascii_lowercase();
            if let Ok(flag) = literal.parse() {
                node.value = Value::Bool(flag);
            }
        }
        (Kind::Text(..) | Kind::Choice(_) | Kind::Instant, Value::Number(_) | Value::Bool(_)) => {
            node.value = Value::Text(Text::literal(scalar(&node.value).unwrap_or_default()));
        }
        (Kind::List(element, _), Value::List(elements)) => {
            for node in elements {
                settle(element, node);
            }
        }
        (Kind::Structure(shape), Value::Map(fields)) => settle_fields(shape, fields),
        (Kind::Texts, Value::Map(fields)) => {
            for entry in &mut fields.0 {
                settle(&crate::schema::TEXT, &mut entry.node);
            }
        }
        _ => {}
    }
}

/// [`settle`] for all fields of a structure.
pub(crate) fn settle_fields(shape: &Shape, fields: &mut Fields) {
    for entry in &mut fields.0 {
        if let Some(field) = shape.field(&entry.name) {
            settle(&field.kind, &mut entry.node);
        }
    }
}

/// A number of JSON, or one that only looks a little different.
pub(crate) fn number(text: &str) -> Option<Number> {
    text.parse().ok().or_else(|| {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE_".contains(&byte));
        Number::from_f64(text.parse().ok()?).filter(|_| plain)
    })
}
