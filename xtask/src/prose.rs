//! Course text: a small, strict part of Markdown, put into the page as HTML.
//!
//! It stands in the page's `<template>`s, which nothing shows until the app
//! takes copies: so the app does not carry it, and nothing is fetched. A file
//! `src/course/up_or_out.md` gives `up-or-out-opening` and so on. It has four parts, each after a line of its own: the opening (at the
//! top), the body (after `{figure}`), what the lesson simplifies (after
//! `{simplifies}`) and the instructor's note (after `{note}`).
//!
//! Parts hold headings (`##`), paragraphs, lists, tables and code blocks; these
//! hold plain text, *emphasis*, **strong**, `code`, links to sections
//! (`[The spike](#/the-spike)`) or to the web (`https://…`), and words in the
//! colour of a quantity: `[CPU target of 70 %](#metric)`. Anything else is a
//! fault with its line, so that nothing is dropped in silence.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::glossary::Glossary;
use crate::lessons;
use crate::run::{Failure, Outcome, io};

/// The quantities that have a colour: each is a link's target in Markdown and a
/// class in HTML.
const QUANTITIES: [&str; 5] = ["traffic", "capacity", "metric", "latency", "errors"];

/// The parts of a text, as the app names them.
const PARTS: [&str; 4] = ["opening", "body", "simplifies", "note"];

/// The lines that divide a file, in order.
const DIVIDERS: [&str; 3] = ["{figure}", "{simplifies}", "{note}"];

/// What is wrong with a text, and where.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    /// Line, counted from 1.
    line: usize,
    /// What is wrong and what would be right.
    what: String,
}

/// Puts text and data of every section into the page, as templates at its end.
pub(crate) fn with_course(page: &str) -> Outcome<String> {
    let glossary = Glossary::read()?;
    let mut templates = String::new();
    for file in lessons::written("md")? {
        let source = io("read", &file, fs::read_to_string(&file))?;
        let name = lessons::name(&file);
        let parts = compile(&source, &glossary).map_err(|Fault { line, what }| {
            Failure(format!("{}:{line}: {what}", file.display()))
        })?;
        for (part, html) in PARTS.iter().zip(parts) {
            let _ = writeln!(templates, "<template id=\"{name}-{part}\">{html}</template>");
        }
    }
    templates.push_str(&lessons::templates()?);
    let popovers = glossary.popovers();
    let (before, after) = page.rsplit_once("</body>").ok_or_else(|| {
        Failure("index.html has no `</body>` to put the text before: add one".into())
    })?;
    Ok(format!("{before}{popovers}{templates}</body>{after}"))
}

/// The HTML of a text's four parts.
fn compile(source: &str, glossary: &Glossary) -> Result<[String; 4], Fault> {
    let (events, used) = (Vec::new(), BTreeSet::new());
    let mut compiler = Compiler { source, events, next: 0, glossary, used, links: true };
    let options = Options::ENABLE_TABLES | Options::ENABLE_SMART_PUNCTUATION;
    compiler.events = Parser::new_ext(source, options).into_offset_iter().collect();
    compiler.parts()
}

struct Compiler<'a> {
    source: &'a str,
    events: Vec<(Event<'a>, Range<usize>)>,
    next: usize,
    glossary: &'a Glossary,
    /// Terms of the glossary that were linked.
    used: BTreeSet<String>,
    /// Whether terms are linked in what is read now.
    links: bool,
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
                // What stands in boxes below the lesson is not where a term is met first.
                self.links = part < 2;
                self.next += 2;
                continue;
            }
            let block = self.block(&event)?;
            // A break between blocks keeps their words apart for who searches the text.
            if !parts[part].is_empty() {
                parts[part].push('\n');
            }
            parts[part].push_str(&block);
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
                Ok(format!("<p>{}</p>", self.words(TagEnd::Paragraph)?))
            }
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => {
                let links = std::mem::replace(&mut self.links, false);
                let words = self.words(TagEnd::Heading(HeadingLevel::H2))?;
                self.links = links;
                Ok(format!("<h2>{words}</h2>"))
            }
            Event::Start(Tag::Heading { .. }) => {
                Err(self.fault("only ## headings: the page itself has the title"))
            }
            Event::Start(Tag::List(first)) => self.list(if first.is_some() { "ol" } else { "ul" }),
            Event::Start(Tag::Table(_)) => self.table(),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => Ok(self.code()),
            _ => Err(self.fault("only paragraphs, ## headings, lists, tables and fenced code")),
        }
    }

    fn list(&mut self, tag: &str) -> Result<String, Fault> {
        let mut items = String::new();
        while let Some((Event::Start(Tag::Item), _)) = self.take() {
            // A loose item wraps its text in a paragraph.
            let loose = self.peek() == Some(&Event::Start(Tag::Paragraph));
            self.next += usize::from(loose);
            let end = if loose { TagEnd::Paragraph } else { TagEnd::Item };
            let _ = writeln!(items, "<li>{}</li>", self.words(end)?);
            if loose && self.take().map(|(event, _)| event) != Some(Event::End(TagEnd::Item)) {
                return Err(self.fault("an item of a list is one paragraph"));
            }
        }
        Ok(format!("<{tag}>{items}</{tag}>"))
    }

    fn table(&mut self) -> Result<String, Fault> {
        let (mut head, mut rows, mut row) = (String::new(), String::new(), String::new());
        let mut cell = "<th scope=\"col\">";
        while let Some((event, _)) = self.take() {
            match event {
                Event::Start(Tag::TableHead | Tag::TableRow) => row.clear(),
                Event::Start(Tag::TableCell) => {
                    let words = self.words(TagEnd::TableCell)?;
                    let _ = write!(row, "{cell}{words}</{}>", &cell[1..3]);
                }
                Event::End(TagEnd::TableHead) => {
                    head = std::mem::take(&mut row);
                    cell = "<td>";
                }
                Event::End(TagEnd::TableRow) => {
                    let _ = write!(rows, "<tr>{row}</tr>");
                }
                _ => break,
            }
        }
        Ok(format!("<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"))
    }

    fn code(&mut self) -> String {
        let mut code = String::new();
        while let Some((Event::Text(text), _)) = self.take() {
            code.push_str(&text);
        }
        format!("<pre><code>{}</code></pre>", escaped(code.trim_end()))
    }

    fn words(&mut self, end: TagEnd) -> Result<String, Fault> {
        let mut html = String::new();
        let mut text = String::new();
        while let Some((event, _)) = self.take() {
            match event {
                Event::End(tag) if tag == end => {
                    html.push_str(&self.text(&text));
                    return Ok(html);
                }
                Event::Text(more) => text.push_str(&more),
                Event::SoftBreak => text.push(' '),
                other => {
                    html.push_str(&self.text(&std::mem::take(&mut text)));
                    html.push_str(&self.marked(&other)?);
                }
            }
        }
        Err(self.fault("the text ends in the middle of a paragraph"))
    }

    /// Plain text, with terms linked that are met for the first time.
    fn text(&mut self, text: &str) -> String {
        let html = tidy(text);
        if self.links { self.glossary.link(&html, &mut self.used) } else { html }
    }

    fn marked(&mut self, event: &Event<'a>) -> Result<String, Fault> {
        match event {
            Event::Code(code) => Ok(format!("<code>{}</code>", escaped(code))),
            Event::Start(Tag::Strong) => {
                Ok(format!("<strong>{}</strong>", self.plain(TagEnd::Strong)?))
            }
            Event::Start(Tag::Emphasis) => {
                Ok(format!("<em>{}</em>", self.plain(TagEnd::Emphasis)?))
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                let text = self.plain(TagEnd::Link)?;
                if let Some(name) = dest_url.strip_prefix('#').filter(|name| !name.starts_with('/'))
                {
                    if !QUANTITIES.contains(&name) {
                        return Err(self.fault(&format!(
                            "#{name} is no quantity: one of {}, or #/ and a section",
                            QUANTITIES.map(|known| format!("#{known}")).join(", ")
                        )));
                    }
                    Ok(format!("<span class=\"quantity {name}\">{text}</span>"))
                } else if dest_url.starts_with("#/") || dest_url.starts_with("https://") {
                    Ok(format!("<a href=\"{}\">{text}</a>", escaped(dest_url)))
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

/// Text as HTML; a number stays on one line with the sign or unit after it.
pub(crate) fn tidy(text: &str) -> String {
    escaped(&bound(text))
}

/// Text in which a number stays on one line with the sign or unit after it.
pub(crate) fn bound(text: &str) -> String {
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

/// Text such that HTML reads it as it is, in an attribute, too.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(block: &str) -> Result<String, Fault> {
        let [opening, ..] = compile(
            &format!("{block}\n\n{{figure}}\n\n{{simplifies}}\n\n{{note}}\n"),
            &Glossary::empty(),
        )?;
        Ok(opening)
    }

    #[test]
    fn blocks_become_elements() {
        for (source, block) in [
            ("Plain\nwords, a < b.", "<p>Plain words, a &lt; b.</p>"),
            ("## Why", "<h2>Why</h2>"),
            ("1. one\n2. two", "<ol><li>one</li>\n<li>two</li>\n</ol>"),
            ("- one\n\n- two", "<ul><li>one</li>\n<li>two</li>\n</ul>"),
            (
                "| a | b |\n|---|---|\n| 1 | 2 |",
                "<table><thead><tr><th scope=\"col\">a</th><th scope=\"col\">b</th></tr></thead>\
                 <tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
            ),
            (
                "```\n4 × 85\n  = \"340\"\n```",
                "<pre><code>4 × 85\n  = &quot;340&quot;</code></pre>",
            ),
        ] {
            assert_eq!(opening(source).as_deref(), Ok(block), "{source}");
        }
    }

    #[test]
    fn words_keep_their_kind() {
        let source = "A [target](#metric) of **70 %**, *see* `min` and [it](#/the-spike).";
        let html = "<p>A <span class=\"quantity metric\">target</span> of \
                    <strong>70\u{a0}%</strong>, <em>see</em> <code>min</code> and \
                    <a href=\"#/the-spike\">it</a>.</p>";
        assert_eq!(opening(source).as_deref(), Ok(html));
    }

    #[test]
    fn what_is_not_course_text_is_refused_with_its_line() {
        for (source, line, says) in [
            ("fine\n\n<b>bold</b>", 3, "only text"),
            ("fine\n\n# Title", 3, "only ## headings"),
            ("fine\n\n> quoted", 3, "only paragraphs"),
            ("[x](#colour)", 1, "#colour is no quantity: one of #traffic"),
            ("[x](http://example.org)", 1, "a link goes to"),
            ("fine\n**a [link](#/the-spike)**", 2, "nothing but text"),
            ("![picture](x.png)", 1, "only text"),
            ("{note}", 1, "{note} is out of place"),
        ] {
            let fault = opening(source).expect_err(source);
            assert_eq!(fault.line, line, "{source}: {}", fault.what);
            assert!(fault.what.contains(says), "{source}: {}", fault.what);
        }
    }

    #[test]
    fn a_missing_part_is_named() {
        let fault = compile("words\n\n{figure}\n\nwords\n", &Glossary::empty())
            .expect_err("two parts are missing");
        assert!(fault.what.contains("{simplifies} is missing"), "{}", fault.what);
    }

    #[test]
    fn every_section_with_text_has_its_four_templates() {
        let page = with_course("<body><p>start</p></body>").expect("the course's text is sound");
        for part in PARTS {
            assert!(page.contains(&format!("<template id=\"the-spike-{part}\"><")), "{part}");
        }
        assert!(page.ends_with("</template>\n</body>"), "the templates come last");
    }
}
