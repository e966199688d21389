//! The text of a section as it is written.

use std::fs;

use pulldown_cmark::{Event, Options, Parser, TagEnd};

use headroom::course::Section;

/// The lines that divide a text: before them the opening, after them the body,
/// what the lesson simplifies, and the instructor's note.
const DIVIDERS: [&str; 3] = ["{figure}", "{simplifies}", "{note}"];

/// The Markdown of a section's four parts.
pub(crate) fn parts(section: &Section) -> [String; 4] {
    let root = env!("CARGO_MANIFEST_DIR");
    let file = format!("{root}/src/course/{}.md", section.slug.replace('-', "_"));
    let mut rest = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut parts = Vec::new();
    for divider in DIVIDERS {
        let (part, after) = rest.split_once(divider).unwrap_or_else(|| panic!("{file}: {divider}"));
        parts.push(part.to_owned());
        rest = after.to_owned();
    }
    parts.push(rest);
    parts.try_into().expect("three dividers make four parts")
}

/// What a reader reads of it, with a space between blocks.
pub(crate) fn words(markdown: &str) -> String {
    let mut words = String::new();
    for event in events(markdown) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::SoftBreak => words.push(' '),
            Event::End(TagEnd::Strong | TagEnd::Emphasis | TagEnd::Link) => {}
            Event::End(_) => words.push(' '),
            _ => {}
        }
    }
    words
}

/// Its Markdown, piece by piece.
pub(crate) fn events(markdown: &str) -> Parser<'_> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_SMART_PUNCTUATION)
}
