//! The glossary: terms that a reader opens where they stand.
//!
//! Each term is a popover of the page, which a button opens without a script and
//! without leaving the place. In a section's text the first use of a term is such a
//! button; all terms together stand in one popover that the menu opens.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::prose::{escaped, tidy};
use crate::run::{Failure, Outcome, io, root};

/// The terms of the glossary, in the order of the file.
pub(crate) struct Glossary(Vec<Term>);

struct Term {
    id: String,
    name: String,
    forms: Vec<String>,
    text: String,
}

impl Glossary {
    /// Reads the glossary of the course.
    pub(crate) fn read() -> Outcome<Self> {
        let file = root().join("src/course/glossary.yaml");
        let yaml = io("read", &file, fs::read_to_string(&file))?;
        Self::parse(&yaml).map_err(|fault| Failure(format!("{}: {fault}", file.display())))
    }

    fn parse(yaml: &str) -> Result<Self, String> {
        let data: Vec<Value> = serde_saphyr::from_str(yaml).map_err(|error| error.to_string())?;
        let term = |entry: &Value| {
            let text = |name: &str| {
                let text = entry[name].as_str().filter(|text| !text.is_empty());
                text.map(ToOwned::to_owned).ok_or(format!("{entry} has no text `{name}`"))
            };
            let forms = entry["forms"].as_array().ok_or(format!("{entry} has no list `forms`"))?;
            let name = text("term")?;
            let id: String = name
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
                .collect();
            let forms = forms.iter().filter_map(|form| form.as_str().map(ToOwned::to_owned));
            Ok(Term { id, name, forms: forms.collect(), text: text("text")? })
        };
        let terms: Vec<Term> = data.iter().map(term).collect::<Result<_, String>>()?;
        let mut seen = BTreeSet::new();
        for form in terms.iter().flat_map(|term| &term.forms) {
            if !seen.insert(form) {
                return Err(format!("“{form}” stands for two terms"));
            }
        }
        Ok(Self(terms))
    }

    /// A glossary without terms.
    #[cfg(test)]
    pub(crate) fn empty() -> Self {
        Self(Vec::new())
    }

    /// The popovers: one for each term, and one for all of them.
    pub(crate) fn popovers(&self) -> String {
        let mut html = String::new();
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_by_key(|term| term.name.to_lowercase());
        let mut list = String::new();
        for Term { id, name, text, .. } in all {
            let (name, text) = (escaped(name), tidy(text));
            let _ = writeln!(
                html,
                "<div class=\"term-card\" id=\"term-{id}\" popover><p><b>{name}</b></p><p>{text}</p></div>"
            );
            let _ = write!(list, "<dt>{name}</dt><dd>{text}</dd>");
        }
        let close = "<button type=\"button\" popovertarget=\"glossary\" \
                     popovertargetaction=\"hide\">Close</button>";
        let _ = writeln!(
            html,
            "<div id=\"glossary\" popover role=\"dialog\" aria-label=\"Glossary\"><h2>Glossary</h2>{close}<dl>{list}</dl></div>"
        );
        html
    }

    /// Makes buttons of the first uses of terms in a run of text that is HTML
    /// already. Terms in `used` were met before.
    pub(crate) fn link(&self, html: &str, used: &mut BTreeSet<String>) -> String {
        let mut linked = String::with_capacity(html.len());
        let mut rest = html;
        while let Some((start, end, term)) = self.first_use(rest, used) {
            used.insert(term.id.clone());
            let _ = write!(
                linked,
                "{}<button type=\"button\" class=\"term\" popovertarget=\"term-{}\">{}</button>",
                &rest[..start],
                term.id,
                &rest[start..end]
            );
            rest = &rest[end..];
        }
        linked.push_str(rest);
        linked
    }

    /// Where the first use of a term stands that was not met; of those that begin in
    /// one place the longest.
    fn first_use(&self, html: &str, used: &BTreeSet<String>) -> Option<(usize, usize, &Term)> {
        let fresh = self.0.iter().filter(|term| !used.contains(&term.id));
        let uses = fresh.flat_map(|term| {
            term.forms.iter().filter_map(move |form| {
                let start = whole_word(html, form)?;
                Some((start, start + form.len(), term))
            })
        });
        uses.min_by_key(|(start, end, _)| (*start, usize::MAX - end))
    }
}

/// Where a word or several stand as such; the first letter may be a capital.
fn whole_word(html: &str, form: &str) -> Option<usize> {
    let is_inside = |c: char| c.is_alphanumeric() || c == '-' || c == '&';
    let lower = html.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower[from..].find(&form.to_ascii_lowercase()) {
        let (start, end) = (from + at, from + at + form.len());
        let before = html[..start].chars().next_back();
        let after = html[end..].chars().next();
        let is_same = html[start + 1..end] == form[1..];
        if is_same && !before.is_some_and(is_inside) && !after.is_some_and(is_inside) {
            return Some(start);
        }
        from = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: &str = "- { term: Task, forms: [task, tasks], text: A copy. }\n\
                        - { term: Dead band, forms: [dead band], text: Nothing changes. }\n\
                        - { term: Desired count, forms: [desired, desired count], text: Wanted. }\n";

    fn linked(html: &str) -> String {
        let glossary = Glossary::parse(YAML).expect("a right glossary");
        let linked = glossary.link(html, &mut BTreeSet::new());
        linked
            .replace("<button type=\"button\" class=\"term\" popovertarget=\"term-", "[")
            .replace("</button>", "]")
    }

    #[test]
    fn the_first_use_of_a_term_is_a_button() {
        assert_eq!(
            linked("Tasks come, a task goes. The desired count is in the dead band."),
            "[task\">Tasks] come, a task goes. The [desired-count\">desired count] is in the \
             [dead-band\">dead band]."
        );
    }

    #[test]
    fn parts_of_words_are_no_terms() {
        assert_eq!(
            linked("multitasking, task-hours, undesired"),
            "multitasking, task-hours, undesired"
        );
    }

    #[test]
    fn a_form_stands_for_one_term() {
        let twice = [YAML, "- { term: Job, forms: [task], text: x }\n"].concat();
        assert!(Glossary::parse(&twice).is_err_and(|fault| fault.contains("two terms")));
        assert!(Glossary::parse("- { term: Job, text: x }\n").is_err());
    }

    #[test]
    fn the_course_has_a_glossary() {
        let popovers = Glossary::read().expect("it is sound").popovers();
        assert!(popovers.contains("id=\"term-dead-band\" popover>"));
        assert!(popovers.contains("<dt>Dead band</dt>"));
    }
}
