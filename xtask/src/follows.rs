//! "What this follows": the table of rules as a page beside the course.
//!
//! It is static, so that the course does not carry it, and wears the course's
//! style sheets.

use std::fmt::Write as _;
use std::fs;

use crate::beside::{self, Page};
use crate::prose::escaped;
use crate::run::{Failure, Outcome, io, root};

/// The page; the course links to it.
pub(crate) const PAGE: Page = Page {
    name: "what-this-follows",
    title: "What this follows",
    class: "follows",
    sheet: "style/rules.css",
    script: None,
};

/// How sure a rule is, in the order of the introduction.
const KINDS: [(&str, &str, &str); 4] = [
    ("documented", "documented", "AWS says so, in the document that is named"),
    ("derived", "derived", "it follows from what AWS says, in a step or two"),
    ("observed", "observed", "it was seen on live accounts, or reported and measured"),
    ("chosen", "our choice", "AWS has published nothing; the reason for our choice is given"),
];

/// A row of the table.
struct Rule {
    part: String,
    rule: String,
    source: String,
    confidence: String,
    choice: String,
    code: String,
    tests: String,
    shown: String,
}

/// Writes the page into the built site.
pub(crate) fn write() -> Outcome {
    let table = root().join("src/course/rules.csv");
    let rules = parse(&io("read", &table, fs::read_to_string(&table))?)?;
    beside::write(&PAGE, &content(&rules))
}

fn parse(text: &str) -> Outcome<Vec<Rule>> {
    let wrong = |error: csv::Error| Failure(format!("src/course/rules.csv is not CSV: {error}"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.map_err(wrong)?;
        let cell = |index: usize| escaped(row.get(index).unwrap_or_default());
        Ok(Rule {
            part: cell(0),
            rule: cell(1),
            source: cell(2),
            confidence: cell(3),
            choice: cell(4),
            code: cell(5),
            tests: cell(6),
            shown: cell(7),
        })
    });
    rows.collect()
}

/// What stands in the page's `main`.
fn content(rules: &[Rule]) -> String {
    let count = |kind: &str| rules.iter().filter(|rule| rule.confidence == kind).count();
    let kinds: String = KINDS
        .iter()
        .map(|(kind, name, meaning)| {
            format!(
                "<li><span class=\"kind {kind}\">{name}</span> {meaning} <b>({})</b></li>\n",
                count(kind)
            )
        })
        .collect();
    let mut parts: Vec<&str> = Vec::new();
    for rule in rules {
        if !parts.contains(&rule.part.as_str()) {
            parts.push(&rule.part);
        }
    }
    let id = |part: &str| part.to_lowercase().replace(' ', "-");
    let contents: String = parts
        .iter()
        .map(|part| format!("<li><a href=\"#{}\">{part}</a></li>\n", id(part)))
        .collect();
    let mut sections = String::new();
    for part in &parts {
        let items: String = rules.iter().filter(|rule| rule.part == *part).map(item).collect();
        let _ = write!(
            sections,
            "<section aria-labelledby=\"{0}\">\n<h2 id=\"{0}\">{part}</h2>\n<ul class=\"rules\">\n{items}</ul>\n</section>\n",
            id(part)
        );
    }
    format!(
        "<h1>What this follows</h1>\n\
         <p class=\"lead\">The model behind every figure keeps {total} rules. Each stands here with \
         where it comes from. Where AWS has published no rule, the model still has to do \
         something: then it is our choice, and you can judge it.</p>\n\
         <ul class=\"kinds\">\n{kinds}</ul>\n\
         <nav aria-label=\"Parts\"><ul>\n{contents}</ul></nav>\n{sections}",
        total = rules.len(),
    )
}

fn item(rule: &Rule) -> String {
    let name =
        KINDS.iter().find(|(kind, ..)| *kind == rule.confidence).map_or("", |(_, name, _)| name);
    let mut more = Vec::new();
    if !rule.source.is_empty() {
        more.push(format!("<p class=\"source\">{}</p>", rule.source));
    }
    if !rule.choice.is_empty() {
        more.push(format!("<p class=\"source\">{}</p>", rule.choice));
    }
    let shown: Vec<_> = rule
        .shown
        .split_whitespace()
        .map(|slug| format!("<a href=\"./#/{slug}\">{}</a>", title(slug)))
        .collect();
    if !shown.is_empty() {
        more.push(format!("<p class=\"source\">Shown in {}.</p>", shown.join(", ")));
    }
    let code = rule.code.trim_end_matches('#').replace('#', " · ");
    let tests: Vec<_> = rule
        .tests
        .split(' ')
        .map(|test| match test.trim_end_matches('#').split_once('#') {
            Some((path, name)) => format!("<code>{path} · {name}</code>"),
            None if test.starts_with(|c: char| c.is_ascii_digit()) => {
                format!("case <code>{test}</code>")
            }
            None => format!("<code>{}</code>", test.trim_end_matches('#')),
        })
        .collect();
    format!(
        "<li>\n<p class=\"rule\">{} <span class=\"kind {}\">{name}</span></p>\n{}\n\
         <details><summary>Code and tests</summary><p>Code: <code>{code}</code></p><p>Tests: {}</p></details>\n</li>\n",
        rule.rule,
        rule.confidence,
        more.join("\n"),
        tests.join(", ")
    )
}

/// A section's title from its name in links.
fn title(slug: &str) -> String {
    let words = slug.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_told_with_its_source_and_place() {
        let table = "part,rule,source,confidence,choice,code,tests,shown\n\
                     Cooldowns,A < B & C.,Guide,documented,,model/a.rs#f,1 tests/b.rs#g,target-tracking\n";
        let page = content(&parse(table).unwrap());
        for part in [
            "A &lt; B &amp; C.",
            "<a href=\"./#/target-tracking\">Target tracking</a>",
            "case <code>1</code>, <code>tests/b.rs · g</code>",
            "<code>model/a.rs · f</code>",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
    }
}
