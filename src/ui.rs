//! What a person sees, on Leptos' signals and effects. This module exists for wasm32 alone.

mod dom;
mod figure;
mod fullscreen;
mod keys;
mod question;
mod review;
mod search;
mod section;
mod shell;
mod sidebar;
mod signal;
mod stage;
mod start;
mod storage;
mod worker;

/// Mounts the app in the page's body and takes away the message that stood there.
pub fn mount() {
    start::say_so_when_it_stops();
    // The sections' data is in the page; `cargo xtask build` puts it there.
    let faults = crate::course::open(|slug| dom::text_of(&[slug, "-lesson"].concat()));
    dom::mount(|| shell::app(faults));
    start::hide();
}
