//! What stands below a figure for those who ask: further charts, the commands,
//! what is left out, the data.

use leptos::html;
use leptos::prelude::*;

use super::{ALL_CHARTS, Shared, view};
use crate::course::figure::{Act, Chart};
use crate::figure::{describe, prompt, summary};

#[component]
pub(super) fn ExtrasView(shared: Shared, act: &'static Act) -> impl IntoView {
    let has_more = ALL_CHARTS.iter().any(|chart| !act.charts.contains(chart));
    let more = has_more.then(|| {
        let shown = shared.more_charts;
        view! {
            <button
                type="button"
                class="more-charts"
                aria-expanded=move || shown.get().to_string()
                on:click=move |_| shown.update(|shown| *shown = !*shown)
            >
                {move || if shown.get() { "Fewer charts" } else { "More charts" }}
            </button>
        }
    });
    let meaning = move || shared.with_run(|run| summary::exactness(run).meaning);
    let left_out = act.leaves_out.iter().map(|text| view! { <li>{*text}</li> }).collect_view();
    let at_the_prompt = move || {
        let cursor_s = shared.cursor_s();
        shared.with_run(|run| {
            view! {
                <pre tabindex="0" aria-label="Commands that set this up">
                    <code>{prompt::commands(run)}</code>
                </pre>
                <pre tabindex="0" aria-label="The service at the cursor">
                    <code>{prompt::describe_services(run, cursor_s)}</code>
                </pre>
            }
        })
    };
    let tables = move || {
        let charts = shared.shown.get();
        charts.into_iter().map(|chart| table(shared, chart)).collect_view()
    };
    view! {
        <div class="extras">
            {more}
            <Fold title="At the prompt" class="prompt" content=ViewFn::from(at_the_prompt) />
            <details class="leaves-out">
                <summary>"What this leaves out"</summary>
                <p>{meaning}</p>
                <ul>{left_out}</ul>
            </details>
            <Fold title="Data as tables" class="tables" content=ViewFn::from(tables) />
        </div>
    }
}

/// Details whose content exists only while they are open.
#[component]
fn Fold(title: &'static str, class: &'static str, content: ViewFn) -> impl IntoView {
    let open = RwSignal::new(false);
    let details = NodeRef::<html::Details>::new();
    let toggled = move |_| {
        if let Some(details) = details.get_untracked() {
            open.set(details.open());
        }
    };
    view! {
        <details class=class node_ref=details on:toggle=toggled>
            <summary>{title}</summary>
            {move || open.get().then(|| content.run())}
        </details>
    }
}

fn table(shared: Shared, chart: Chart) -> Option<impl IntoView> {
    shared.with_run(|run| {
        let table = describe::table(chart, run, shared.seen_s(run));
        let heads = table.heads.into_iter().map(|head| view! { <th scope="col">{head}</th> });
        let row = |cells: Vec<String>| {
            let mut cells = cells.into_iter();
            let first = cells.next();
            let rest = cells.map(|cell| view! { <td>{cell}</td> }).collect_view();
            view! { <tr><th scope="row">{first}</th>{rest}</tr> }
        };
        view! {
            <div class="table" tabindex="0" role="region" aria-label=describe::name(chart, run)>
                <table>
                    <caption>{describe::name(chart, run)}</caption>
                    <thead><tr>{heads.collect_view()}</tr></thead>
                    <tbody>{table.rows.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
    })
}
