//! Course text: a small, strict part of Markdown, turned into the Rust source
//! of typed blocks.
//!
//! A file has four parts, each after a line of its own: the opening (at the
//! top), the body (after `{figure}`), what the lesson simplifies (after
//! `{simplifies}`) and the instructor's note (after `{note}`).
//!
//! Parts hold headings (`##`), paragraphs, lists, tables and code blocks; these
//! hold plain text, *emphasis*, **strong**, `code`, links to sections
//! (`[The spike](#/the-spike)`) or to the web (`https://…`), and words in the
//! colour of a quantity: `[CPU target of 70 %](#metric)`. Anything else is a
//! fault with its line, so that nothing is dropped in silence.

use std::fmt::Write as _;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// The quantities that have a colour: name in Markdown, variant in Rust.
const QUANTITIES: [(&str, &str); 5] = [
    ("traffic", "Traffic"),
    ("capacity", "Capacity"),
    ("metric", "Metric"),
    ("latency", "Latency"),
    ("errors", "Errors"),
];

/// The lines that divide a file, in order.
const DIVIDERS: [&str; 3] = ["{figure}", "{simplifies}", "{note}"];

/// What is wrong with a text, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Line, counted from 1.
    pub(crate) line: usize,
    /// What is wrong and what would be right.
    pub(crate) what: String,
}

/// The source of an expression of type `Text`.
pub(crate) fn compile(source: &str) -> Result<String, Fault> {
    let mut compiler = Compiler { source, events: Vec::new(), next: 0 };
    let options = Options::ENABLE_TABLES | Options::ENABLE_SMART_PUNCTUATION;
    compiler.events = Parser::new_ext(source, options).into_offset_iter().collect();
    let parts = compiler.parts()?;
    let [opening, body, simplifies, note] = &parts;
    Ok(format!(
        "Text {{ opening: &[{opening}], body: &[{body}], simplifies: &[{simplifies}], note: &[{note}] }}"
    ))
}

struct Compiler<'a> {
    source: &'a str,
    events: Vec<(Event<'a>, Range<usize>)>,
    next: usize,
}

impl<'a> Compiler<'a> {
    fn parts(&mut self) -> Result<[String; 4], Fault> {
        let mut parts: [String; 4] = Default::default();
        let mut part = 0;
        while let Some((event, _)) = self.take() {
            if matches!(event, Event::Start(Tag::Paragraph))
                && let Some(divider) = self.divider()
            {
                if DIVIDERS.get(part) != Some(&divider) {
                    return Err(self.fault(&format!(
                        "{divider} is out of place: a text has {} once each, in this order",
                        DIVIDERS.join(", ")
                    )));
                }
                part += 1;
                self.next += 2;
                continue;
            }
            let block = self.block(&event)?;
            parts[part].push_str(&block);
            parts[part].push_str(", ");
        }
        if part < DIVIDERS.len() {
            return Err(self.fault(&format!("the line {} is missing", DIVIDERS[part])));
        }
        Ok(parts)
    }

    /// The divider that the paragraph at hand consists of, if it does.
    fn divider(&self) -> Option<&'static str> {
        match &self.events[self.next..] {
            [(Event::Text(text), _), (Event::End(TagEnd::Paragraph), _), ..] => {
                DIVIDERS.into_iter().find(|divider| **divider == **text)
            }
            _ => None,
        }
    }

    fn block(&mut self, start: &Event<'a>) -> Result<String, Fault> {
        match start {
            Event::Start(Tag::Paragraph) => {
                Ok(format!("Block::Paragraph(&[{}])", self.spans(TagEnd::Paragraph)?))
            }
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => {
                let spans = self.spans(TagEnd::Heading(HeadingLevel::H2))?;
                Ok(format!("Block::Heading(&[{spans}])"))
            }
            Event::Start(Tag::Heading { .. }) => {
                Err(self.fault("only ## headings: the page itself has the title"))
            }
            Event::Start(Tag::List(first)) => self.list(first.is_some()),
            Event::Start(Tag::Table(_)) => self.table(),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => self.code(),
            _ => Err(self.fault("only paragraphs, ## headings, lists, tables and fenced code")),
        }
    }

    fn list(&mut self, ordered: bool) -> Result<String, Fault> {
        let mut items = String::new();
        while let Some((event, _)) = self.take() {
            match event {
                Event::Start(Tag::Item) => {
                    // A loose item wraps its text in a paragraph.
                    let loose = self.peek() == Some(&Event::Start(Tag::Paragraph));
                    self.next += usize::from(loose);
                    let end = if loose { TagEnd::Paragraph } else { TagEnd::Item };
                    let _ = write!(items, "&[{}], ", self.spans(end)?);
                    if loose
                        && self.take().map(|(event, _)| event) != Some(Event::End(TagEnd::Item))
                    {
                        return Err(self.fault("an item of a list is one paragraph"));
                    }
                }
                _ => break,
            }
        }
        Ok(format!("Block::List {{ ordered: {ordered}, items: &[{items}] }}"))
    }

    fn table(&mut self) -> Result<String, Fault> {
        let (mut head, mut rows, mut row) = (String::new(), String::new(), String::new());
        while let Some((event, _)) = self.take() {
            match event {
                Event::Start(Tag::TableHead | Tag::TableRow) => row.clear(),
                Event::Start(Tag::TableCell) => {
                    let _ = write!(row, "&[{}], ", self.spans(TagEnd::TableCell)?);
                }
                Event::End(TagEnd::TableHead) => head = std::mem::take(&mut row),
                Event::End(TagEnd::TableRow) => {
                    let _ = write!(rows, "&[{row}], ");
                }
                _ => break,
            }
        }
        Ok(format!("Block::Table {{ head: &[{head}], rows: &[{rows}] }}"))
    }

    fn code(&mut self) -> Result<String, Fault> {
        let mut code = String::new();
        while let Some((event, _)) = self.take() {
            match event {
                Event::Text(text) => code.push_str(&text),
                _ => break,
            }
        }
        Ok(format!("Block::Code({:?})", code.trim_end()))
    }

    fn spans(&mut self, end: TagEnd) -> Result<String, Fault> {
        let mut spans = String::new();
        let mut text = String::new();
        while let Some((event, _)) = self.take() {
            match event {
                Event::End(tag) if tag == end => {
                    flush(&mut text, &mut spans);
                    return Ok(spans);
                }
                Event::Text(more) => text.push_str(&more),
                Event::SoftBreak => text.push(' '),
                other => {
                    flush(&mut text, &mut spans);
                    let span = self.span(&other)?;
                    let _ = write!(spans, "{span}, ");
                }
            }
        }
        Err(self.fault("the text ends in the middle of a paragraph"))
    }

    fn span(&mut self, event: &Event<'a>) -> Result<String, Fault> {
        match event {
            Event::Code(code) => Ok(format!("Span::Code({:?})", code.as_ref())),
            Event::Start(Tag::Strong) => {
                Ok(format!("Span::Strong({:?})", self.plain(TagEnd::Strong)?))
            }
            Event::Start(Tag::Emphasis) => {
                Ok(format!("Span::Emphasis({:?})", self.plain(TagEnd::Emphasis)?))
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                let text = self.plain(TagEnd::Link)?;
                if let Some(name) = dest_url.strip_prefix('#').filter(|name| !name.starts_with('/'))
                {
                    let Some((_, variant)) = QUANTITIES.iter().find(|(known, _)| *known == name)
                    else {
                        return Err(self.fault(&format!(
                            "#{name} is no quantity: one of {}, or #/ and a section",
                            QUANTITIES.map(|(known, _)| format!("#{known}")).join(", ")
                        )));
                    };
                    Ok(format!("Span::Quantity(Quantity::{variant}, {text:?})"))
                } else if dest_url.starts_with("#/") || dest_url.starts_with("https://") {
                    Ok(format!("Span::Link {{ to: {:?}, text: {text:?} }}", dest_url.as_ref()))
                } else {
                    Err(self
                        .fault(&format!("a link goes to #/section or https://…, not {dest_url}")))
                }
            }
            _ => Err(self.fault("only text, *emphasis*, **strong**, `code` and [links](…) here")),
        }
    }

    /// The text up to `end`, in which nothing else may stand.
    fn plain(&mut self, end: TagEnd) -> Result<String, Fault> {
        let mut text = String::new();
        while let Some((event, _)) = self.take() {
            match event {
                Event::Text(more) => text.push_str(&more),
                Event::SoftBreak => text.push(' '),
                Event::End(tag) if tag == end => return Ok(tidy(&text)),
                _ => break,
            }
        }
        Err(self.fault("nothing but text inside emphasis, strong and links"))
    }

    fn take(&mut self) -> Option<(Event<'a>, Range<usize>)> {
        let taken = self.events.get(self.next).cloned();
        self.next += usize::from(taken.is_some());
        taken
    }

    fn peek(&self) -> Option<&Event<'a>> {
        self.events.get(self.next).map(|(event, _)| event)
    }

    /// A fault at the event taken last.
    fn fault(&self, what: &str) -> Fault {
        let at = self.events.get(self.next.saturating_sub(1)).map_or(0, |(_, range)| range.start);
        let line = 1 + self.source[..at].matches('\n').count();
        Fault { line, what: what.to_owned() }
    }
}

fn flush(text: &mut String, spans: &mut String) {
    if !text.is_empty() {
        let _ = write!(spans, "Span::Text({:?}), ", tidy(text));
        text.clear();
    }
}

/// Keeps a number and the sign or unit after it on one line.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut digit_before = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let binds = c == ' ' && digit_before && matches!(rest.peek(), Some('%' | '×' | '→' | '/'));
        tidied.push(if binds { '\u{a0}' } else { c });
        digit_before = c.is_ascii_digit();
    }
    tidied
}
