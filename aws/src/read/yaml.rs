//! YAML to values, with places. The short tags of CloudFormation become the
//! long form, `!Ref a` the same as `Ref: a`.

use std::collections::BTreeSet;

use headroom_model::scenario::Fault;
use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use crate::node::{Entry, Fields, Node, Text, Value};
use crate::text::Place;

/// Values may not stand deeper in one another.
const MAX_DEPTH: usize = 64;

/// The functions of CloudFormation that have a short tag.
const FUNCTIONS: &[&str] = &[
    "And",
    "Base64",
    "Cidr",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
];

/// A list or an object that is not closed yet.
struct Frame {
    at: Place,
    tag: Option<Tag>,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    Map { fields: Fields, names: BTreeSet<String>, key: Option<(Place, String)> },
}

/// Reads one YAML document.
pub(super) fn read(text: &str) -> Result<Node, Fault> {
    let mut parser = Parser::new_from_str(text);
    let mut open: Vec<Frame> = Vec::new();
    let mut root = None;
    while let Some(next) = parser.next_event() {
        let (event, span) = next.map_err(|error| {
            of_marker(error.marker()).fault(format!("this is not YAML here: {}", error.info()))
        })?;
        let at = place(&span);
        let closed = match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => None,
            Event::DocumentStart(_) if root.is_some() => {
                return Err(
                    at.fault("a second document begins here; put each into a file of its own")
                );
            }
            Event::DocumentStart(_) => None,
            Event::Alias(_) => {
                return Err(at.fault("CloudFormation takes no aliases; write the value out"));
            }
            Event::Scalar(text, style, _, tag) => Some(scalar(at, &text, style, tag.as_deref())?),
            Event::SequenceStart(_, tag) => {
                let inside = Inside::List(Vec::new());
                open.push(Frame { at, tag: tag.map(std::borrow::Cow::into_owned), inside });
                None
            }
            Event::MappingStart(_, tag) => {
                let inside =
                    Inside::Map { fields: Fields::default(), names: BTreeSet::new(), key: None };
                open.push(Frame { at, tag: tag.map(std::borrow::Cow::into_owned), inside });
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(close).transpose()?,
        };
        if open.len() > MAX_DEPTH {
            return Err(at.fault(format!("more than {MAX_DEPTH} levels stand inside one another")));
        }
        let Some(node) = closed else { continue };
        match open.last_mut() {
            None => root = Some(node),
            Some(frame) => frame.take(node)?,
        }
    }
    root.ok_or_else(|| Place::START.fault("there is nothing in the file"))
}

fn of_marker(marker: &saphyr_parser::Marker) -> Place {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Place { line: count(marker.line().max(1)), column: count(marker.col() + 1) }
}

fn place(span: &Span) -> Place {
    of_marker(&span.start)
}

impl Frame {
    fn take(&mut self, node: Node) -> Result<(), Fault> {
        match &mut self.inside {
            Inside::List(elements) => elements.push(node),
            Inside::Map { fields, names, key } => match key.take() {
                Some((at, name)) => fields.0.push(Entry { name, at: Some(at), node }),
                None => {
                    let at = node.at.unwrap_or(self.at);
                    let Some(name) = crate::document::scalar(&node.value) else {
                        return Err(at.fault("a field's name must be a text"));
                    };
                    if name == "<<" {
                        return Err(
                            at.fault("CloudFormation takes no merges (<<); write the fields out")
                        );
                    }
                    if !names.insert(name.clone()) {
                        return Err(at.fault(format!("the field `{name}` stands twice; leave one")));
                    }
                    *key = Some((at, name));
                }
            },
        }
        Ok(())
    }
}

fn close(frame: Frame) -> Result<Node, Fault> {
    let value = match frame.inside {
        Inside::List(elements) => Value::List(elements),
        Inside::Map { fields, .. } => Value::Map(fields),
    };
    tagged(frame.at, value, frame.tag.as_ref())
}

fn scalar(at: Place, text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Node, Fault> {
    let literal = Value::Text(Text::literal(text));
    let plain = match (style, tag) {
        (ScalarStyle::Plain, None) => plain(text),
        _ => literal,
    };
    tagged(at, plain, tag)
}

/// A plain scalar by YAML's core schema. A number that JSON would not take, such
/// as one with a leading zero, stays a text: it may be the number of an account.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    match text.parse() {
        Ok(number) => Value::Number(number),
        Err(_) => Value::Text(Text::literal(text)),
    }
}

/// A value under a tag.
fn tagged(at: Place, value: Value, tag: Option<&Tag>) -> Result<Node, Fault> {
    let node = Node { at: Some(at), value };
    let Some(tag) = tag else { return Ok(node) };
    let core = tag.is_yaml_core_schema();
    let name = tag.suffix.as_str();
    let function = match name {
        _ if core => return Ok(core_tag(name, node)),
        "" => return Ok(node),
        "Ref" | "Condition" if tag.handle == "!" => name.to_owned(),
        name if tag.handle == "!" && FUNCTIONS.contains(&name) => format!("Fn::{name}"),
        name => {
            return Err(at.fault(format!(
                "!{name} is not a function of CloudFormation; known are !Ref, !{}",
                FUNCTIONS.join(", !")
            )));
        }
    };
    let node = match node.as_str().map(|text| text.split_once('.')) {
        Some(Some((resource, attribute))) if function == "Fn::GetAtt" => Node {
            at: Some(at),
            value: Value::List(vec![
                Node { at: Some(at), ..Node::text(resource) },
                Node { at: Some(at), ..Node::text(attribute) },
            ]),
        },
        _ => node,
    };
    let fields = Fields(vec![Entry { name: function, at: Some(at), node }]);
    Ok(Node { at: Some(at), value: Value::Map(fields) })
}

/// `!!str` and its like: a tag of YAML's own says what a plain scalar is.
fn core_tag(name: &str, node: Node) -> Node {
    match (name, node.as_str()) {
        ("int" | "float" | "bool" | "null", Some(text)) => Node { at: node.at, value: plain(text) },
        _ => node,
    }
}
