//! The menu: all sections with their progress, and the settings.

use leptos::prelude::*;

use super::dom::{El, button, el, follow, link};
use super::search::search;
use super::shell::{Shell, skip_link};
use super::signal::{Memo, Signal};
use crate::course::{FIRST, REVIEW, SECTIONS, Section};
use crate::progress::Extent;
use crate::settings::Theme;

/// The menu. On a narrow screen it is folded behind a button.
pub(super) fn sidebar(shell: Shell) -> El {
    let open = Signal::new(false);
    follow(move || {
        shell.link.track();
        open.set(false);
    });
    let brand = link("brand", &FIRST.href())
        .child(el("strong", "").text("Headroom"))
        .child(el("span", "").text("Scaling out, live"));
    let unfold = button("unfold", move || open.update(|open| *open = !*open))
        .attr("aria-controls", "menu")
        .live_attr("aria-expanded", move || Some(open.get().to_string()))
        .text("Menu");
    let sections = SECTIONS.iter().map(|section| item(shell, section));
    let nav = el("nav", "").attr("aria-label", "Sections").child(el("ol", "").children(sections));
    el("header", "sidebar")
        .toggle("is-open", move || open.get())
        .child(skip_link(shell))
        .child(brand)
        .child(unfold)
        .child(
            el("div", "")
                .attr("id", "menu")
                .child(el("div", "").child(search()).child(nav))
                .child(settings(shell)),
        )
}

fn item(shell: Shell, section: &'static Section) -> El {
    let is_current = move || shell.link.with(|link| link.section == section);
    let title = el("span", "title").text(section.title);
    let number = el("span", "number").text(&section.number.to_string());
    let link = link("", &section.href())
        .live_attr("aria-current", move || is_current().then(|| "page".to_owned()))
        .child(number);
    let link = if section.lesson().is_none() {
        let here = el("span", "hidden").text(", not here yet");
        link.attr("class", "is-to-come").child(title.child(here))
    } else {
        let extent = Memo::new(move || shell.progress.with(|progress| progress.of(section)));
        let class = move || match extent.get() {
            Extent::Untouched => "dot",
            Extent::Begun => "dot is-begun",
            Extent::Done => "dot is-done",
        };
        let words = move || match extent.get() {
            Extent::Untouched => "",
            Extent::Begun => ", begun",
            Extent::Done => ", done",
        };
        link.child(title)
            .child(el("span", "").live_attr("class", move || Some(class().to_owned())))
            .child(el("span", "hidden").live_text(move || words().to_owned()))
    };
    el("li", "").child(link)
}

fn settings(shell: Shell) -> El {
    let options = Theme::ALL.map(|theme| {
        let words = match theme {
            Theme::System => "as the system",
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::Projector => "projector",
        };
        let chosen = move || shell.settings.with(|settings| settings.theme == theme);
        el("option", "")
            .attr("value", theme.name())
            .text(words)
            .prop("selected", move || chosen().into())
    });
    let themes = el("select", "").children(options).on("change", move |event| {
        let name = event_target::<web_sys::HtmlSelectElement>(&event).value();
        if let Some(theme) = Theme::by_name(&name) {
            shell.choose(|settings| settings.theme = theme);
        }
    });
    let shortcuts = el("input", "")
        .attr("type", "checkbox")
        .prop("checked", move || shell.settings.with(|settings| settings.shortcuts).into())
        .on("change", move |event| {
            let on = event_target_checked(&event);
            shell.choose(|settings| settings.shortcuts = on);
        });
    let named = |words: &str| el("span", "").text(words);
    let keys = [("P", " stage, "), ("Space", " play, "), ("← →", " step")];
    let keys = keys
        .into_iter()
        .fold(el("p", ""), |line, (key, does)| line.child(el("kbd", "").text(key)).text(does));
    let here = move || shell.link.with(|link| link.section == REVIEW);
    let waiting = move || {
        let missed = |section| shell.progress.with(|progress| progress.missed(section).len());
        match SECTIONS.iter().map(missed).sum() {
            0_usize => String::new(),
            waiting => format!(" · {waiting}"),
        }
    };
    let review = link("", &REVIEW.href())
        .live_attr("aria-current", move || here().then(|| "page".to_owned()))
        .text(REVIEW.title)
        .live_text(waiting);
    el("section", "settings")
        .attr("aria-label", "Settings")
        .child(el("label", "").child(named("Theme")).child(themes))
        .child(el("label", "").child(shortcuts).child(named("Single-key shortcuts")))
        .child(keys)
        .child(review)
        // The page holds the glossary; the browser opens it by itself.
        .child(
            el("button", "as-link")
                .attr("type", "button")
                .attr("popovertarget", "glossary")
                .text("Glossary"),
        )
        .child(link("", "./what-this-follows.html").text("What this follows"))
        .child(link("", "./check-this-simulator.html").text("Check this simulator"))
}
