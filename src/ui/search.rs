//! The search over sections and terms.

use leptos::prelude::*;

use super::dom::{El, el, link, text_of, value_of};
use super::signal::Signal;
use crate::course::{SECTIONS, Section};
use crate::search::{Excerpt, find, query};

/// More are not shown of each kind.
const MOST: usize = 8;

/// A field, and what is found as it is typed. Nothing is asked of a server: all the
/// text is in the page.
pub(super) fn search() -> El {
    let typed = Signal::new(String::new());
    let field = el("input", "")
        .attr("type", "search")
        .attr("placeholder", "Search")
        .attr("aria-label", "Search sections and terms")
        .attr("autocomplete", "off")
        .attr("maxlength", "80")
        .prop("value", move || typed.get().into())
        .on("input", move |event| typed.set(value_of(&event)));
    let results = move || {
        let Some(query) = query(&typed.get()) else { return Vec::new() };
        let found: Vec<_> = sections(&query, typed).chain(terms(&query)).collect();
        if found.is_empty() {
            return vec![el("p", "").attr("role", "status").text("Nothing found.")];
        }
        vec![el("ul", "found").children(found)]
    };
    el("search", "").child(field).live(results)
}

fn sections(query: &str, typed: Signal<String>) -> impl Iterator<Item = El> {
    let here = SECTIONS.iter().filter(|section| section.lesson().is_some());
    let found = here.filter_map(|section| Some((section, in_section(section, query)?)));
    found.take(MOST).map(move |(section, excerpt)| {
        let title = el("b", "").text(section.title);
        // Whoever goes there has found it.
        let found = link("", &section.href()).on("click", move |_| typed.set(String::new()));
        el("li", "").child(found.child(title).child(shown(&excerpt)))
    })
}

fn in_section(section: &Section, query: &str) -> Option<Excerpt> {
    let part = |part: &str| text_of(&[section.slug, "-", part].concat());
    let titled = find(section.title, query).map(|_| Excerpt {
        before: section.promise.to_owned(),
        found: String::new(),
        after: String::new(),
    });
    titled
        .or_else(|| find(&part("opening")?, query))
        .or_else(|| find(&part("body")?, query))
        .or_else(|| find(&part("simplifies")?, query))
}

fn terms(query: &str) -> impl Iterator<Item = El> {
    let cards = document().get_elements_by_class_name("term-card");
    let cards = (0..cards.length()).filter_map(move |at| cards.item(at));
    let found = cards.filter_map(move |card| {
        let name = card.first_element_child()?.text_content()?;
        let excerpt = find(&card.last_element_child()?.text_content()?, query);
        let excerpt = find(&name, query).map(|_| None).or(excerpt.map(Some))?;
        let open = el("button", "")
            .attr("type", "button")
            .attr("popovertarget", &card.id())
            .child(el("b", "").text(&name))
            .child(excerpt.as_ref().map_or_else(|| el("span", ""), shown));
        Some(el("li", "").child(open))
    });
    found.take(MOST)
}

fn shown(excerpt: &Excerpt) -> El {
    el("span", "")
        .text(&excerpt.before)
        .child(el("mark", "").text(&excerpt.found))
        .text(&excerpt.after)
}
