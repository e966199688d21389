//! The AWS CLI's shorthand for structures and lists:
//! `MinCapacity=2,MaxCapacity=20`, `Name=a,Values=[b,c]`, `Outer={Inner=1}`
//! (AWS CLI user guide, "Using shorthand syntax").

use headroom_model::scenario::Fault;

use super::expanded::Expanded;
use crate::node::{Entry, Fields, Node, Value};
use crate::text::{Place, Places};

struct Shorthand<'a> {
    expanded: &'a Expanded,
    places: &'a Places<'a>,
    pos: usize,
}

/// Reads a structure in shorthand.
pub(super) fn read(expanded: &Expanded, places: &Places<'_>) -> Result<Node, Fault> {
    let mut shorthand = Shorthand { expanded, places, pos: 0 };
    let at = shorthand.place();
    let fields = shorthand.fields(None, 0)?;
    Ok(Node { at: Some(at), value: Value::Map(fields) })
}

impl Shorthand<'_> {
    fn rest(&self) -> &str {
        &self.expanded.text[self.pos..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn place(&self) -> Place {
        self.places.of(self.expanded.source(self.pos))
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.pos += rest.len() - rest.trim_start().len();
    }

    fn expected<T>(&self, what: &str) -> Result<T, Fault> {
        let rest: String = self.rest().chars().take(20).collect();
        let found = if rest.is_empty() { "the end".to_owned() } else { format!("`{rest}`") };
        Err(self.place().fault(format!(
            "ParamValidation: expected {what} here, found {found}; write Name=value,Name=value, or JSON"
        )))
    }

    /// `name=value` pairs with commas between, up to the end or to `close`.
    fn fields(&mut self, close: Option<char>, depth: usize) -> Result<Fields, Fault> {
        let mut fields = Fields::default();
        loop {
            self.blanks();
            if close.is_some() && self.peek() == close {
                self.pos += 1;
                return Ok(fields);
            }
            let at = self.place();
            let Some(length) = self.key_length() else { return self.expected("a name and `=`") };
            let name = self.rest()[..length].to_owned();
            self.pos += length + 1;
            if fields.has(&name) {
                return Err(at.fault(format!("the field `{name}` stands twice; leave one")));
            }
            let node = self.values(close, depth)?;
            fields.0.push(Entry { name, at: Some(at), node });
            self.blanks();
            match self.peek() {
                Some(',') => self.pos += 1,
                None if close.is_none() => return Ok(fields),
                found if found == close => {}
                _ => return self.expected("`,`"),
            }
        }
    }

    /// The length of the name before a `=`, if one stands here.
    fn key_length(&self) -> Option<usize> {
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_alphanumeric() || "_-.#/:".contains(c)))?;
        (length > 0 && rest[length..].starts_with('=')).then_some(length)
    }

    /// A value, or values with commas between, which make a list.
    fn values(&mut self, close: Option<char>, depth: usize) -> Result<Node, Fault> {
        let first = self.value(close, depth)?;
        let mut all = vec![first];
        while self.peek() == Some(',') {
            let comma = self.pos;
            self.pos += 1;
            self.blanks();
            if self.key_length().is_some() || self.peek().is_none() {
                self.pos = comma;
                break;
            }
            all.push(self.value(close, depth)?);
        }
        if all.len() > 1 {
            let at = all.first().and_then(|node| node.at);
            return Ok(Node { at, value: Value::List(all) });
        }
        all.pop().map_or_else(|| self.expected("a value"), Ok)
    }

    fn value(&mut self, close: Option<char>, depth: usize) -> Result<Node, Fault> {
        self.blanks();
        let at = self.place();
        if depth > super::MAX_DEPTH {
            return Err(
                at.fault(format!("more than {} levels stand inside one another", super::MAX_DEPTH))
            );
        }
        let value = match self.peek() {
            Some('{') => {
                self.pos += 1;
                Value::Map(self.fields(Some('}'), depth + 1)?)
            }
            Some('[') => {
                self.pos += 1;
                Value::List(self.elements(depth + 1)?)
            }
            Some(quote @ ('\'' | '"')) => {
                self.pos += 1;
                Value::Text(self.expanded.text(&self.quoted(quote)?))
            }
            _ => {
                let text = self.plain(close);
                Value::Text(self.expanded.text(&text))
            }
        };
        Ok(Node { at: Some(at), value })
    }

    fn elements(&mut self, depth: usize) -> Result<Vec<Node>, Fault> {
        let mut elements = Vec::new();
        loop {
            self.blanks();
            if self.peek() == Some(']') {
                self.pos += 1;
                return Ok(elements);
            }
            elements.push(self.value(Some(']'), depth)?);
            self.blanks();
            match self.peek() {
                Some(',') => self.pos += 1,
                Some(']') => {}
                _ => return self.expected("`,` or `]`"),
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, Fault> {
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.pos += c.len_utf8();
            match c {
                '\\' => {
                    if let Some(c) = self.peek() {
                        self.pos += c.len_utf8();
                        text.push(c);
                    }
                }
                c if c == quote => return Ok(text),
                c => text.push(c),
            }
        }
        self.expected(&format!("the closing {quote}"))
    }

    fn plain(&mut self, close: Option<char>) -> String {
        let mut text = String::new();
        while let Some(c) = self.peek() {
            if c == ',' || Some(c) == close {
                break;
            }
            self.pos += c.len_utf8();
            match self.peek() {
                Some(next @ (',' | '\\')) if c == '\\' => {
                    self.pos += next.len_utf8();
                    text.push(next);
                }
                _ => text.push(c),
            }
        }
        text.trim_end().to_owned()
    }
}
