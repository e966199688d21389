//! Single-key shortcuts.
//!
//! They act only while nothing that takes keys has the focus, and can be
//! switched off (WCAG 2.1.4).

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;

use super::shell::Shell;

/// Follows the keys of the whole page.
pub(super) fn listen(shell: Shell) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        if is_free(&event) && shell.settings.get_untracked().shortcuts {
            act(shell, &event);
        }
    });
    on_cleanup(move || handle.remove());
}

fn act(shell: Shell, event: &KeyboardEvent) {
    match event.key().as_str() {
        "p" | "P" if shell.link.with_untracked(|link| link.section.lesson.is_some()) => {
            event.prevent_default();
            shell.stage.set(true);
        }
        _ => {}
    }
}

/// Whether a key is nobody's yet: no modifier, nothing handled it, and what
/// has the focus does not take keys itself.
pub(super) fn is_free(event: &KeyboardEvent) -> bool {
    const TAKES_KEYS: &str = "a, button, input, select, textarea, summary, [contenteditable]";
    let taken = || {
        let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
        target.closest(TAKES_KEYS).ok()?
    };
    let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key();
    !(event.default_prevented() || has_modifier || taken().is_some())
}
