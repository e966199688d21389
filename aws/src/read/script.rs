//! Shell scripts of literal `aws` commands: what they put is read, without
//! running anything.

mod arguments;
mod expanded;
mod lexer;
mod shorthand;

use std::collections::BTreeMap;

use headroom_model::scenario::Fault;

use self::arguments::Call;
use self::expanded::Expanded;
use self::lexer::{Command, Lexer, Part, Word, is_name};
use crate::document::{Document, Form, MAX_RESOURCES, Parameter, Resource};
use crate::node::{Foreign, Reference, Text, Value};
use crate::schema::ResourceKind;
use crate::schema::target::IDENTITY;
use crate::text::Places;

/// Values may not stand deeper in one another.
const MAX_DEPTH: usize = 64;

/// The operations of Application Auto Scaling besides those that are read.
const OTHER_OPERATIONS: &[&str] = &[
    "delete-scaling-policy",
    "delete-scheduled-action",
    "deregister-scalable-target",
    "describe-scalable-targets",
    "describe-scaling-activities",
    "describe-scaling-policies",
    "describe-scheduled-actions",
    "get-predictive-scaling-forecast",
    "list-tags-for-resource",
    "tag-resource",
    "untag-resource",
    "help",
];

/// Reads a script; what is wrong with it goes to `faults`.
pub(super) fn read(text: &str, faults: &mut Vec<Fault>) -> Document {
    let places = Places::new(text);
    let mut lexer = Lexer::new(text, &places);
    let commands = lexer.commands();
    faults.append(&mut lexer.faults);
    let mut script = Script {
        places: &places,
        document: Document::new(Form::Script),
        variables: BTreeMap::new(),
        files: BTreeMap::new(),
        places_of_resources: BTreeMap::new(),
        faults,
    };
    for command in &commands {
        // The caller refuses what has more.
        if script.document.resources.len() <= MAX_RESOURCES {
            script.run(command);
        }
    }
    script.document
}

/// A script as far as it has been read.
struct Script<'a> {
    places: &'a Places<'a>,
    document: Document,
    /// What each variable stands for.
    variables: BTreeMap<String, Text>,
    /// Files that the script wrote from its own text.
    files: BTreeMap<String, Expanded>,
    /// Where the resource of each name stands among the document's.
    places_of_resources: BTreeMap<String, usize>,
    faults: &'a mut Vec<Fault>,
}

impl Script<'_> {
    fn fault(&mut self, at: usize, message: impl Into<String>) {
        self.faults.push(self.places.of(at).fault(message));
    }

    fn not_carried(&mut self, at: usize, what: impl Into<String>) {
        self.document.others.push(self.places.of(at).fault(what));
    }

    /// Takes a command in; the resource that it put.
    fn run(&mut self, command: &Command) -> Option<Put> {
        let assignments =
            command.words.iter().take_while(|word| assignment(word).is_some()).count();
        let (before, words) = command.words.split_at(assignments);
        let Some((name, arguments)) = words.split_first() else {
            for word in before {
                self.assign(word);
            }
            return None;
        };
        for word in before {
            self.not_carried(word.at, "a variable of one command's environment");
        }
        let literal = name.literal().unwrap_or_default();
        match literal.as_str() {
            "aws" => return self.aws(name, arguments),
            "echo" | "printf" | "cat" | "tee" if self.writes(&literal, command, arguments) => {}
            "echo" | "printf" | "set" | ":" | "true" => {}
            "export" | "readonly" | "declare" | "typeset" | "local" => {
                for word in arguments.iter().filter(|word| assignment(word).is_some()) {
                    self.assign(word);
                }
            }
            "if" | "then" | "elif" | "else" | "fi" | "for" | "while" | "until" | "do" | "done"
            | "case" | "esac" | "function" | "select" | "{" | "}" | "[[" | "[" | "test" | "eval" | "source" | "."
            | "!" | "unset" | "read" => self.fault(
                name.at,
                format!("`{literal}` is not read, since what it does cannot be told by reading; write the aws commands one after another"),
            ),
            "" => self.fault(name.at, "the command's name must be literal, such as `aws`"),
            other => self.not_carried(name.at, format!("the command `{other}`")),
        }
        None
    }

    /// Whether the command writes a text of the script to a file, which a
    /// `file://` can name.
    fn writes(&mut self, name: &str, command: &Command, arguments: &[Word]) -> bool {
        let file = match name {
            "tee" => arguments.first(),
            _ => command.output.as_ref(),
        };
        let Some(file) = file.and_then(Word::literal) else { return false };
        let mut content = Expanded::default();
        match &command.input {
            Some(input) => self.expand_into(input, &mut content),
            None => {
                for word in arguments
                    .iter()
                    .filter(|word| word.literal().is_none_or(|text| !text.starts_with('-')))
                {
                    self.expand_into(word, &mut content);
                }
            }
        }
        self.files.insert(file, content);
        true
    }

    fn assign(&mut self, word: &Word) {
        let Some((name, value)) = assignment(word) else { return };
        let text = match value.as_slice() {
            [Part::Commands { commands, source }] if here_document(commands).is_none() => {
                Text::reference(self.captured(commands, source, &name))
            }
            parts => {
                let mut expanded = Expanded::default();
                for part in parts {
                    self.expand_part(part, word.at, &mut expanded);
                }
                expanded.whole()
            }
        };
        // What is set once to a literal stays a variable; a second value, and
        // one that is made of others, stands where it is used.
        let text = match text.as_literal() {
            Some(literal) if self.document.parameter(&name).is_none() => {
                let default = Some(Value::Text(Text::literal(literal)));
                self.document.parameters.push(Parameter { name: name.clone(), default });
                Text::reference(Reference::Parameter(name.clone()))
            }
            _ => text,
        };
        self.variables.insert(name, text);
    }

    /// What `$(…)` stands for. What a command prints that put something, other
    /// than the ARN of a policy, is known to nobody, and a variable stands for
    /// it: the command must not stand in a new script twice.
    fn captured(&mut self, commands: &[Command], source: &str, name: &str) -> Reference {
        let puts: Vec<_> = commands.iter().map(|command| self.run(command)).collect();
        match puts.as_slice() {
            [Some(Put { index, prints_arn: true })] => Reference::Policy(*index),
            [Some(Put { index, .. }), None] if is_jq(&commands[1]) => Reference::Policy(*index),
            puts if puts.iter().any(Option::is_some) => {
                self.declare(name, None);
                Reference::Parameter(name.to_owned())
            }
            _ => Reference::Foreign(Foreign { path: Vec::new(), source: source.to_owned() }),
        }
    }

    /// Makes a variable of the document, if it is none yet.
    fn declare(&mut self, name: &str, default: Option<Value>) {
        if self.document.parameter(name).is_none() {
            self.document.parameters.push(Parameter { name: name.to_owned(), default });
        }
    }

    fn expand(&mut self, word: &Word) -> Expanded {
        let mut expanded = Expanded::default();
        self.expand_into(word, &mut expanded);
        expanded
    }

    fn expand_into(&mut self, word: &Word, into: &mut Expanded) {
        for part in &word.parts {
            self.expand_part(part, word.at, into);
        }
    }

    fn expand_part(&mut self, part: &Part, at: usize, into: &mut Expanded) {
        match part {
            Part::Text(source, text) => into.push_str(text, *source),
            Part::Variable { name, default } => {
                let text = match self.variables.get(name) {
                    Some(text) => text.clone(),
                    None => {
                        let default = default.as_ref().map(|text| Value::Text(Text::literal(text)));
                        self.declare(name, default);
                        Text::reference(Reference::Parameter(name.clone()))
                    }
                };
                into.push_text(&text, at);
            }
            Part::Commands { commands, .. } if here_document(commands).is_some() => {
                if let Some(input) = here_document(commands) {
                    self.expand_into(input, into);
                }
            }
            Part::Commands { commands, source } => {
                let reference = self.captured(commands, source, "OUTPUT");
                into.push(reference, at);
            }
            Part::Foreign(source) => {
                into.push(
                    Reference::Foreign(Foreign { path: Vec::new(), source: source.clone() }),
                    at,
                );
            }
        }
    }

    fn aws(&mut self, name: &Word, arguments: &[Word]) -> Option<Put> {
        let mut call = Call::default();
        let rest = call.global(self, arguments);
        let service = rest.first().and_then(Word::literal).unwrap_or_default();
        let operation = rest.get(1).and_then(Word::literal).unwrap_or_default();
        let kind = ResourceKind::ALL
            .into_iter()
            .find(|kind| kind.command() == [service.as_str(), &operation]);
        let Some(kind) = kind else {
            let wrong = match service.as_str() {
                "application-autoscaling" => !OTHER_OPERATIONS.contains(&operation.as_str()),
                _ => operation.is_empty(),
            };
            if wrong {
                let known = ResourceKind::ALL.map(|kind| kind.command()[1]).join(", ");
                let at = rest.get(1).or(rest.first()).map_or(name.at, |word| word.at);
                self.fault(at, format!("ParamValidation: \"{operation}\" is not an operation of aws {service}; those that are read are {known}"));
            } else {
                self.not_carried(name.at, format!("`aws {service} {operation}`"));
            }
            return None;
        };
        let fields = call.options(self, kind, &rest[2..]);
        let mut resource = Resource::new(kind, "", fields);
        resource.at = Some(self.places.of(name.at));
        let index = self.put(resource);
        Some(Put { index, prints_arn: kind == ResourceKind::ScalingPolicy && call.prints_arn })
    }

    /// Adds a resource; a second request for the same one changes it as AWS
    /// does (API reference of each operation).
    fn put(&mut self, resource: Resource) -> usize {
        let kind = resource.kind;
        let names: &[&str] = match kind {
            ResourceKind::MetricAlarm => &["AlarmName"],
            ResourceKind::ScalableTarget => &IDENTITY,
            _ => &[IDENTITY[0], IDENTITY[1], IDENTITY[2], kind.name_field()],
        };
        let value = |name: &&str| resource.fields.get(name).map(|node| &node.value);
        let key = format!("{kind:?} {:?}", names.iter().map(value).collect::<Vec<_>>());
        let named = resource.fields.has(kind.name_field());
        let next = self.document.resources.len();
        let index = *self.places_of_resources.entry(key).or_insert(next);
        let earlier = Some(index).filter(|index| named && *index < next);
        let Some(index) = earlier else {
            self.document.resources.push(resource);
            return self.document.resources.len() - 1;
        };
        let old = &mut self.document.resources[index];
        let policy_type =
            |resource: &Resource| resource.fields.get("PolicyType").map(|node| node.value.clone());
        let other_type =
            kind == ResourceKind::ScalingPolicy && policy_type(old) != policy_type(&resource);
        if kind == ResourceKind::MetricAlarm || other_type {
            *old = resource;
            return index;
        }
        if kind == ResourceKind::ScheduledAction {
            old.fields.remove("StartTime");
            old.fields.remove("EndTime");
        }
        old.at = resource.at;
        for entry in resource.fields.0 {
            old.fields.remove(&entry.name);
            old.fields.0.push(entry);
        }
        index
    }
}

/// A resource that a command put.
struct Put {
    /// Its place among the document's.
    index: usize,
    /// Whether the command prints the ARN of a policy and nothing else.
    prints_arn: bool,
}

/// Whether a command takes the ARN out of what `put-scaling-policy` prints.
fn is_jq(command: &Command) -> bool {
    let words: Vec<_> = command.words.iter().filter_map(Word::literal).collect();
    words.first().is_some_and(|name| name == "jq") && words.iter().any(|word| word == ".PolicyARN")
}

/// The text of `$(cat <<END …)`.
fn here_document(commands: &[Command]) -> Option<&Word> {
    let [command] = commands else { return None };
    let [name] = command.words.as_slice() else { return None };
    command.input.as_ref().filter(|_| name.literal().as_deref() == Some("cat"))
}

/// A word of the form `name=value`: the name, and the parts of the value.
fn assignment(word: &Word) -> Option<(String, Vec<Part>)> {
    let (Part::Text(at, text), rest) = word.parts.split_first()? else { return None };
    let (name, value) = text.split_once('=')?;
    let first = name.chars().next()?;
    if !name.chars().all(is_name) || first.is_ascii_digit() {
        return None;
    }
    let mut parts = Vec::new();
    if !value.is_empty() {
        parts.push(Part::Text(at + name.len() + 1, value.to_owned()));
    }
    parts.extend(rest.iter().cloned());
    Some((name.to_owned(), parts))
}
