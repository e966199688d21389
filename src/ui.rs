//! What a person sees: Leptos components. This module exists for wasm32 alone.

#![allow(unreachable_pub, reason = "Leptos makes a component's properties public")]

mod dom;
pub mod figure;
mod fullscreen;
mod keys;
mod question;
mod section;
mod shell;
mod sidebar;
mod stage;
mod start;
mod storage;
mod text;
mod view;

use view::view;

/// Mounts the app in the page's body and takes away the message that stood there.
pub fn mount() {
    start::say_so_when_it_stops();
    leptos::mount::mount_to_body(shell::App);
    start::hide();
}
