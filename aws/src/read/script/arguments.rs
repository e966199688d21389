//! The options of an `aws` command, by the shape of its request.

use headroom_model::scenario::Fault;

use super::expanded::Expanded;
use super::lexer::Word;
use super::{Script, shorthand};
use crate::evaluate::settle;
use crate::names::kebab;
use crate::node::{Entry, Fields, Foreign, Node, Reference, Text, Value};
use crate::schema::{Field, Kind, ResourceKind};

/// Options of every command that take a value.
const GLOBAL_VALUES: &[&str] = &[
    "region",
    "profile",
    "output",
    "query",
    "endpoint-url",
    "color",
    "ca-bundle",
    "cli-read-timeout",
    "cli-connect-timeout",
    "cli-binary-format",
];
/// Options of every command that take none.
const GLOBAL_FLAGS: &[&str] = &[
    "debug",
    "no-verify-ssl",
    "no-paginate",
    "no-sign-request",
    "no-cli-pager",
    "cli-auto-prompt",
    "no-cli-auto-prompt",
    "version",
];
/// Those that say how the answer is printed, and change nothing in it.
const PRINTING: &[&str] = &["output", "query", "color", "no-cli-pager", "debug", "no-paginate"];

/// What a command says besides its request.
#[derive(Debug, Default)]
pub(super) struct Call {
    query: Option<String>,
    output: Option<String>,
    /// Whether it prints the ARN of a policy and nothing else.
    pub(super) prints_arn: bool,
}

impl Call {
    /// Takes the global options before the service; the rest.
    pub(super) fn global<'a>(
        &mut self,
        script: &mut Script<'_>,
        mut words: &'a [Word],
    ) -> &'a [Word] {
        while let Some((name, inline)) = words.first().and_then(option) {
            let used =
                if GLOBAL_VALUES.contains(&name.as_str()) && inline.is_none() { 2 } else { 1 };
            let values = inline
                .into_iter()
                .chain(words[1..used.min(words.len())].iter().cloned())
                .collect::<Vec<_>>();
            if !self.take(script, &name, &values, words[0].at) {
                script.fault(words[0].at, format!("ParamValidation: Unknown options: --{name}"));
            }
            words = &words[used.min(words.len())..];
        }
        words
    }

    /// Takes an option that every command has; whether it is one.
    fn take(&mut self, script: &mut Script<'_>, name: &str, values: &[Word], at: usize) -> bool {
        if !GLOBAL_VALUES.contains(&name) && !GLOBAL_FLAGS.contains(&name) {
            return false;
        }
        let value = values.first().and_then(Word::literal);
        match name {
            "query" => self.query = value,
            "output" => self.output = value,
            _ if PRINTING.contains(&name) => {}
            _ => script.not_carried(at, format!("--{name}")),
        }
        let query = self.query.as_deref().map(|query| query.trim_matches(['\'', '"', ' ']));
        self.prints_arn = query == Some("PolicyARN") && self.output.as_deref() == Some("text");
        true
    }

    /// The fields of a request.
    pub(super) fn options(
        &mut self,
        script: &mut Script<'_>,
        kind: ResourceKind,
        mut words: &[Word],
    ) -> Fields {
        let mut fields = Fields::default();
        let mut input = None;
        while let Some((first, rest)) = words.split_first() {
            let Some((name, inline)) = option(first) else {
                let found = first.literal().unwrap_or_else(|| "an expansion".to_owned());
                script.fault(
                    first.at,
                    format!("ParamValidation: Unknown options: {found}; an option begins with --"),
                );
                words = rest;
                continue;
            };
            let count = rest.iter().position(|word| option(word).is_some()).unwrap_or(rest.len());
            words = &rest[count..];
            let values: Vec<Word> =
                inline.into_iter().chain(rest[..count].iter().cloned()).collect();
            if self.take(script, &name, &values, first.at) {
                continue;
            }
            if name == "cli-input-json" {
                input = values.first().map(|word| json_input(script, word));
                continue;
            }
            let plain = |field: &&Field| kebab(field.name) == name;
            let off = |field: &&Field| {
                matches!(field.kind, Kind::Flag)
                    && name.strip_prefix("no-") == Some(&kebab(field.name))
            };
            let shape = kind.shape();
            let (field, node) = if let Some(field) = shape.fields.iter().find(plain) {
                (field, value(script, field, &values, first.at))
            } else if let Some(field) = shape.fields.iter().find(off) {
                (field, Ok(Node::new(Value::Bool(false))))
            } else {
                let known: Vec<_> =
                    shape.fields.iter().map(|field| format!("--{}", kebab(field.name))).collect();
                script.fault(
                    first.at,
                    format!(
                        "ParamValidation: Unknown options: --{name}; known are {}",
                        known.join(", ")
                    ),
                );
                continue;
            };
            let at = Some(script.places.of(first.at));
            let node = node.unwrap_or_else(|fault| {
                script.faults.push(fault);
                // Nobody can say what was meant, so nothing more is said of it.
                let foreign = Foreign { path: Vec::new(), source: String::new() };
                Node::new(Value::Text(Text::reference(Reference::Foreign(foreign))))
            });
            fields.remove(field.name);
            let node = Node { at: node.at.or(at), ..node };
            fields.0.push(Entry { name: field.name.to_owned(), at, node });
        }
        // Options win over the fields of `--cli-input-json`.
        match input {
            Some(Ok(input)) => {
                for entry in input.0 {
                    if !fields.has(&entry.name) {
                        fields.0.push(entry);
                    }
                }
            }
            Some(Err(fault)) => script.faults.push(fault),
            None => {}
        }
        fields
    }
}

/// The name of an option, and the value that stands behind a `=` in it.
fn option(word: &Word) -> Option<(String, Option<Word>)> {
    let (super::Part::Text(at, text), rest) = word.parts.split_first()? else { return None };
    let name = text.strip_prefix("--")?;
    let Some((name, value)) = name.split_once('=') else {
        return rest.is_empty().then(|| (name.to_owned(), None));
    };
    let at = at + 2 + name.len() + 1;
    let mut parts = vec![super::Part::Text(at, value.to_owned())];
    parts.extend(rest.iter().cloned());
    Some((name.to_owned(), Some(Word { at, parts, quoted: word.quoted })))
}

fn json_input(script: &mut Script<'_>, word: &Word) -> Result<Fields, Fault> {
    let at = script.places.of(word.at);
    let expanded = content(script, word)?;
    match expanded.json(script.places)?.value {
        Value::Map(fields) => Ok(fields),
        _ => Err(at.fault("ParamValidation: --cli-input-json takes an object")),
    }
}

/// A word's text; that of the file that it names with `file://`, if the script
/// itself wrote the file.
fn content(script: &mut Script<'_>, word: &Word) -> Result<Expanded, Fault> {
    let expanded = script.expand(word);
    let Some(file) =
        ["file://", "fileb://"].iter().find_map(|prefix| expanded.text.strip_prefix(prefix))
    else {
        return Ok(expanded);
    };
    let found = script.files.get(file).or_else(|| script.files.get(file.trim_start_matches("./")));
    found.cloned().ok_or_else(|| {
        script.places.of(word.at).fault(format!(
            "the file {file} cannot be seen from here; put its JSON into the script, between single quotes"
        ))
    })
}

fn value(script: &mut Script<'_>, field: &Field, words: &[Word], at: usize) -> Result<Node, Fault> {
    let place = script.places.of(at);
    let name = kebab(field.name);
    let list = matches!(field.kind, Kind::List(..));
    let [word, more @ ..] = words else {
        if matches!(field.kind, Kind::Flag) {
            return Ok(Node { at: Some(place), value: Value::Bool(true) });
        }
        return Err(place.fault(format!(
            "ParamValidation: argument --{name}: expected {} argument",
            if list { "at least one" } else { "one" }
        )));
    };
    if !more.is_empty() && !list {
        let found = more[0].literal().unwrap_or_else(|| "an expansion".to_owned());
        return Err(script.places.of(more[0].at).fault(format!(
            "ParamValidation: Unknown options: {found}; --{name} takes one value, put it between quotes"
        )));
    }
    match field.kind {
        Kind::Structure(_) | Kind::Texts => structure(script, &field.kind, word),
        Kind::List(element, _) => {
            let first = content(script, word)?;
            if more.is_empty() && first.text.trim_start().starts_with('[') {
                return first.json(script.places);
            }
            let mut elements = Vec::new();
            for word in words {
                elements.push(match element {
                    Kind::Structure(_) => structure(script, element, word)?,
                    _ => text(script, element, word),
                });
            }
            Ok(Node { at: Some(script.places.of(word.at)), value: Value::List(elements) })
        }
        _ => Ok(text(script, &field.kind, word)),
    }
}

fn text(script: &mut Script<'_>, kind: &Kind, word: &Word) -> Node {
    let text = script.expand(word).whole();
    let mut node = Node { at: Some(script.places.of(word.at)), value: Value::Text(text) };
    settle(kind, &mut node);
    node
}

/// A structure as JSON, which says itself what is a number, or in shorthand,
/// which does not.
fn structure(script: &mut Script<'_>, kind: &Kind, word: &Word) -> Result<Node, Fault> {
    let expanded = content(script, word)?;
    let whole = expanded.whole();
    if whole.as_reference().is_some() {
        return Ok(Node { at: Some(script.places.of(word.at)), value: Value::Text(whole) });
    }
    if expanded.text.trim_start().starts_with('{') {
        return expanded.json(script.places);
    }
    let mut node = shorthand::read(&expanded, script.places)?;
    settle(kind, &mut node);
    Ok(node)
}
