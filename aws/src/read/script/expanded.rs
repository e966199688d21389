//! A word with its variables looked up, still as one text, so that JSON and
//! the AWS CLI's shorthand can be read in it.

use crate::node::{Fields, Node, Reference, Text, Value};
use crate::text::{Place, Places};
use headroom_model::scenario::Fault;

/// Stand around the number of a reference in the text; Unicode keeps them for
/// such inner uses.
const OPEN: char = '\u{fdd0}';
const CLOSE: char = '\u{fdd1}';

/// A text in which marks stand for references.
#[derive(Debug, Default, Clone)]
pub(super) struct Expanded {
    pub(super) text: String,
    references: Vec<Reference>,
    /// Where stretches of the text stand in the source: pairs of offsets.
    map: Vec<(usize, usize)>,
}

impl Expanded {
    /// Adds characters that stand at an offset of the source.
    pub(super) fn push_str(&mut self, text: &str, source: usize) {
        self.map.push((self.text.len(), source));
        self.text.push_str(text);
    }

    /// Adds a text that was set elsewhere and is used at an offset of the source.
    pub(super) fn push_text(&mut self, text: &Text, source: usize) {
        for piece in &text.0 {
            match piece {
                crate::node::Piece::Literal(text) => self.push_str(text, source),
                crate::node::Piece::Reference(reference) => self.push(reference.clone(), source),
            }
        }
    }

    /// Adds a reference.
    pub(super) fn push(&mut self, reference: Reference, source: usize) {
        let mark = format!("{OPEN}{}{CLOSE}", self.references.len());
        self.push_str(&mark, source);
        self.references.push(reference);
    }

    /// The source's offset of an offset of the text.
    pub(super) fn source(&self, offset: usize) -> usize {
        let i = self.map.partition_point(|(start, _)| *start <= offset);
        match i.checked_sub(1).map(|i| self.map[i]) {
            Some((start, source)) => source + (offset - start),
            None => 0,
        }
    }

    /// A part of the text, with its references.
    pub(super) fn text(&self, part: &str) -> Text {
        let mut text = Text::default();
        let mut rest = part;
        while let Some((before, after)) = rest.split_once(OPEN) {
            text.push_str(before);
            let reference = after.split_once(CLOSE).and_then(|(number, after)| {
                Some((self.references.get(number.parse::<usize>().ok()?)?, after))
            });
            match reference {
                Some((reference, after)) => {
                    text.push(Text::reference(reference.clone()));
                    rest = after;
                }
                None => {
                    text.push_str(OPEN.encode_utf8(&mut [0; 4]));
                    rest = after;
                }
            }
        }
        text.push_str(rest);
        text
    }

    /// The whole text, with its references.
    pub(super) fn whole(&self) -> Text {
        self.text(&self.text)
    }

    /// The text as JSON.
    pub(super) fn json(&self, places: &Places<'_>) -> Result<Node, Fault> {
        let quoted = self.quote_marks();
        let options = jsonc_parser::ParseOptions {
            allow_comments: false,
            allow_loose_object_property_names: false,
            allow_trailing_commas: false,
            allow_missing_commas: false,
            allow_single_quoted_strings: false,
            allow_hexadecimal_numbers: false,
            allow_unary_plus_numbers: false,
            allow_bare_decimal_point_numbers: false,
            allow_non_finite_numbers: false,
            allow_extended_string_escapes: false,
        };
        let collect = jsonc_parser::CollectOptions::default();
        let parsed =
            jsonc_parser::parse_to_ast(&quoted.text, &collect, &options).map_err(|error| {
                let what = error.kind().to_string();
                places
                    .of(quoted.source(error.range().start))
                    .fault(format!("this is not JSON here: {what}"))
            })?;
        let here = |at: usize| places.of(quoted.source(at));
        match parsed.value {
            Some(value) => quoted.node(&value, &here, 0),
            None => Err(here(0).fault("this is not JSON: there is nothing")),
        }
    }

    /// The same, with quotes around the marks that stand outside of strings.
    fn quote_marks(&self) -> Self {
        let mut new = Self { references: self.references.clone(), ..Self::default() };
        let (mut inside, mut escaped) = (false, false);
        let mut bare = false;
        for (i, c) in self.text.char_indices() {
            let source = self.source(i);
            if c == OPEN && !inside {
                new.push_str("\"", source);
                bare = true;
            }
            new.push_char(c, source);
            if c == CLOSE && bare {
                new.push_str("\"", source);
                bare = false;
            }
            match c {
                _ if escaped => escaped = false,
                '\\' if inside => escaped = true,
                '"' => inside = !inside,
                _ => {}
            }
        }
        new
    }

    fn push_char(&mut self, c: char, source: usize) {
        let next = self.map.last().map(|(start, at)| at + (self.text.len() - start));
        if next != Some(source) {
            self.map.push((self.text.len(), source));
        }
        self.text.push(c);
    }

    fn node(
        &self,
        value: &jsonc_parser::ast::Value<'_>,
        place: &dyn Fn(usize) -> Place,
        depth: usize,
    ) -> Result<Node, Fault> {
        use jsonc_parser::ast::Value as Json;
        use jsonc_parser::common::Ranged as _;
        let at = place(value.start());
        if depth > super::MAX_DEPTH {
            return Err(
                at.fault(format!("more than {} levels stand inside one another", super::MAX_DEPTH))
            );
        }
        let value = match value {
            Json::NullKeyword(_) => Value::Null,
            Json::BooleanLit(flag) => Value::Bool(flag.value),
            Json::NumberLit(number) => match number.value.parse::<serde_json::Number>() {
                Ok(number) => Value::Number(number),
                Err(_) => {
                    return Err(
                        at.fault(format!("{} is not a number of JSON, or too large", number.value))
                    );
                }
            },
            Json::StringLit(text) => Value::Text(self.text(&text.value)),
            Json::Array(array) => Value::List(
                array
                    .elements
                    .iter()
                    .map(|element| self.node(element, place, depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            Json::Object(object) => {
                let mut fields = Fields::default();
                let mut names = std::collections::BTreeSet::new();
                for property in &object.properties {
                    let name = property.name.as_str();
                    let at = place(property.range.start);
                    if !names.insert(name) {
                        return Err(at.fault(format!("the field `{name}` stands twice; leave one")));
                    }
                    let node = self.node(&property.value, place, depth + 1)?;
                    fields.0.push(crate::node::Entry { name: name.to_owned(), at: Some(at), node });
                }
                Value::Map(fields)
            }
        };
        Ok(Node { at: Some(at), value })
    }
}
