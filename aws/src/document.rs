//! What stands in the middle: the resources of a document in the shape of the
//! AWS API, whatever form they came in.

use headroom_model::scenario::Fault;
use serde_json::Value as Json;

use crate::node::{Fields, Value};
use crate::schema::ResourceKind;
use crate::text::Place;

/// A document may not hold more resources. AWS takes far fewer at once (500 in a
/// template); the number is our choice, and keeps every file's time bounded.
pub const MAX_RESOURCES: usize = 10_000;

/// The forms that a configuration can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A Headroom scenario.
    Scenario,
    /// JSON as the AWS CLI takes and prints it.
    Json,
    /// A shell script of `aws` commands.
    Script,
    /// A CloudFormation template.
    CloudFormation,
    /// A Terraform configuration.
    Terraform,
}

/// A configuration.
#[derive(Debug, Clone)]
pub struct Document {
    /// The form that it was read from.
    pub form: Form,
    /// Its variables, in the order in which they were found.
    pub parameters: Vec<Parameter>,
    /// What it configures, in the order in which it stands.
    pub resources: Vec<Resource>,
    /// What it holds besides, which no other form can carry.
    pub others: Vec<Fault>,
    /// The whole file, if it is a scenario.
    pub scenario: Option<Json>,
}

/// A variable of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name, as the document writes it.
    pub name: String,
    /// Its value, if the document gives one: a text, number or flag.
    pub default: Option<Value>,
}

/// A request to AWS.
#[derive(Debug, Clone)]
pub struct Resource {
    /// What is made.
    pub kind: ResourceKind,
    /// The name that the document uses for it: a logical ID, a label; else empty.
    pub id: String,
    /// The JSON pointer of `fields`, if the file is JSON.
    pub pointer: String,
    /// Where it stands, if the file is not JSON.
    pub at: Option<Place>,
    /// The fields of the request.
    pub fields: Fields,
    /// The scalable target that a policy or an action belongs to.
    pub target: Target,
}

/// Which scalable target is meant.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The one that the fields name.
    Named,
    /// A resource of the document, by its place; the fields need not name it.
    Own(usize),
    /// A resource of the document by the name that the document uses for it;
    /// the reader has not found it yet.
    Id(String),
    /// One of another document, as far as can be known.
    Elsewhere,
}

impl Document {
    /// An empty document.
    pub(crate) fn new(form: Form) -> Self {
        Self {
            form,
            parameters: Vec::new(),
            resources: Vec::new(),
            others: Vec::new(),
            scenario: None,
        }
    }

    /// The parameter of that name.
    pub(crate) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

impl Resource {
    /// A request whose target is the one that its fields name.
    pub(crate) fn new(kind: ResourceKind, id: impl Into<String>, fields: Fields) -> Self {
        Self {
            kind,
            id: id.into(),
            pointer: String::new(),
            at: None,
            fields,
            target: Target::Named,
        }
    }

    /// A fault of the resource as a whole.
    pub(crate) fn fault(&self, message: impl Into<String>) -> Fault {
        let path = self.at.map_or_else(|| self.pointer.clone(), |at| at.to_string());
        Fault { path, message: message.into() }
    }

    /// A fault of one of its fields, or of the whole if it is not there.
    pub(crate) fn field_fault(&self, name: &str, message: impl Into<String>) -> Fault {
        let entry = self.fields.0.iter().find(|entry| entry.name == name);
        let at = entry.and_then(|entry| entry.node.at).or(self.at);
        let path = at.map_or_else(|| pointer(&self.pointer, name), |at| at.to_string());
        Fault { path, message: message.into() }
    }

    /// What it is and how it is called, for a message.
    pub(crate) fn describe(&self) -> String {
        match self.fields.get(self.kind.name_field()).and_then(|node| node.as_str()) {
            Some(name) => format!("{} \"{name}\"", self.kind.describe()),
            None => self.kind.describe().to_owned(),
        }
    }
}

/// The JSON pointer of a field.
pub(crate) fn pointer(to: &str, name: &str) -> String {
    format!("{to}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// A text, number or flag as characters; none where a reference is open.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => text.as_literal(),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}
