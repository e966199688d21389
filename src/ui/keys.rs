//! Which keys are free to be shortcuts.
//!
//! They act only while no field or slider has the focus, and those that are
//! characters can be switched off (WCAG 2.1.4).

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use web_sys::KeyboardEvent;

use super::dom;
use super::shell::Shell;
use crate::figure::time;

/// Follows the keys of the whole page while it is read.
pub(super) fn listen(shell: Shell) {
    dom::listen(&window(), "keydown", move |event| {
        let event: &KeyboardEvent = event.unchecked_ref();
        let is_read = !shell.stage.get_untracked();
        if is_read && is_free(event) && shell.settings.get_untracked().shortcuts {
            act(shell, event);
        }
    });
}

fn act(shell: Shell, event: &KeyboardEvent) {
    let Some(told) = shell.told.get_untracked() else { return };
    match event.key().as_str() {
        "p" | "P" => shell.enter_stage(),
        " " if presses_nothing(event) => told.toggle_play(),
        "ArrowRight" => told.step(time::step_forward),
        "ArrowLeft" => told.step(time::step_back),
        _ => return,
    }
    event.prevent_default();
}

/// Whether a key is nobody's yet: no modifier, nothing handled it, and no
/// field or slider has the focus.
pub(super) fn is_free(event: &KeyboardEvent) -> bool {
    let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key();
    let in_field = is_within(event, "input, select, textarea, [contenteditable]");
    !(event.default_prevented() || has_modifier || in_field)
}

/// Whether nothing has the focus that Space presses.
pub(super) fn presses_nothing(event: &KeyboardEvent) -> bool {
    !is_within(event, "a, button, summary")
}

fn is_within(event: &KeyboardEvent, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.closest(selector).ok().flatten().is_some())
}
