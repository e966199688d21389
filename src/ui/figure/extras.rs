//! What stands below a figure for those who ask: further charts, the commands,
//! what is left out, the data.

use leptos::prelude::*;

use super::{Shared, further_charts};
use crate::course::figure::{Act, Chart};
use crate::figure::run::Run;
use crate::figure::{describe, prompt, summary};
use crate::ui::dom::{El, button, el};
use crate::ui::signal::Signal;

pub(super) fn extras(shared: Shared, act: &'static Act) -> El {
    let has_more = further_charts(act).next().is_some();
    let shown = shared.more_charts;
    let more = has_more.then(|| {
        let name = move || if shown.get() { "Fewer charts" } else { "More charts" }.to_owned();
        button("more-charts", move || shown.update(|shown| *shown = !*shown))
            .live_attr("aria-expanded", move || Some(shown.get().to_string()))
            .live_text(name)
    });
    let listing = |name: &str, text: &str| {
        el("pre", "")
            .attr("tabindex", "0")
            .attr("aria-label", name)
            .child(el("code", "").text(text))
    };
    let at_the_prompt = move || {
        let cursor_s = shared.cursor_s();
        let both = |run: &_| {
            let services = prompt::describe_services(run, cursor_s);
            vec![
                listing("Commands that set this up", &prompt::commands(run)),
                listing("The service at the cursor", &services),
                listing("What scaling did until then", &prompt::describe_activities(run, cursor_s)),
            ]
        };
        shared.with_run(both).unwrap_or_default()
    };
    let left_out = move || {
        let meaning = shared.with_run(|run| summary::exactness(run).meaning).unwrap_or_default();
        let items = act.leaves_out.iter().map(|text| el("li", "").text(text));
        vec![el("p", "").text(meaning), el("ul", "").children(items)]
    };
    let tables = move || {
        shared.shown.with(|shown| {
            let both = shown.iter().flat_map(|chart| [0, 1].map(|index| (*chart, index)));
            both.filter_map(|(chart, index)| table(shared, chart, index)).collect()
        })
    };
    el("div", "extras")
        .children(more)
        .child(fold("prompt", "At the prompt", at_the_prompt))
        .child(fold("leaves-out", "What this leaves out", left_out))
        .child(fold("tables", "Data as tables", tables))
}

/// Details whose content exists only while they are open.
fn fold(class: &str, title: &str, content: impl Fn() -> Vec<El> + 'static) -> El {
    let open = Signal::new(false);
    el("details", class)
        .on("toggle", move |event| {
            open.set(event_target::<web_sys::HtmlDetailsElement>(&event).open());
        })
        .child(el("summary", "").text(title))
        .live(move || if open.get() { content() } else { Vec::new() })
}

/// A chart's data: of the run and, if there is one, of that beside it.
fn table(shared: Shared, chart: Chart, index: usize) -> Option<El> {
    let of_one = |run: &Run| {
        let name = run.name_of(index);
        let run = run.both()[index]?;
        let table = describe::table(chart, run, shared.seen_s(run));
        let cell = |tag, scope: &str, text: &str| {
            let cell = el(tag, "").text(text);
            if scope.is_empty() { cell } else { cell.attr("scope", scope) }
        };
        let heads = table.heads.iter().map(|head| cell("th", "col", head));
        let rows = table.rows.iter().map(|cells| {
            let cells = cells.iter().enumerate().map(|(index, text)| match index {
                0 => cell("th", "row", text),
                _ => cell("td", "", text),
            });
            el("tr", "").children(cells)
        });
        let name = [describe::name(chart, run), " ", name].concat();
        let name = name.trim_end();
        let table = el("table", "")
            .child(el("caption", "").text(name))
            .child(el("thead", "").child(el("tr", "").children(heads)))
            .child(el("tbody", "").children(rows));
        let region = el("div", "table").attr("tabindex", "0").attr("role", "region");
        Some(region.attr("aria-label", name).child(table))
    };
    shared.with_run(of_one).flatten()
}
