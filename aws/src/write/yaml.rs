//! YAML, as far as templates need it: maps, lists and scalars that have their
//! spelling already.

/// A value.
pub(super) enum Yaml {
    /// A scalar, a tag with one, or anything on one line.
    Plain(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

impl Yaml {
    pub(super) fn text(text: &str) -> Self {
        Self::Plain(scalar(text))
    }

    /// The text of a map, from its first line on.
    pub(super) fn render(&self) -> String {
        let mut out = String::new();
        self.lines(0, &mut out);
        out
    }

    fn lines(&self, indent: usize, out: &mut String) {
        match self {
            Self::Plain(text) => {
                out.push_str(text);
                out.push('\n');
            }
            Self::Map(fields) => {
                for (i, (name, value)) in fields.iter().enumerate() {
                    if i > 0 {
                        out.push_str(&" ".repeat(indent));
                    }
                    out.push_str(&scalar(name));
                    out.push(':');
                    value.after_name(indent, out);
                }
            }
            Self::List(elements) => {
                for (i, element) in elements.iter().enumerate() {
                    if i > 0 {
                        out.push_str(&" ".repeat(indent));
                    }
                    out.push_str("- ");
                    match element {
                        Self::Map(fields) if fields.is_empty() => out.push_str("{}\n"),
                        Self::List(inner) if inner.is_empty() => out.push_str("[]\n"),
                        _ => element.lines(indent + 2, out),
                    }
                }
            }
        }
    }

    fn after_name(&self, indent: usize, out: &mut String) {
        match self {
            Self::Plain(text) => {
                out.push(' ');
                out.push_str(text);
                out.push('\n');
            }
            Self::Map(fields) if fields.is_empty() => out.push_str(" {}\n"),
            Self::List(elements) if elements.is_empty() => out.push_str(" []\n"),
            _ => {
                out.push('\n');
                out.push_str(&" ".repeat(indent + 2));
                self.lines(indent + 2, out);
            }
        }
    }
}

/// A text as a scalar: plain where no reader could take it for anything else.
pub(super) fn scalar(text: &str) -> String {
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "_./-:".contains(c));
    let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let word = words.contains(&text.to_ascii_lowercase().as_str());
    if first && plain && !word && !text.ends_with(':') { text.to_owned() } else { quoted(text) }
}

/// A text in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            // YAML's printable characters, and JSON's.
            ' '..='~'
            | '\u{a0}'..='\u{2027}'
            | '\u{202a}'..='\u{d7ff}'
            | '\u{e000}'..='\u{fefe}'
            | '\u{ff00}'..='\u{fffd}' => {
                out.push(c);
            }
            c if u32::from(c) > 0xffff => out.push(c),
            c => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    out + "\""
}
