//! A document's values, whatever form they came in: AWS's JSON, except that a
//! text may hold references that nobody has evaluated, and that each value
//! knows where it stands.

use serde::{Serialize, Serializer};
use serde_json::{Map, Number, Value as Json};

use crate::text::Place;

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands in the source; none in a JSON file, whose values are told
    /// apart by pointers.
    pub at: Option<Place>,
    /// What stands there.
    pub value: Value,
}

/// A JSON value whose texts may hold references.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing; AWS takes it as left out.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text, or a reference whose type is not known yet.
    Text(Text),
    /// A list.
    List(Vec<Node>),
    /// An object.
    Map(Fields),
}

/// The fields of an object, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields(pub Vec<Entry>);

/// A field.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Where its name stands, as [`Node::at`].
    pub at: Option<Place>,
    /// Its value.
    pub node: Node,
}

/// A text in pieces; no two literals stand side by side.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Text(pub Vec<Piece>);

/// A piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Characters as they are.
    Literal(String),
    /// Something that stands for characters.
    Reference(Reference),
}

/// Something that is only known when the document is applied.
#[derive(Debug, Clone, PartialEq)]
pub enum Reference {
    /// A parameter of the document, by name: a shell variable, a parameter of
    /// a template, a Terraform variable.
    Parameter(String),
    /// The ARN of the document's own policy: the place of the policy among the
    /// document's resources.
    Policy(usize),
    /// Anything else, as its own form writes it.
    Foreign(Foreign),
}

/// What only the form that it came from understands.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreign {
    /// Its parts where it is a plain path, such as a resource and its
    /// attribute; else empty.
    pub path: Vec<String>,
    /// As it is written: a shell expansion, a template's intrinsic as JSON, a
    /// Terraform expression.
    pub source: String,
}

impl Node {
    /// A value without a place.
    pub fn new(value: Value) -> Self {
        Self { at: None, value }
    }

    /// A literal text without a place.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Value::Text(Text::literal(text)))
    }

    /// A JSON value, without places.
    pub fn from_json(json: &Json) -> Self {
        Self::new(match json {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => Value::Number(number.clone()),
            Json::String(text) => Value::Text(Text::literal(text)),
            Json::Array(elements) => Value::List(elements.iter().map(Self::from_json).collect()),
            Json::Object(fields) => Value::Map(Fields(
                fields.iter().map(|(name, json)| Entry::new(name, Self::from_json(json))).collect(),
            )),
        })
    }

    /// The value as JSON, if there is no reference in it.
    pub fn to_json(&self) -> Option<Json> {
        Some(match &self.value {
            Value::Null => Json::Null,
            Value::Bool(flag) => Json::Bool(*flag),
            Value::Number(number) => Json::Number(number.clone()),
            Value::Text(text) => Json::String(text.as_literal()?),
            Value::List(elements) => {
                Json::Array(elements.iter().map(Self::to_json).collect::<Option<_>>()?)
            }
            Value::Map(fields) => {
                let field = |entry: &Entry| Some((entry.name.clone(), entry.node.to_json()?));
                Json::Object(fields.0.iter().map(field).collect::<Option<Map<_, _>>>()?)
            }
        })
    }

    /// The fields, if it is an object.
    pub fn as_map(&self) -> Option<&Fields> {
        if let Value::Map(fields) = &self.value { Some(fields) } else { None }
    }

    /// The elements, if it is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Value::List(elements) = &self.value { Some(elements) } else { None }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&Text> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// The text, if it is one without references.
    pub fn as_str(&self) -> Option<&str> {
        match self.as_text()?.0.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        if let Value::Number(number) = &self.value { number.as_f64() } else { None }
    }

    /// Whether a reference stands in for the whole or a part of a text, so that
    /// nobody can say yet what the value is.
    pub fn is_open(&self) -> bool {
        self.as_text().is_some_and(|text| text.as_literal().is_none())
    }

    /// Whether it counts as left out.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// What it is, for a message.
    pub fn found(&self) -> String {
        match &self.value {
            Value::Null => "null".to_owned(),
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => {
                let all = text.as_literal().unwrap_or_else(|| "a reference".to_owned());
                let short: String = all.chars().take(40).collect();
                let more = if short.len() < all.len() { "…" } else { "" };
                format!("the text \"{short}{more}\"")
            }
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "an object".to_owned(),
        }
    }
}

/// JSON with the fields in their order. A text with an open reference is none of
/// JSON's; it stands as `null`.
impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) => number.serialize(serializer),
            Value::Text(text) => text.as_literal().serialize(serializer),
            Value::List(elements) => serializer.collect_seq(elements),
            Value::Map(fields) => {
                serializer.collect_map(fields.0.iter().map(|entry| (&entry.name, &entry.node)))
            }
        }
    }
}

impl Entry {
    /// A field without a place.
    pub fn new(name: impl Into<String>, node: Node) -> Self {
        Self { name: name.into(), at: None, node }
    }
}

impl Fields {
    /// A field's value; `null` counts as left out.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.0
            .iter()
            .find(|entry| entry.name == name)
            .map(|entry| &entry.node)
            .filter(|node| !node.is_null())
    }

    /// A field's text, if it is one without references.
    pub fn str(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Whether the field is there, be it `null`.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|entry| entry.name == name)
    }

    /// Sets a field, in its place if it is there already.
    pub fn set(&mut self, name: &str, node: Node) {
        match self.0.iter_mut().find(|entry| entry.name == name) {
            Some(entry) => entry.node = node,
            None => self.0.push(Entry::new(name, node)),
        }
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) -> Option<Entry> {
        let i = self.0.iter().position(|entry| entry.name == name)?;
        Some(self.0.remove(i))
    }
}

impl Text {
    /// A text without references.
    pub fn literal(text: impl Into<String>) -> Self {
        let mut new = Self::default();
        new.push_str(&text.into());
        new
    }

    /// A reference alone.
    pub fn reference(reference: Reference) -> Self {
        Self(vec![Piece::Reference(reference)])
    }

    /// Adds characters at the end.
    pub fn push_str(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(Piece::Literal(last)) => last.push_str(text),
            _ => self.0.push(Piece::Literal(text.to_owned())),
        }
    }

    /// Adds a text at the end.
    pub fn push(&mut self, text: Self) {
        for piece in text.0 {
            match piece {
                Piece::Literal(text) => self.push_str(&text),
                reference @ Piece::Reference(_) => self.0.push(reference),
            }
        }
    }

    /// The characters, if there is no reference.
    pub fn as_literal(&self) -> Option<String> {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => Some(text.as_str()),
                Piece::Reference(_) => None,
            })
            .collect()
    }

    /// The reference, if the text is one and nothing else.
    pub fn as_reference(&self) -> Option<&Reference> {
        if let [Piece::Reference(reference)] = self.0.as_slice() { Some(reference) } else { None }
    }
}
