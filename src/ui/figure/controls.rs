//! Sliders and switches: what the student may change.

use leptos::prelude::*;

use super::charts::quantity_class;
use super::{Shared, view};
use crate::course::figure::{Act, Control, Switch};
use crate::figure::state::State;

#[component]
pub(super) fn ControlsView(shared: Shared, act: &'static Act) -> impl IntoView {
    let all = || act.controls.iter().enumerate();
    let slider = move |(index, control): (usize, &'static Control)| {
        view! { <SliderView shared index control /> }
    };
    let first = all().filter(|(_, control)| !control.more).map(slider).collect_view();
    let has_more = act.controls.iter().any(|control| control.more);
    let further = has_more.then(|| {
        let sliders = all().filter(|(_, control)| control.more).map(slider).collect_view();
        view! {
            <details class="more">
                <summary>"More sliders"</summary>
                <div class="sliders">{sliders}</div>
            </details>
        }
    });
    let switches = act.switches.iter().enumerate().map(|(index, switch)| {
        view! { <SwitchView shared act index switch /> }
    });
    let switches = (!act.switches.is_empty())
        .then(|| view! { <div class="switches">{switches.collect_view()}</div> });
    let is_as_opened = move || {
        shared
            .signals
            .state
            .with(|state| state.is_as_opened(act) && state.seed.is_none() && state.bet.is_none())
    };
    let reset = move |_| {
        let index = shared.act.get_untracked();
        shared.signals.open_act(shared.figure, index);
        shared.announce_result();
    };
    view! {
        <div class="controls">
            <div class="sliders">{first}</div>
            <div class="below-sliders">
                {switches}
                {further}
                <button type="button" class="reset" on:click=reset disabled=is_as_opened>
                    "Reset"
                </button>
            </div>
        </div>
    }
}

/// Whatever is changed, the student wants to see what comes of it: nothing plays on.
fn change(shared: Shared, change: impl FnOnce(&mut State)) {
    shared.signals.playing.set(false);
    shared.signals.state.update(change);
}

#[component]
fn SliderView(shared: Shared, index: usize, control: &'static Control) -> impl IntoView {
    let id = [shared.figure.id, "-", control.name].concat();
    let value = Memo::new(move |_| {
        let value = shared.signals.state.with(|state| state.values.get(index).copied());
        value.unwrap_or(control.default)
    });
    let fault = RwSignal::new(None::<String>);
    let set = move |value: f64| {
        fault.set(None);
        change(shared, |state| state.values[index] = value);
    };
    let slide = move |event: web_sys::Event| {
        if let Ok(value) = event_target_value(&event).parse() {
            set(control.snap(value));
        }
    };
    let typed = move |event: web_sys::Event| {
        let text = event_target_value(&event);
        match control.read(&text) {
            Ok(value) => {
                set(value);
                shared.announce_result();
            }
            Err(right) => fault.set(Some(format!("“{}” {right}", text.trim()))),
        }
    };
    let filled = move || {
        let share = (value.get() - control.min) / (control.max - control.min);
        format!("{:.2}%", 100.0 * share)
    };
    let spoken = move || format!("{} {}", value.get(), control.unit);
    let fault_id = [&id, "-fault"].concat();
    let described = {
        let fault_id = fault_id.clone();
        move || fault.get().map(|_| fault_id.clone())
    };
    let shown_fault = move || {
        fault.get().map(|fault| {
            view! { <p class="fault" role="alert" id=fault_id.clone()>{fault}</p> }
        })
    };
    view! {
        <div class=["slider ", quantity_class(control.quantity)].concat()>
            <label for=id.clone()>{control.label}</label>
            <span class="value">
                <input
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    size="4"
                    aria-label=[control.label, ", typed"].concat()
                    aria-invalid=move || fault.get().map(|_| "true")
                    aria-describedby=described
                    prop:value=move || value.get().to_string()
                    on:change=typed
                    on:focus=|event| select_all(&event)
                />
                <span class="unit">{control.unit}</span>
            </span>
            <input
                type="range"
                id=id
                min=control.min
                max=control.max
                step=control.step
                prop:value=move || value.get().to_string()
                aria-valuetext=spoken
                style=("--filled", filled)
                on:input=slide
                on:change=move |_| shared.announce_result()
            />
            {shown_fault}
        </div>
    }
}

/// A value is typed over, not into.
fn select_all(event: &web_sys::FocusEvent) {
    event_target::<web_sys::HtmlInputElement>(event).select();
}

#[component]
fn SwitchView(
    shared: Shared,
    act: &'static Act,
    index: usize,
    switch: &'static Switch,
) -> impl IntoView {
    let on = move || shared.signals.state.with(|state| state.switches[index]);
    let offered = move || {
        switch
            .needs
            .is_none_or(|needed| shared.signals.state.with(|state| state.is_on(act, needed)))
    };
    let toggle = move |event: web_sys::Event| {
        let on = event_target_checked(&event);
        change(shared, |state| state.switches[index] = on);
        shared.announce_result();
    };
    move || {
        offered().then(|| {
            view! {
                <label class="switch">
                    <input type="checkbox" prop:checked=on on:change=toggle />
                    <span>{switch.label}</span>
                </label>
            }
        })
    }
}
