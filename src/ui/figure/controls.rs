//! Sliders and switches: what the student may change.

use headroom_model::decimal::shortest;
use leptos::prelude::*;

use super::Shared;
use super::charts::quantity_class;
use super::step_table::step_table;
use super::transport::percent;
use crate::course::figure::{Act, Control, Switch};
use crate::figure::state::State;
use crate::figure::step_table::holds;
use crate::figure::words::number;
use crate::ui::dom::{El, button, el, value_of};
use crate::ui::signal::{Memo, Signal};

pub(super) fn controls(shared: Shared, act: &'static Act) -> El {
    let sliders = |more: bool| {
        let chosen = |control: &Control| control.more == more && !holds(act, control);
        let chosen = act.controls.iter().enumerate().filter(|(_, control)| chosen(control));
        el("div", "sliders").children(chosen.map(|(index, control)| slider(shared, index, control)))
    };
    let has_more = act.controls.iter().any(|control| control.more && !holds(act, control));
    let further = has_more.then(|| {
        let summary = el("summary", "").text("More sliders");
        el("details", "more").child(summary).child(sliders(true))
    });
    let switches = (!act.switches.is_empty()).then(|| {
        act.switches.iter().enumerate().fold(el("div", "switches"), |switches, (index, switch)| {
            switches.live(move || switch_view(shared, act, index, switch).into_iter().collect())
        })
    });
    let is_as_opened = move || {
        shared
            .signals
            .state
            .with(|state| state.is_as_opened(act) && state.seed.is_none() && state.bet.is_none())
    };
    let reset = move || {
        shared.signals.open_act(shared.figure, shared.act.get_untracked());
        shared.announce_result();
    };
    let reset =
        button("reset", reset).prop("disabled", move || is_as_opened().into()).text("Reset");
    let below =
        el("div", "below-sliders").children(switches.into_iter().chain(further).chain([reset]));
    el("div", "controls").children(step_table(shared, act)).child(sliders(false)).child(below)
}

/// Whatever is changed, the student wants to see what comes of it: nothing plays on.
pub(super) fn change(shared: Shared, change: impl FnOnce(&mut State)) {
    shared.signals.playing.set(false);
    shared.signals.state.update(change);
}

fn slider(shared: Shared, index: usize, control: &'static Control) -> El {
    let id = [&shared.figure.id, "-", &control.name].concat();
    let fault_id = [&id, "-fault"].concat();
    let value = move || {
        let value = shared.signals.state.with(|state| state.values.get(index).copied());
        value.unwrap_or(control.default)
    };
    let fault = Signal::new(None::<String>);
    let set = move |value: f64| {
        fault.set(None);
        change(shared, |state| state.values[index] = value);
    };
    let read = move |text: String| match control.read(&text) {
        Ok(value) => {
            set(value);
            shared.announce_result();
        }
        Err(right) => fault.set(Some(format!("“{}” {right}", text.trim()))),
    };
    let has_fault = move || fault.with(Option::is_some);
    let described = fault_id.clone();
    let typed = el("input", "")
        .attr("type", "text")
        .attr("inputmode", "decimal")
        .attr("autocomplete", "off")
        .style("--digits", move || shortest(control.max).len().max(4).to_string())
        .attr("aria-label", &[&control.label, ", typed"].concat())
        .live_attr("aria-invalid", move || has_fault().then(|| "true".to_owned()))
        .live_attr("aria-describedby", move || has_fault().then(|| described.clone()))
        .prop("value", move || shortest(value()).into())
        .on("change", move |event| read(value_of(&event)))
        // A value is typed over, not into.
        .on("focus", |event| event_target::<web_sys::HtmlInputElement>(&event).select());
    let range = el("input", "")
        .attr("type", "range")
        .attr("id", &id)
        .attr("min", &shortest(control.min))
        .attr("max", &shortest(control.max))
        .attr("step", &shortest(control.step))
        .prop("value", move || shortest(value()).into())
        .live_attr("aria-valuetext", move || {
            Some(format!("{} {}", shortest(value()), control.unit))
        })
        .style("--filled", move || percent((value() - control.min) / (control.max - control.min)))
        .on("input", move |event| {
            if let Some(value) = number(&value_of(&event)) {
                set(control.snap(value));
            }
        })
        .on("change", move |_| shared.announce_result());
    let faults = move || {
        let said = |fault: String| {
            el("p", "fault").attr("role", "alert").attr("id", &fault_id).text(&fault)
        };
        fault.get().map(said).into_iter().collect()
    };
    let unit = el("span", "unit").text(&control.unit);
    el("div", &["slider ", quantity_class(control.quantity)].concat())
        .child(el("label", "").attr("for", &id).text(&control.label))
        .child(el("span", "value").child(typed).text(" ").child(unit))
        .child(range)
        .live(faults)
}

fn switch_view(
    shared: Shared,
    act: &'static Act,
    index: usize,
    switch: &'static Switch,
) -> Option<El> {
    let state = shared.signals.state;
    let offered = Memo::new(move || {
        switch.needs.as_deref().is_none_or(|needed| state.with(|state| state.is_on(act, needed)))
    });
    let toggle = move |on: bool| {
        change(shared, |state| state.switches[index] = on);
        shared.announce_result();
    };
    offered.get().then(|| {
        let on = move || state.with(|state| state.switches.get(index) == Some(&true));
        let checkbox = el("input", "")
            .attr("type", "checkbox")
            .prop("checked", move || on().into())
            .on("change", move |event| toggle(event_target_checked(&event)));
        el("label", "switch").child(checkbox).child(el("span", "").text(&switch.label))
    })
}
